package allocation.jgroups;

import static allocation.given.Waiting.result;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.embedded.Ports;
import allocation.given.Later;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class JGroupsClusterManagerIT {
  /** Guard: what belongs to one event loop would be gone on with on another. */
  @Test
  void those_who_speak_at_a_time_each_go_on_on_their_own_event_loop() {
    int port = Ports.free();
    JGroupsClusterManager group =
        new JGroupsClusterManager(
            new Group(
                "say",
                List.of("127.0.0.1:" + port),
                Optional.empty(),
                "127.0.0.1",
                port,
                5,
                Optional.empty()));
    Vertx vertx =
        result(
            Vertx.builder()
                .with(new VertxOptions().setWorkerPoolSize(1))
                .withClusterManager(group)
                .buildClustered());
    try {
      CountDownLatch spoken = new CountDownLatch(1);
      // Both have spoken before the word of either is said.
      vertx.executeBlocking(() -> {
        spoken.await();
        return null;
      });
      Context one = contextOfItsOwn(vertx);
      Context other = contextOfItsOwn(vertx);
      List<Future<Boolean>> atHome = List.of(say(group, one), say(group, other));
      spoken.countDown();

      assertThat(atHome).allSatisfy(said -> assertThat(Later.await(said)).isTrue());
    } finally {
      result(vertx.close());
    }
  }

  private static Context contextOfItsOwn(Vertx vertx) {
    AtomicReference<Context> own = new AtomicReference<>();
    result(
        vertx.deployVerticle(context -> {
          own.set(context);
          return Future.succeededFuture();
        }));
    return own.get();
  }

  /** Whether what comes after is done on that context's thread; begun when this returns. */
  private static Future<Boolean> say(JGroupsClusterManager group, Context context) {
    return Later.on(
            context,
            () -> {
              Thread home = Thread.currentThread();
              return Future.succeededFuture(
                  List.of(group.say("name", "value").map(said -> Thread.currentThread() == home)));
            })
        .getFirst();
  }
}
