package allocation.postgres;

import static allocation.given.Waiting.failure;
import static allocation.given.Waiting.result;
import static allocation.given.Waiting.until;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.given.TcpProxy;
import allocation.given.TcpProxy.Harm;
import allocation.log.ShardLocks.Held;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.ClosedConnectionException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class PgShardLocksIT {
  private static Vertx vertx;
  private static TestDatabase database;

  private Context context;
  private PgShardLocks one;
  private PgShardLocks other;

  @BeforeAll
  static void start() {
    vertx = Vertx.vertx();
    database = TestDatabase.create("shard_locks");
  }

  @AfterAll
  static void stop() {
    database.close();
    result(vertx.close());
  }

  @BeforeEach
  void open() {
    context = vertx.getOrCreateContext();
    one = new PgShardLocks(vertx, database.options());
    other = new PgShardLocks(vertx, database.options());
  }

  @AfterEach
  void close() {
    on(one::close);
    on(other::close);
  }

  @Test
  void two_services_exclude_each_other_shard_by_shard_and_follower_by_follower() {
    assertThat(lock(one, "publisher", 3)).isPresent();

    assertThat(lock(other, "publisher", 3)).isEmpty();
    assertThat(lock(other, "publisher", 4)).isPresent();
    assertThat(lock(other, "notices", 3)).isPresent();
  }

  @Test
  void a_lock_is_given_once_within_a_service_too() {
    Held held = lock(one, "publisher", 3).orElseThrow();

    assertThat(lock(one, "publisher", 3)).isEmpty();
    on(held::release);
    assertThat(lock(one, "publisher", 3)).isPresent();
  }

  @Test
  void a_released_lock_is_free_for_another_and_not_held_any_more() {
    Held held = lock(one, "publisher", 3).orElseThrow();
    assertThat(held.isHeld()).isTrue();

    on(held::release);

    assertThat(held.isHeld()).isFalse();
    assertThat(lock(other, "publisher", 3)).isPresent();
    on(held::release);
    assertThat(lock(one, "publisher", 3)).isEmpty();
  }

  @Test
  void a_killed_session_holds_nothing_and_another_gets_it() {
    Held held = lock(one, "publisher", 3).orElseThrow();

    database.kill("true");

    until("it notices", () -> !held.isHeld());
    assertThat(lock(other, "publisher", 3)).isPresent();
    assertThat(lock(one, "publisher", 3)).isEmpty();
    assertThat(lock(one, "publisher", 4)).isPresent();
    on(held::release);
    assertThat(lock(one, "publisher", 3)).isEmpty();
  }

  @Test
  void a_service_that_is_frozen_loses_its_locks_and_one_that_lives_keeps_them() {
    Vertx frozen = Vertx.vertx();
    PgShardLocks of = new PgShardLocks(frozen, database.options());
    Promise<Optional<Held>> taken = Promise.promise();
    Context loop = frozen.getOrCreateContext();
    loop.runOnContext(turn -> of.tryLock("publisher", 3).onComplete(taken));
    assertThat(result(taken.future())).isPresent();
    Held living = lock(one, "publisher", 4).orElseThrow();
    CountDownLatch thaw = new CountDownLatch(1);
    loop.runOnContext(turn -> hold(thaw));

    until("the server ends its session", () -> lock(other, "publisher", 3).isPresent());

    assertThat(living.isHeld()).isTrue();
    assertThat(lock(other, "publisher", 4)).isEmpty();
    thaw.countDown();
    until("it notices", () -> !taken.future().result().orElseThrow().isHeld());
    result(frozen.close());
  }

  /**
   * As behind a firewall that has forgotten the connection: nobody ever hears that it has ended.
   */
  @Test
  void a_server_that_is_not_heard_any_more_is_given_up_and_whoever_waits_for_it_is_told() {
    PgConnectOptions options = database.options();
    try (TcpProxy proxy = new TcpProxy(vertx, options.getHost(), options.getPort())) {
      PgShardLocks far =
          new PgShardLocks(vertx, options.setHost("127.0.0.1").setPort(proxy.port()));
      Held held = lock(far, "publisher", 3).orElseThrow();
      proxy.harm("SELECT 1", Harm.SWALLOW);
      result(proxy.sprung());
      assertThat(held.isHeld()).isTrue();

      assertThat(failure(onLoop(held::release))).isInstanceOf(ClosedConnectionException.class);
      assertThat(held.isHeld()).isFalse();
      until("the server has ended it, too", () -> lock(other, "publisher", 3).isPresent());
      assertThat(lock(far, "publisher", 4)).isPresent();
      on(far::close);
    }
  }

  /** Keeps an event loop from showing itself, as a stopped process is kept. */
  private static void hold(CountDownLatch thaw) {
    try {
      thaw.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void a_closed_service_leaves_no_lock_behind() {
    assertThat(lock(one, "publisher", 3)).isPresent();

    on(one::close);

    until("the session ends", () -> lock(other, "publisher", 3).isPresent());
  }

  private Optional<Held> lock(PgShardLocks locks, String follower, int shard) {
    return on(() -> locks.tryLock(follower, shard));
  }

  /** On the event loop that the locks belong to. */
  private <T> T on(Supplier<Future<T>> what) {
    return result(onLoop(what));
  }

  private <T> Future<T> onLoop(Supplier<Future<T>> what) {
    Promise<T> done = Promise.promise();
    context.runOnContext(turn -> what.get().onComplete(done));
    return done.future();
  }
}
