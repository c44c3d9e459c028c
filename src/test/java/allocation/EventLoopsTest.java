package allocation;

import static allocation.given.Waiting.failure;
import static allocation.given.Waiting.result;
import static allocation.given.Waiting.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class EventLoopsTest {
  private static final int SIZE = 6;

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(SIZE));
  private final EventLoops loops = new EventLoops(vertx, SIZE);

  @AfterEach
  void close() {
    result(vertx.close());
  }

  /** Remembers where it was started. */
  private static final class Part extends VerticleBase {
    private final List<Thread> started = new ArrayList<>();
    private final Future<Void> done;
    private volatile boolean stopped;

    Part() {
      this(Future.succeededFuture());
    }

    Part(Future<Void> done) {
      this.done = done;
    }

    @Override
    public Future<?> start() {
      started.add(Thread.currentThread());
      return Future.succeededFuture();
    }

    @Override
    public Future<?> stop() {
      stopped = true;
      return done;
    }

    Thread loop() {
      assertThat(started).hasSize(1);
      return started.getFirst();
    }
  }

  private Part deploy() {
    Part part = new Part();
    result(loops.deploy(part));
    return part;
  }

  @Test
  void each_has_a_loop_of_its_own_whoever_asked_for_one_meanwhile() {
    Set<Thread> threads = new HashSet<>();
    for (int part = 0; part < SIZE; part++) {
      // In turn, half of the loops would never be come to.
      result(vertx.deployVerticle(new Part()));
      threads.add(deploy().loop());
    }

    assertThat(threads).hasSize(SIZE);
  }

  @Test
  void many_that_are_deployed_at_once_have_loops_of_their_own() {
    deploy();
    List<Part> parts = Stream.generate(Part::new).limit(SIZE - 1).toList();

    result(Future.join(parts.stream().map(loops::deploy).toList()));

    assertThat(parts).extracting(Part::loop).doesNotHaveDuplicates();
  }

  @Test
  void one_for_which_there_is_no_loop_shares_any() {
    for (int part = 0; part < SIZE; part++) {
      deploy();
    }

    assertThat(deploy().loop()).isNotNull();
  }

  @Test
  void it_is_undeployed_as_any_other() {
    Part part = new Part();
    String id = result(loops.deploy(part));

    result(vertx.undeploy(id));

    assertThat(part.stopped).isTrue();
    assertThat(vertx.deploymentIDs()).isEmpty();
  }

  @Test
  void those_of_a_kind_stop_together_and_not_one_after_the_other() {
    Promise<Void> busy = Promise.promise();
    List<Part> parts = Stream.generate(() -> new Part(busy.future())).limit(3).toList();
    List<Supplier<Future<?>>> undo = new ArrayList<>();
    result(loops.deploy(parts.stream().map(part -> part), undo::add));
    assertThat(undo).hasSize(1);

    Future<?> undone = undo.getFirst().get();

    until("each of them stops", () -> parts.stream().allMatch(part -> part.stopped));
    assertThat(undone.isComplete()).isFalse();
    busy.complete();
    result(undone);
    assertThat(vertx.deploymentIDs()).isEmpty();
  }

  @Test
  void those_that_have_started_are_undone_when_one_of_their_kind_could_not() {
    Part good = new Part();
    Deployable broken = context -> Future.failedFuture("no room");
    List<Supplier<Future<?>>> undo = new ArrayList<>();

    failure(loops.deploy(Stream.of(good, broken), undo::add));

    result(undo.getFirst().get());
    assertThat(good.stopped).isTrue();
  }

  @Test
  void one_that_cannot_start_fails_with_its_own_reason() {
    Deployable broken = context -> Future.failedFuture("no room");

    assertThatThrownBy(() -> result(loops.deploy(broken))).hasStackTraceContaining("no room");
    assertThat(vertx.deploymentIDs()).isEmpty();
  }
}
