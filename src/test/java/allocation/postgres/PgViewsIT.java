package allocation.postgres;

import static allocation.postgres.ViewsDatabase.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import allocation.bus.Shards;
import allocation.bus.View.BatchStock;
import allocation.bus.View.Item;
import allocation.bus.View.Line;
import allocation.bus.View.ProductPage;
import allocation.bus.View.ProductStock;
import allocation.bus.View.Stock;
import allocation.domain.Arrival;
import allocation.domain.BatchRef;
import allocation.domain.Event;
import allocation.domain.Event.Allocated;
import allocation.domain.Event.BatchCreated;
import allocation.domain.Event.BatchEtaChanged;
import allocation.domain.Event.BatchQuantityChanged;
import allocation.domain.Event.Deallocated;
import allocation.domain.Event.OutOfStock;
import allocation.domain.LoggedEvent;
import allocation.domain.OrderId;
import allocation.domain.Sku;
import allocation.json.EventJson;
import allocation.readmodel.History;
import allocation.readmodel.PlainViews;
import allocation.readmodel.Views;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PgViewsIT {
  private static final Sku LAMP = new Sku("LAMP");
  private static final int SHARD = new Shards(ViewsDatabase.SHARDS).of(LAMP);
  private static final BatchRef HERE = new BatchRef("here");
  private static final BatchRef SHIP = new BatchRef("ship");
  private static final OrderId ORDER = new OrderId("order");
  private static final Arrival IN_STOCK = Arrival.inStock();
  private static final Arrival DUE = Arrival.due(LocalDate.of(2026, 5, 1));

  private static Vertx vertx;
  private static ViewsDatabase database;
  private PgViews views;
  private long cursor;

  @BeforeAll
  static void open() {
    vertx = Vertx.vertx();
    database = new ViewsDatabase(vertx, "views");
  }

  @AfterAll
  static void close() {
    await(vertx.close());
  }

  @BeforeEach
  void empty() {
    database.query("TRUNCATE views.order_view, views.batch_view, views.product_view, follower");
    views = database.views;
    cursor = await(views.cursor(SHARD));
  }

  @Test
  void each_event_changes_what_it_is_about() {
    happens(created(HERE, 10, IN_STOCK));
    happens(created(SHIP, 20, DUE));
    assertThat(lamp())
        .isEqualTo(product(30, 10, new Stock(HERE, 10, 0, IN_STOCK), new Stock(SHIP, 20, 0, DUE)));

    happens(allocated(4, HERE));
    assertThat(lines()).containsExactly(new Line(LAMP, 4, HERE, IN_STOCK, 3));
    assertThat(lamp().available()).isEqualTo(26);
    assertThat(lamp().inStock()).isEqualTo(6);

    happens(moved(4, HERE, SHIP));
    happens(new BatchQuantityChanged(HERE, 10, 3));
    assertThat(lines()).containsExactly(new Line(LAMP, 4, SHIP, DUE, 3));
    assertThat(lamp())
        .isEqualTo(product(19, 3, new Stock(HERE, 3, 0, IN_STOCK), new Stock(SHIP, 20, 4, DUE)));

    happens(new BatchEtaChanged(SHIP, DUE, IN_STOCK));
    assertThat(lines()).containsExactly(new Line(LAMP, 4, SHIP, IN_STOCK, 3));
    assertThat(lamp().inStock()).isEqualTo(19);

    happens(new OutOfStock(new OrderId("other"), 99, OutOfStock.Reason.REFUSED));
    happens(deallocated(4, SHIP));
    assertThat(lines()).isEmpty();
    assertThat(await(views.byRef(SHIP)))
        .contains(new BatchStock(LAMP, new Stock(SHIP, 20, 0, IN_STOCK)));
    assertThat(await(views.cursor(SHARD))).isEqualTo(8);
  }

  @Test
  void nets_a_batch_that_is_made_changed_and_used_at_once() {
    happens(
        created(HERE, 10, DUE),
        new BatchQuantityChanged(HERE, 10, 8),
        new BatchEtaChanged(HERE, DUE, IN_STOCK),
        allocated(5, HERE),
        new BatchEtaChanged(HERE, IN_STOCK, DUE));

    assertThat(lamp()).isEqualTo(product(3, 0, new Stock(HERE, 8, 5, DUE)));
    assertThat(lines()).containsExactly(new Line(LAMP, 5, HERE, DUE, 4));
  }

  @Test
  void nets_a_line_that_is_given_back_and_allocated_again_at_once() {
    happens(created(HERE, 10, IN_STOCK), allocated(4, HERE));

    happens(deallocated(4, HERE), allocated(7, HERE));
    assertThat(lines()).containsExactly(new Line(LAMP, 7, HERE, IN_STOCK, 4));

    happens(deallocated(7, HERE), allocated(2, HERE), deallocated(2, HERE), allocated(2, HERE));
    assertThat(lines()).containsExactly(new Line(LAMP, 2, HERE, IN_STOCK, 8));

    happens(deallocated(2, HERE), allocated(1, HERE), deallocated(1, HERE));
    assertThat(lines()).isEmpty();
    assertThat(lamp()).isEqualTo(product(10, 10, new Stock(HERE, 10, 0, IN_STOCK)));
  }

  @Test
  void a_line_keeps_its_age_when_it_moves_and_moves_back_at_once() {
    happens(created(HERE, 10, IN_STOCK), created(SHIP, 10, DUE), allocated(4, HERE));

    happens(moved(4, HERE, SHIP), moved(4, SHIP, HERE));
    assertThat(lines()).containsExactly(new Line(LAMP, 4, HERE, IN_STOCK, 3));

    happens(moved(4, HERE, SHIP), deallocated(4, SHIP), allocated(5, SHIP), moved(5, SHIP, HERE));
    assertThat(lines()).containsExactly(new Line(LAMP, 5, HERE, IN_STOCK, 8));
  }

  @Test
  void a_line_that_comes_and_goes_at_once_leaves_nothing() {
    happens(created(HERE, 10, IN_STOCK), allocated(4, HERE), deallocated(4, HERE));

    assertThat(lines()).isEmpty();
    assertThat(lamp().available()).isEqualTo(10);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void is_what_a_plain_fold_of_the_log_is(long seed) {
    System.out.println("views against a plain fold, seed=" + seed);
    Random random = new Random(seed);
    History history = new History(seed, ViewsDatabase.SHARDS);
    PlainViews plain = new PlainViews();
    List<List<LoggedEvent>> waiting = new ArrayList<>();
    long[] cursors = new long[ViewsDatabase.SHARDS];
    for (int shard = 0; shard < ViewsDatabase.SHARDS; shard++) {
      waiting.add(new ArrayList<>());
      cursors[shard] = await(views.cursor(shard));
    }

    for (int round = 0; round < 25; round++) {
      history.next(40).forEach(event -> waiting.get(event.shard()).add(event));
      List<Views.Run> runs = new ArrayList<>();
      for (int shard = 0; shard < ViewsDatabase.SHARDS; shard++) {
        List<LoggedEvent> events = waiting.get(shard);
        int cut = events.isEmpty() ? 0 : random.nextInt(events.size() + 1);
        if (cut > 0) {
          List<LoggedEvent> batch = List.copyOf(events.subList(0, cut));
          runs.add(new Views.Run(shard, cursors[shard], batch));
          plain.apply(batch);
          events.subList(0, cut).clear();
        }
      }
      List<Long> reached = await(views.apply(runs));
      for (int i = 0; i < runs.size(); i++) {
        assertThat(reached.get(i)).isEqualTo(runs.get(i).last());
        cursors[runs.get(i).shard()] = reached.get(i);
      }
      database.requireSame(plain);
    }
  }

  @Test
  void two_that_apply_the_same_events_apply_them_once() {
    PgViews other = new PgViews(database.newPool(2));
    History history = new History(7, 1);
    PlainViews plain = new PlainViews();
    long at = await(views.cursor(0));

    for (int round = 0; round < 60; round++) {
      List<LoggedEvent> events = history.next(5);
      if (!events.isEmpty()) {
        Future<Long> one = ViewsDatabase.apply(views, 0, at, events);
        Future<Long> two = ViewsDatabase.apply(other, 0, at, events);
        await(Future.all(one, two));
        at = events.getLast().position();
        assertThat(List.of(one.result(), two.result())).containsOnly(at);
        plain.apply(events);
      }
    }

    database.requireSame(plain);
  }

  @Test
  void a_shard_that_is_elsewhere_keeps_no_other_from_being_applied() {
    happens(created(HERE, 10, IN_STOCK));
    int other = (SHARD + 1) % ViewsDatabase.SHARDS;
    LoggedEvent elsewhere =
        EventJson.logged(
            other,
            1,
            new Sku("DESK"),
            created(new BatchRef("elsewhere"), 3, IN_STOCK),
            Instant.EPOCH,
            "unit",
            "correlation");
    await(views.cursor(other));

    List<Long> reached =
        await(
            views.apply(
                List.of(
                    new Views.Run(SHARD, 5, List.of(logged(6, allocated(4, HERE)))),
                    new Views.Run(other, 0, List.of(elsewhere)))));

    assertThat(reached).containsExactly(1L, 1L);
    assertThat(await(views.byRef(new BatchRef("elsewhere")))).isPresent();
  }

  @Test
  void tells_where_it_is_and_writes_nothing_when_it_is_elsewhere() {
    happens(created(HERE, 10, IN_STOCK), allocated(4, HERE));
    List<String> before = database.everything();

    Future<Long> late =
        ViewsDatabase.apply(views, SHARD, 1, List.of(logged(2, allocated(9, HERE))));
    Future<Long> early =
        ViewsDatabase.apply(views, SHARD, 5, List.of(logged(6, deallocated(4, HERE))));

    assertThat(await(late)).isEqualTo(2);
    assertThat(await(early)).isEqualTo(2);
    assertThat(database.everything()).isEqualTo(before);
  }

  @Test
  void a_contradiction_fails_and_leaves_rows_and_cursor_as_they_were() {
    happens(created(HERE, 10, IN_STOCK), created(SHIP, 10, DUE), allocated(4, HERE));

    for (Event contradiction :
        List.of(
            allocated(1, new BatchRef("unknown")),
            new Allocated(ORDER, 1, HERE, IN_STOCK, Optional.empty()),
            moved(3, HERE, SHIP),
            moved(4, SHIP, HERE),
            deallocated(3, HERE),
            new Deallocated(new OrderId("none"), 4, HERE, Deallocated.Reason.CANCELLED),
            new Allocated(new OrderId("greedy"), 7, HERE, IN_STOCK, Optional.empty()),
            created(HERE, 10, IN_STOCK),
            new BatchQuantityChanged(HERE, 11, 12),
            new BatchQuantityChanged(HERE, 10, 3),
            new BatchEtaChanged(HERE, DUE, IN_STOCK))) {
      List<String> before = database.everything();
      Event fine = new Allocated(new OrderId("fine"), 1, SHIP, DUE, Optional.empty());

      assertThatThrownBy(() -> happens(fine, contradiction))
          .as(contradiction.toString())
          .isNotNull();

      assertThat(database.everything()).as(contradiction.toString()).isEqualTo(before);
    }
  }

  @Test
  void refuses_events_with_a_gap() {
    assertThatThrownBy(() ->
            await(ViewsDatabase.apply(views, SHARD, 0, List.of(logged(2, created(HERE, 1, DUE))))))
        .hasMessageContaining("position 1 is due");
  }

  @Test
  void turns_the_pages_of_products_in_sku_order() {
    String[] skus = {"A", "B", "Z", "a", "b", "\u00e9", "\uffe5", "\ud83d\ude00"};
    List<LoggedEvent> events = new ArrayList<>();
    for (int i = 0; i < skus.length; i++) {
      Event event = created(new BatchRef("batch-" + i), i + 1, i % 2 == 0 ? IN_STOCK : DUE);
      events.add(logged(i + 1, new Sku(skus[skus.length - 1 - i]), event));
    }
    await(ViewsDatabase.apply(views, SHARD, 0, events));

    List<String> seen = new ArrayList<>();
    Optional<Sku> after = Optional.empty();
    do {
      ProductPage page = await(views.page(after, 3));
      page.items().stream().map(Item::sku).map(Sku::value).forEach(seen::add);
      after = page.next();
    } while (after.isPresent());

    assertThat(seen).containsExactly(skus);
    assertThat(await(views.page(Optional.empty(), skus.length)).next()).isEmpty();
    assertThat(await(views.page(Optional.of(new Sku("\ud83d\ude00")), 3)).items()).isEmpty();
  }

  @Test
  void knows_nothing_of_what_never_was() {
    assertThat(database.product(LAMP)).isEmpty();
    assertThat(await(views.byRef(HERE))).isEmpty();
    assertThat(lines()).isEmpty();
    assertThat(await(views.page(Optional.empty(), 1)).items()).isEmpty();
  }

  private void happens(Event... events) {
    List<LoggedEvent> batch = new ArrayList<>();
    for (Event event : events) {
      batch.add(logged(cursor + 1 + batch.size(), event));
    }
    cursor = await(ViewsDatabase.apply(views, SHARD, cursor, batch));
  }

  private ProductStock lamp() {
    return database.product(LAMP).orElseThrow();
  }

  private List<Line> lines() {
    return database.lines(ORDER);
  }

  private static ProductStock product(long available, long inStock, Stock... batches) {
    return new ProductStock(LAMP, available, inStock, List.of(batches));
  }

  private static LoggedEvent logged(long position, Event event) {
    return logged(position, LAMP, event);
  }

  private static LoggedEvent logged(long position, Sku sku, Event event) {
    return EventJson.logged(SHARD, position, sku, event, Instant.EPOCH, "unit", "correlation");
  }

  private static Event created(BatchRef ref, int quantity, Arrival arrival) {
    return new BatchCreated(ref, quantity, arrival);
  }

  private static Event allocated(int quantity, BatchRef ref) {
    return new Allocated(ORDER, quantity, ref, IN_STOCK, Optional.empty());
  }

  private static Event moved(int quantity, BatchRef from, BatchRef to) {
    return new Allocated(ORDER, quantity, to, IN_STOCK, Optional.of(from));
  }

  private static Event deallocated(int quantity, BatchRef ref) {
    return new Deallocated(ORDER, quantity, ref, Deallocated.Reason.CANCELLED);
  }
}
