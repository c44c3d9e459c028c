package allocation.handler;

import static allocation.given.Waiting.result;
import static allocation.given.Waiting.until;
import static allocation.handler.Units.SHARDS;
import static allocation.handler.Units.sku;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.CommandFailure;
import allocation.bus.CommandMessage;
import allocation.bus.CommandReply;
import allocation.domain.Arrival;
import allocation.domain.BatchRef;
import allocation.domain.Command;
import allocation.domain.Command.Allocate;
import allocation.domain.Command.CreateBatch;
import allocation.domain.OrderId;
import allocation.domain.Outcome;
import allocation.domain.Sku;
import allocation.given.InMemoryLedger;
import allocation.given.SetClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A handler runs units of work for months: what is over must be gone. */
final class UnitsOverTest {
  private static final Sku CHAIR = sku(3, 0);

  private final Vertx vertx = Vertx.vertx();
  private final Context loop = vertx.getOrCreateContext();
  private final SetClock clock = new SetClock();
  private final UnitRunner runner =
      new UnitRunner(
          vertx,
          new InMemoryLedger(SHARDS),
          SHARDS,
          new ProductMemory(100, 16),
          new HandlerMetrics(new SimpleMeterRegistry(), "0"),
          clock,
          () -> UUID.randomUUID().toString(),
          100);
  private final List<WeakReference<Object>> kept = new ArrayList<>();

  @AfterEach
  void close() {
    result(vertx.close());
  }

  /** Guard: UnitRunner.Run.forget. Without it each unit keeps the one before it. */
  @Test
  void a_unit_that_is_over_is_not_kept() {
    runs(new CreateBatch(new BatchRef("b1"), CHAIR, 10, Arrival.inStock()));
    for (int i = 1; i < 5; i++) {
      runs(new Allocate(new OrderId("o" + i), CHAIR, 1));
    }
    // What the last one left is what the next one begins with.
    List<WeakReference<Object>> before = kept.subList(0, kept.size() - 2);
    assertThat(before).hasSize(8);

    until(
        "they are collected",
        () -> {
          System.gc();
          return before.stream().allMatch(gone -> gone.get() == null);
        });
  }

  /** Remembers, without holding, that it is over and what came of it. */
  private void runs(Command command) {
    Promise<Outcome> told = Promise.promise();
    Pending pending =
        new Pending(
            new CommandMessage(
                CHAIR,
                command,
                Units.key(UUID.randomUUID().toString()),
                "c",
                clock.instant().plusSeconds(5)),
            new Pending.Caller() {
              @Override
              public void answer(CommandReply reply) {
                told.complete(reply.outcome());
              }

              @Override
              public void fail(CommandFailure failure, String why) {
                told.fail(why);
              }
            });
    Promise<Void> ended = Promise.promise();
    loop.runOnContext(now -> {
      Future<Void> over = runner.run(List.of(pending));
      kept.add(new WeakReference<>(over));
      over.onComplete(ended);
    });
    result(ended.future());
    kept.add(new WeakReference<>(result(told.future())));
  }
}
