package allocation.postgres;

import static allocation.postgres.ViewsDatabase.SHARDS;
import static allocation.postgres.ViewsDatabase.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import allocation.bus.Addresses;
import allocation.bus.Query;
import allocation.bus.Query.Freshness;
import allocation.bus.Shards;
import allocation.bus.View;
import allocation.bus.View.ProductPage;
import allocation.domain.LoggedEvent;
import allocation.log.EventLog;
import allocation.log.LogPoller;
import allocation.readmodel.History;
import allocation.readmodel.PlainViews;
import allocation.readmodel.ReadModelVerticle;
import allocation.wire.WireCodec;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ViewsRebuildIT {
  private final History history = new History(42, SHARDS);
  private final PlainViews plain = new PlainViews();
  private final Map<Integer, Long> positions = new HashMap<>();
  private Vertx vertx;
  private ViewsDatabase database;

  @BeforeEach
  void open() {
    vertx = Vertx.vertx();
    WireCodec.register(vertx.eventBus());
    database = new ViewsDatabase(vertx, "rebuild");
  }

  @AfterEach
  void close() {
    await(vertx.close());
  }

  @Test
  void builds_what_the_log_says_whatever_the_views_were() {
    write(400);
    database.catchUp();
    List<String> right = database.everything();
    database.query("DELETE FROM views.order_view");
    database.query("UPDATE views.product_view SET available = available + 1");

    await(rebuild(database.log).run());

    assertThat(database.everything()).isEqualTo(right);
    database.requireSame(plain);
    requireNothingLeft();
  }

  @Test
  void starts_from_nothing_when_the_views_were_never_filled() {
    await(rebuild(database.log).run());
    write(50);

    await(rebuild(database.log).run());

    database.requireSame(plain);
    write(50);
    database.catchUp();
    database.requireSame(plain);
  }

  @Test
  void nobody_sees_less_while_the_service_goes_on() {
    write(200);
    deploy();
    AtomicBoolean stop = new AtomicBoolean();
    List<Future<Void>> readers = List.of(readOn(stop), readOn(stop), readOn(stop));

    for (int round = 0; round < 5; round++) {
      Future<Void> rebuild = rebuild(database.log).run();
      do {
        write(3);
        View seen = await(ask(products(new Freshness.AtLeast(positions))));
        assertThat(seen).isEqualTo(new ProductPage(plain.products(), Optional.empty()));
      } while (!rebuild.isComplete());
      await(rebuild);
    }

    stop.set(true);
    readers.forEach(ViewsDatabase::await);
    database.requireSame(plain);
    requireNothingLeft();
  }

  @Test
  void what_readers_have_seen_is_in_the_new_views_before_they_are_used() {
    write(100);
    database.catchUp();
    // Until the last round of filling has found nothing more.
    AtomicBoolean hidden = new AtomicBoolean(true);
    EventLog late =
        new Log(database.log) {
          @Override
          public Future<List<LoggedEvent>> after(int shard, long position, int limit) {
            return hidden.get() && position >= 10
                ? Future.succeededFuture(List.of())
                : super.after(shard, position, hidden.get() ? (int) (10 - position) : limit);
          }
        };

    await(
        new ViewsRebuild(
                database.pool,
                late,
                7,
                line -> hidden.compareAndSet(line.startsWith("0 events"), false))
            .run());

    database.requireSame(plain);
    assertThat(hidden).isFalse();
  }

  @Test
  void a_log_that_ends_before_the_views_do_changes_nothing() {
    write(100);
    database.catchUp();
    List<String> before = database.everything();
    EventLog shorter =
        new Log(database.log) {
          @Override
          public Future<List<LoggedEvent>> after(int shard, long position, int limit) {
            return Future.succeededFuture(List.of());
          }
        };

    assertThatThrownBy(() -> await(rebuild(shorter).run())).hasMessageContaining("its log ends at");

    assertThat(database.everything().subList(0, 3)).isEqualTo(before.subList(0, 3));
  }

  @Test
  void an_interrupted_rebuild_is_simply_run_again() {
    write(200);
    database.catchUp();
    List<String> right = database.everything();
    for (int reads : new int[] {0, 1, 5, 20}) {
      AtomicInteger left = new AtomicInteger(reads);
      EventLog interrupted =
          new Log(database.log) {
            @Override
            public Future<List<LoggedEvent>> after(int shard, long position, int limit) {
              return left.getAndDecrement() > 0
                  ? super.after(shard, position, limit)
                  : Future.failedFuture("interrupted");
            }
          };

      assertThatThrownBy(() -> await(rebuild(interrupted).run())).hasMessage("interrupted");

      assertThat(database.everything().subList(0, 3)).isEqualTo(right.subList(0, 3));
    }
    // As if killed between the swap and the removal of the old views.
    database.query("SELECT make_views('views_old')");

    await(rebuild(database.log).run());

    assertThat(database.everything()).isEqualTo(right);
    requireNothingLeft();
  }

  @Test
  void a_second_rebuild_at_the_same_time_is_refused() {
    write(20);
    Promise<Void> begun = Promise.promise();
    Promise<Void> gate = Promise.promise();
    EventLog slow =
        new Log(database.log) {
          @Override
          public Future<Map<Integer, Long>> positions() {
            begun.complete();
            return gate.future().compose(open -> super.positions());
          }
        };
    Future<Void> first = rebuild(slow).run();
    await(begun.future());

    assertThatThrownBy(() -> await(rebuild(database.log).run()))
        .isInstanceOf(ViewsRebuild.UnderWay.class);

    gate.complete();
    await(first);
    database.requireSame(plain);
    await(rebuild(database.log).run());
  }

  /** Asks over and over; products never get fewer. */
  private Future<Void> readOn(AtomicBoolean stop) {
    Promise<Void> end = Promise.promise();
    readOn(stop, 0, end);
    return end.future();
  }

  private void readOn(AtomicBoolean stop, int seen, Promise<Void> end) {
    ask(products(new Freshness.Any()))
        .onSuccess(view -> {
          int found = ((ProductPage) view).items().size();
          if (found < seen) {
            end.fail("%d products, after %d".formatted(found, seen));
          } else if (stop.get()) {
            end.complete();
          } else {
            readOn(stop, found, end);
          }
        })
        .onFailure(end::fail);
  }

  private void deploy() {
    new LogPoller(vertx, database.log, 20).start();
    await(
        vertx.deployVerticle(
            new ReadModelVerticle(
                0,
                new Shards(SHARDS).all(),
                new PgViews(database.newPool(4)),
                database.log,
                new ReadModelVerticle.Limits(10_000, 100, 50),
                new SimpleMeterRegistry())));
  }

  private Future<View> ask(Query query) {
    return vertx.eventBus().<View>request(Addresses.QUERIES, query).map(Message::body);
  }

  private static Query products(Freshness freshness) {
    return new Query.Products(Optional.empty(), 1_000, freshness);
  }

  private ViewsRebuild rebuild(EventLog log) {
    return new ViewsRebuild(database.pool, log, 7, line -> {});
  }

  private void write(int commands) {
    List<LoggedEvent> events = history.next(commands);
    database.write(events);
    plain.apply(events);
    events.forEach(event -> positions.put(event.shard(), event.position()));
  }

  private void requireNothingLeft() {
    assertThat(database.count("pg_namespace WHERE nspname IN ('views_next', 'views_old')"))
        .isZero();
    assertThat(database.count("follower WHERE name <> 'views'")).isZero();
  }

  private abstract static class Log implements EventLog {
    private final EventLog log;

    Log(EventLog log) {
      this.log = log;
    }

    @Override
    public Future<Map<Integer, Long>> positions() {
      return log.positions();
    }

    @Override
    public Future<List<LoggedEvent>> after(int shard, long position, int limit) {
      return log.after(shard, position, limit);
    }
  }
}
