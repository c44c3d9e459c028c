package allocation.cluster;

import static allocation.given.Waiting.result;
import static allocation.given.Waiting.until;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.Role;
import allocation.given.Later;
import allocation.wire.WireCodec;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class RoleShardsTest {
  private static final int SHARDS = 6;

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
  private final Context context = vertx.getOrCreateContext();

  /** What others were asked to let go of. */
  private final List<List<Integer>> asked = new CopyOnWriteArrayList<>();

  private volatile Supplier<Future<Void>> letGo = Future::succeededFuture;

  @BeforeEach
  void register() {
    WireCodec.register(vertx.eventBus());
  }

  @AfterEach
  void close() {
    result(vertx.close());
  }

  @Test
  void spreads_what_is_wanted_over_the_instances() {
    Instances instances = new Instances(vertx, Role.HANDLER, 2);
    RoleShards role = role(2);

    want(role, 0, 1, 2, 4, 5);

    until("they have them", () -> role.count() == 5);
    assertThat(instances.shards(0)).containsExactly(0, 2, 5);
    assertThat(instances.shards(1)).containsExactly(1, 4);
  }

  @Test
  void asks_others_for_what_it_gains_before_it_takes_it() {
    Instances instances = new Instances(vertx, Role.HANDLER, 1);
    RoleShards role = role(1);
    Promise<Void> free = askSlowly();

    want(role, 1, 2);
    until("the others are asked", () -> asked.equals(List.of(List.of(1, 2))));
    turn();
    assertThat(instances.told()).isEmpty();
    assertThat(role.count()).isZero();
    free.complete();

    until("they are taken", () -> role.count() == 2);
    assertThat(instances.told()).containsExactly("0: [1, 2]");
  }

  @Test
  void takes_what_others_fail_to_let_go_of_all_the_same() {
    Instances instances = new Instances(vertx, Role.HANDLER, 1);
    RoleShards role = role(1);
    letGo = () -> Future.failedFuture("dead");

    want(role, 3);

    until("it is taken", () -> role.count() == 1);
    assertThat(instances.shards()).containsExactly(3);
  }

  @Test
  void finishes_what_it_loses_before_it_asks_for_what_it_gains() {
    Instances instances = new Instances(vertx, Role.HANDLER, 1);
    RoleShards role = role(1);
    have(role, 0, 1);
    instances.forgetWhatWasTold();
    asked.clear();
    instances.hold();

    want(role, 1, 2);
    until("it leaves one", () -> instances.unanswered() == 1);
    assertThat(instances.told()).containsExactly("0: [1]");
    turn();
    assertThat(asked).isEmpty();
    instances.release();

    until("it has the other", () -> instances.shards().equals(List.of(1, 2)));
    assertThat(asked).containsExactly(List.of(2));
    assertThat(instances.told()).containsExactly("0: [1]", "0: [1, 2]");
  }

  @Test
  void a_shard_moves_between_instances_in_two_steps() {
    Instances instances = new Instances(vertx, Role.HANDLER, 2);
    RoleShards role = role(2);
    have(role, 0, 1, 2, 3);
    assertThat(instances.shards(0)).containsExactly(0, 2);
    instances.forgetWhatWasTold();
    instances.hold();

    // Both that stay are of one instance.
    want(role, 0, 2);
    until("both are told to leave", () -> instances.unanswered() == 2);
    turn();
    assertThat(instances.told()).containsExactly("0: [0]", "1: []");
    instances.release();

    until("the other has one", () -> instances.shards(1).equals(List.of(2)));
    assertThat(instances.told()).containsExactly("0: [0]", "1: []", "1: [2]");
  }

  @Test
  void tells_nobody_anything_when_nothing_changes() {
    Instances instances = new Instances(vertx, Role.HANDLER, 2);
    RoleShards role = role(2);
    have(role, 0, 1, 2);
    instances.forgetWhatWasTold();
    asked.clear();

    want(role, 2, 1, 0);
    turn();

    assertThat(instances.told()).isEmpty();
    assertThat(asked).isEmpty();
  }

  @Test
  void a_plan_that_changes_while_others_are_asked_is_followed_at_once() {
    Instances instances = new Instances(vertx, Role.HANDLER, 1);
    RoleShards role = role(1);
    askSlowly();
    want(role, 1, 2);
    until("the others are asked", () -> asked.size() == 1);

    letGo = Future::succeededFuture;
    want(role, 3);

    until("it has what is wanted now", () -> instances.shards().equals(List.of(3)));
    assertThat(asked).containsExactly(List.of(1, 2), List.of(3));
    assertThat(instances.told()).containsExactly("0: [3]");
  }

  @Test
  void the_same_plan_seen_again_meanwhile_does_not_begin_it_anew() {
    Instances instances = new Instances(vertx, Role.HANDLER, 1);
    RoleShards role = role(1);
    Promise<Void> free = askSlowly();
    want(role, 1, 2);
    until("the others are asked", () -> asked.size() == 1);

    want(role, 1, 2);
    free.complete();

    until("they are taken", () -> role.count() == 2);
    turn();
    assertThat(asked).containsExactly(List.of(1, 2));
    assertThat(instances.told()).containsExactly("0: [1, 2]");
  }

  @Test
  void a_late_word_of_the_others_does_not_bring_back_the_plan_before() {
    Instances instances = new Instances(vertx, Role.HANDLER, 1);
    RoleShards role = role(1);
    Promise<Void> free = askSlowly();
    want(role, 1);
    until("the others are asked", () -> asked.size() == 1);
    letGo = Future::succeededFuture;
    want(role, 3);
    until("it has what is wanted now", () -> role.count() == 1);

    free.complete();
    turn();

    assertThat(instances.told()).containsExactly("0: [3]");
  }

  @Test
  void a_plan_that_changes_while_instances_are_told_is_followed_after_that() {
    Instances instances = new Instances(vertx, Role.HANDLER, 1);
    RoleShards role = role(1);
    instances.hold();
    want(role, 1);
    until("it is told", () -> instances.unanswered() == 1);

    want(role, 1, 2);
    want(role, 2);
    turn();
    assertThat(instances.told()).containsExactly("0: [1]");
    instances.release();

    until("it has what is wanted now", () -> instances.shards().equals(List.of(2)));
    assertThat(instances.told()).containsExactly("0: [1]", "0: []", "0: [2]");
  }

  @Test
  void an_instance_that_fails_is_told_again() {
    Instances instances = new Instances(vertx, Role.HANDLER, 1);
    RoleShards role = role(1);
    instances.failNext(1);

    want(role, 1);

    until("it has it", () -> role.count() == 1);
    // Whatever it has done of that is undone first.
    assertThat(instances.told()).containsExactly("0: [1]", "0: []", "0: [1]");
  }

  @Test
  void an_instance_that_fails_is_given_time_however_often_the_plan_is_looked_at() {
    Instances instances = new Instances(vertx, Role.HANDLER, 1);
    RoleShards role = role(1);
    instances.failNext(2);

    for (int i = 0; i < 10; i++) {
      want(role, 1);
      turn();
    }

    until("it has it", () -> role.count() == 1);
    List<Long> at = instances.toldNs();
    assertThat(at).hasSize(4);
    assertThat(Duration.ofNanos(at.get(1) - at.get(0))).isGreaterThan(Duration.ofMillis(990));
    assertThat(Duration.ofNanos(at.get(2) - at.get(1))).isGreaterThan(Duration.ofMillis(990));
  }

  @Test
  void they_are_gone_at_once_when_they_were_never_here() {
    new Instances(vertx, Role.HANDLER, 1);
    RoleShards role = role(1);
    have(role, 0);

    assertThat(gone(role, 1, 2).isComplete()).isTrue();
  }

  @Test
  void they_are_gone_when_the_last_of_them_is_left_and_not_before() {
    Instances instances = new Instances(vertx, Role.HANDLER, 1);
    RoleShards role = role(1);
    have(role, 0, 1, 2);
    instances.hold();
    Future<Void> gone = gone(role, 0, 1);

    want(role, 1, 2);
    until("it leaves one", () -> instances.unanswered() == 1);
    want(role, 2);
    instances.release();

    result(gone);
    assertThat(instances.shards()).containsExactly(2);
  }

  @Test
  void they_are_not_gone_while_work_on_them_is_under_way() {
    Instances instances = new Instances(vertx, Role.HANDLER, 1);
    RoleShards role = role(1);
    have(role, 0, 1);
    instances.hold();
    want(role, 1);
    until("it is told to leave", () -> instances.unanswered() == 1);

    Future<Void> gone = gone(role, 0);
    turn();
    assertThat(gone.isComplete()).isFalse();
    instances.release();

    result(gone);
  }

  @Test
  void they_are_not_gone_while_they_are_about_to_come() {
    new Instances(vertx, Role.HANDLER, 1);
    RoleShards role = role(1);
    askSlowly();
    want(role, 0);
    until("the others are asked", () -> asked.size() == 1);

    Future<Void> gone = gone(role, 0);
    turn();
    assertThat(gone.isComplete()).isFalse();
    want(role);

    result(gone);
  }

  @Test
  void they_are_not_gone_while_an_instance_is_taking_them_that_are_wanted_no_more() {
    Instances instances = new Instances(vertx, Role.HANDLER, 1);
    RoleShards role = role(1);
    instances.hold();
    want(role, 0);
    until("it takes it", () -> instances.unanswered() == 1);
    want(role);

    Future<Void> gone = gone(role, 0);
    turn();
    assertThat(gone.isComplete()).isFalse();
    instances.release();

    result(gone);
    assertThat(instances.shards()).isEmpty();
  }

  /** Guard: it was told to be free, and then an instance was told to take it. */
  @Test
  void one_that_is_wanted_no_more_while_it_moves_between_instances_is_not_taken() {
    Instances instances = new Instances(vertx, Role.HANDLER, 2);
    RoleShards role = role(2);
    have(role, 0, 1, 2, 3);
    instances.forgetWhatWasTold();
    instances.hold();
    want(role, 0, 2);
    until("both are told to leave", () -> instances.unanswered() == 2);

    want(role, 0);
    Future<Void> gone = gone(role, 2);
    instances.release();

    result(gone);
    turn();
    assertThat(instances.told()).containsExactly("0: [0]", "1: []");
    assertThat(instances.shards()).containsExactly(0);
  }

  @Test
  void what_an_instance_may_have_taken_is_left_when_the_plan_changes_after_it_failed() {
    Instances instances = new Instances(vertx, Role.HANDLER, 2);
    RoleShards role = role(2);
    instances.failNext(1);

    // Instance 0 fails, instance 1 takes its shard; nothing is held for certain.
    want(role, 0, 1);
    until("both are told", () -> instances.told().size() == 2);
    assertThat(instances.shards()).containsExactly(1);
    want(role);

    until("nothing is had", () -> instances.shards().isEmpty());
  }

  @Test
  void what_an_instance_may_have_left_is_taken_again_when_the_plan_returns_after_one_failed() {
    Instances instances = new Instances(vertx, Role.HANDLER, 2);
    RoleShards role = role(2);
    have(role, 0, 1);
    instances.forgetWhatWasTold();
    instances.failNext(1);

    // Instance 0 fails and has its shard still, instance 1 has left its own.
    want(role);
    until("both are told", () -> instances.told().size() == 2);
    assertThat(instances.shards()).containsExactly(0);
    want(role, 0, 1);

    until("all is had again", () -> instances.shards().equals(List.of(0, 1)));
  }

  private RoleShards role(int instances) {
    return new RoleShards(
        vertx,
        Role.HANDLER,
        instances,
        SHARDS,
        shards -> {
          asked.add(shards);
          return letGo.get();
        });
  }

  /** Others let go when this completes. */
  private Promise<Void> askSlowly() {
    Promise<Void> free = Promise.promise();
    letGo = free::future;
    return free;
  }

  private void want(RoleShards role, Integer... shards) {
    Later.on(
        context,
        () -> {
          role.want(List.of(shards));
          return Future.succeededFuture();
        });
  }

  /** Wants them and waits until they are here. */
  private void have(RoleShards role, Integer... shards) {
    want(role, shards);
    until("they are here", () -> role.count() == shards.length);
    // What follows the last answer is done.
    turn();
  }

  private Future<Void> gone(RoleShards role, Integer... shards) {
    return Later.on(context, () -> Future.succeededFuture(List.of(role.gone(List.of(shards)))))
        .getFirst();
  }

  /** Whatever could have happened by now has. */
  private void turn() {
    for (int i = 0; i < 20; i++) {
      Later.on(context, Future::succeededFuture);
    }
  }
}
