package allocation.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import allocation.bus.Addresses;
import allocation.bus.EventsCommitted;
import allocation.bus.LogPositions;
import allocation.domain.LoggedEvent;
import allocation.given.InMemoryEventLog;
import allocation.given.Later;
import allocation.wire.WireCodec;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class FollowerTest {
  private static final int SHARD = 3;

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final InMemoryEventLog log = new InMemoryEventLog();
  private final ScriptedWork work = new ScriptedWork();
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final Follower follower =
      new Follower(vertx, "test", List.of(SHARD), log, work, 10, metrics);

  @BeforeEach
  void register_the_codec() {
    WireCodec.register(vertx.eventBus());
  }

  @AfterEach
  void close() {
    Later.await(vertx.close());
  }

  @Test
  void does_what_nudges_bring_without_reading_the_log() {
    start();
    awaitHeld();

    nudge(log.append(SHARD, "LAMP", 3));
    nudge(log.append(SHARD, "LAMP", 2));

    awaitDone(5);
    assertThat(log.reads()).isZero();
  }

  @Test
  void finds_at_its_start_what_is_in_the_log_already() {
    log.append(SHARD, "LAMP", 35);

    start();
    news();

    awaitDone(35);
  }

  @Test
  void a_lost_nudge_is_made_good_by_the_news_of_the_log() {
    start();
    log.append(SHARD, "LAMP", 3);

    news();

    awaitDone(3);
  }

  @Test
  void a_doubled_nudge_is_done_once() {
    start();
    List<LoggedEvent> first = log.append(SHARD, "LAMP", 3);
    nudge(first);
    nudge(first);
    nudge(log.append(SHARD, "LAMP", 1));

    awaitDone(4);
  }

  @Test
  void nudges_in_the_wrong_order_are_done_in_the_right_one() {
    start();
    List<LoggedEvent> first = log.append(SHARD, "LAMP", 3);
    List<LoggedEvent> second = log.append(SHARD, "LAMP", 3);
    nudge(second);
    nudge(first);

    awaitDone(6);
  }

  @Test
  void a_gap_between_nudges_is_read_from_the_log() {
    start();
    nudge(log.append(SHARD, "LAMP", 2));
    awaitDone(2);
    log.append(SHARD, "LAMP", 2);
    nudge(log.append(SHARD, "LAMP", 2));

    awaitDone(6);
  }

  @Test
  void a_nudge_without_its_events_is_read_from_the_log() {
    start();
    log.append(SHARD, "LAMP", 25);
    publish(new EventsCommitted(SHARD, 1, 25, List.of()));

    awaitDone(25);
  }

  @Test
  void does_nothing_beyond_a_gap_in_the_log_and_goes_on_when_it_is_closed() {
    List<LoggedEvent> events = log.append(SHARD, "LAMP", 12);
    log.remove(SHARD, 11);
    start();
    news();
    awaitDone(10);

    int reads = log.reads();
    await().until(() -> log.reads() >= reads + 2);
    assertThat(work.done()).hasSize(10);

    log.putBack(events.get(10));
    awaitDone(12);
  }

  @Test
  void pauses_longer_after_each_failure_and_then_goes_on() {
    work.failNext(3);
    start();
    nudge(log.append(SHARD, "LAMP", 2));

    awaitDone(2);
    List<Long> at = work.attemptsNs();
    List<Duration> pauses = new ArrayList<>();
    for (int i = 1; i < at.size(); i++) {
      pauses.add(Duration.ofNanos(at.get(i) - at.get(i - 1)));
    }
    assertThat(pauses).hasSize(3);
    assertThat(pauses.get(0)).isGreaterThan(Duration.ofMillis(95));
    assertThat(pauses.get(1)).isGreaterThan(Duration.ofMillis(195));
    assertThat(pauses.get(2)).isGreaterThan(Duration.ofMillis(395));
  }

  @Test
  void pauses_no_longer_than_its_work_allows_however_often_it_failed() {
    // Doubled each time, the last pauses would be of minutes.
    work.neverPauseLongerThan(100);
    work.failNext(20);
    start();
    nudge(log.append(SHARD, "LAMP", 2));

    awaitDone(2);
    assertThat(work.attemptsNs()).hasSize(21);
  }

  @Test
  void goes_on_when_the_log_is_back() {
    log.append(SHARD, "LAMP", 2);
    log.refuse(2);
    start();
    news();

    awaitDone(2);
  }

  @Test
  void goes_on_after_what_another_service_has_done() {
    work.anotherWillBeAheadBy(2);
    start();
    nudge(log.append(SHARD, "LAMP", 3));
    nudge(log.append(SHARD, "LAMP", 4));

    await().untilAsserted(() -> assertThat(work.done()).containsExactly(1L, 2L, 3L, 6L, 7L));
  }

  @Test
  void asks_again_for_a_shard_that_another_service_has() {
    work.takenElsewhere(1);
    start();
    nudge(log.append(SHARD, "LAMP", 3));
    assertThat(work.isHeld()).isFalse();

    awaitDone(3);
    assertThat(work.isHeld()).isTrue();
  }

  @Test
  void keeps_nothing_of_what_it_hears_of_a_shard_that_another_service_has() {
    work.takenElsewhere(Integer.MAX_VALUE);
    start();
    nudge(log.append(SHARD, "LAMP", 3));
    Promise<Void> heard = Promise.promise();
    context.runOnContext(afterTheNudge -> heard.complete());
    Later.await(heard.future());

    work.takenElsewhere(0);

    awaitDone(3);
    assertThat(log.reads()).isEqualTo(1);
  }

  @Test
  void tells_when_a_position_is_reached_without_any_news() {
    start();
    log.append(SHARD, "LAMP", 3);

    Later.on(context, () -> follower.reached(SHARD, 3, 5_000));

    assertThat(work.done()).hasSize(3);
  }

  @Test
  void does_not_wait_for_ever_for_a_position_that_nobody_reaches() {
    start();
    log.append(SHARD, "LAMP", 3);

    assertThatThrownBy(() -> Later.on(context, () -> follower.reached(SHARD, 4, 1_000)))
        .hasMessageContaining("shard 3 is at 3");
    assertThatThrownBy(() -> Later.on(context, () -> follower.reached(SHARD + 1, 1, 50)))
        .hasMessageContaining("not followed here");
  }

  @Test
  void lets_go_when_it_stops_and_does_no_more() {
    start();
    nudge(log.append(SHARD, "LAMP", 3));
    awaitDone(3);

    Later.on(context, follower::stop);
    nudge(log.append(SHARD, "LAMP", 3));

    assertThat(work.isHeld()).isFalse();
    assertThat(work.done()).hasSize(3);
  }

  @Test
  void tells_how_far_it_is_behind() {
    work.failNext(1_000);
    start();
    nudge(log.append(SHARD, "LAMP", 7));

    await().untilAsserted(() -> assertThat(lag()).isEqualTo(7));
    work.failNext(0);
    await().untilAsserted(() -> assertThat(lag()).isZero());
  }

  @Test
  void a_shard_that_is_gained_is_followed_from_its_cursor() {
    start();
    own();
    log.append(SHARD, "LAMP", 3);

    own(SHARD);

    assertThat(follower.follows(SHARD)).isTrue();
    news();
    awaitDone(3);
  }

  @Test
  void a_shard_that_is_lost_is_let_go_of_when_what_is_under_way_is_done() {
    start();
    awaitHeld();
    Promise<Void> doing = work.holdNext();
    nudge(log.append(SHARD, "LAMP", 3));
    await().until(() -> work.attemptsNs().size() == 1);

    Future<Void> left = ownSlowly();
    await().until(() -> !follower.follows(SHARD));
    assertThat(left.isComplete()).isFalse();
    assertThat(work.isHeld()).isTrue();
    doing.complete();

    Later.await(left);
    assertThat(work.done()).hasSize(3);
    assertThat(work.isHeld()).isFalse();
  }

  @Test
  void a_shard_that_is_gained_is_begun_only_when_those_that_are_lost_are_done() {
    start();
    awaitHeld();
    Promise<Void> doing = work.holdNext();
    nudge(log.append(SHARD, "LAMP", 3));
    await().until(() -> work.attemptsNs().size() == 1);

    Future<Void> moved = ownSlowly(SHARD + 1);
    await().until(() -> !follower.follows(SHARD));
    assertThat(follower.follows(SHARD + 1)).isFalse();
    assertThat(work.begun()).containsExactly(SHARD);
    doing.complete();

    Later.await(moved);
    assertThat(work.begun()).containsExactly(SHARD, SHARD + 1);
  }

  @Test
  void a_shard_that_stays_is_not_begun_again() {
    start();
    awaitHeld();

    own(SHARD, SHARD + 1);
    own(SHARD);

    assertThat(work.begun()).containsExactly(SHARD, SHARD + 1);
    nudge(log.append(SHARD, "LAMP", 3));
    awaitDone(3);
  }

  @Test
  void nothing_more_is_done_of_a_shard_that_is_lost() {
    start();
    nudge(log.append(SHARD, "LAMP", 3));
    awaitDone(3);

    own();
    nudge(log.append(SHARD, "LAMP", 2));
    news();
    own(SHARD + 1);

    assertThat(work.done()).hasSize(3);
    assertThat(metrics.find("allocation.follower.lag").tag("shard", "3").gauge()).isNull();
    assertThat(metrics.find("allocation.follower.lag").tag("shard", "4").gauge()).isNotNull();
  }

  @Test
  void who_waits_for_a_position_of_a_shard_that_is_lost_is_told_so_at_once() {
    start();
    Promise<Throwable> cause = Promise.promise();
    context.runOnContext(now -> follower.reached(SHARD, 7, 600_000).onFailure(cause::complete));

    own();

    assertThat(Later.await(cause.future())).hasMessage("shard 3 is left");
  }

  @Test
  void a_shard_that_comes_back_is_measured_again() {
    start();
    own();
    own(SHARD);
    log.append(SHARD, "LAMP", 3);

    news();

    awaitDone(3);
    await().until(() -> lag() == 0);
  }

  private void own(Integer... shards) {
    Later.await(ownSlowly(shards));
  }

  private Future<Void> ownSlowly(Integer... shards) {
    Promise<Void> owned = Promise.promise();
    context.runOnContext(now -> follower.own(List.of(shards)).onComplete(owned));
    return owned.future();
  }

  private double lag() {
    return metrics.get("allocation.follower.lag").tag("shard", "3").gauge().value();
  }

  private void start() {
    Later.on(context, follower::start);
  }

  private void nudge(List<LoggedEvent> events) {
    publish(EventsCommitted.of(SHARD, events));
  }

  private void publish(EventsCommitted nudge) {
    vertx.eventBus().publish(Addresses.events(SHARD), nudge);
  }

  private void news() {
    Map<Integer, Long> positions = Later.await(log.positions());
    vertx.eventBus().publish(Addresses.POSITIONS, new LogPositions(positions));
  }

  private void awaitHeld() {
    await().until(work::isHeld);
  }

  private void awaitDone(long last) {
    await()
        .untilAsserted(() ->
            assertThat(work.done())
                .containsExactlyElementsOf(LongStream.rangeClosed(1, last).boxed().toList()));
  }
}
