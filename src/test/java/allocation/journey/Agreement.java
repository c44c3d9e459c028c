package allocation.journey;

import static org.assertj.core.api.Assertions.assertThat;

import allocation.domain.Arrival;
import allocation.domain.Batch;
import allocation.domain.BatchRef;
import allocation.domain.Event;
import allocation.domain.LoggedEvent;
import allocation.domain.OrderId;
import allocation.domain.Sku;
import allocation.journey.Books.Line;
import allocation.journey.Books.OrderedSku;
import allocation.journey.Books.Stock;
import allocation.pulsar.Topics;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All that tells of the same facts says the same: the write side, the event log, the views and the
 * topics. Nothing is missing, nothing is there twice, and all of it is in order.
 */
final class Agreement {
  /** Of more than so many orders only some are asked for over HTTP; the rows are all compared. */
  private static final int MOST_ORDERS_ASKED = 5_000;

  private final Installation installation;
  private final Client client;
  private final Books books;
  private final Map<OrderId, List<Map.Entry<OrderedSku, Line>>> linesOf;

  private Agreement(Installation installation, Client client) {
    this.installation = installation;
    this.client = client;
    this.books = Books.read(installation.log());
    this.linesOf =
        books.lines().entrySet().stream()
            .collect(Collectors.groupingBy(entry -> entry.getKey().orderId()));
  }

  /** Checks all of it once the followers are done; nobody may send commands meanwhile. */
  static Books check(Installation installation, Client client) {
    installation.settle();
    Agreement agreement = new Agreement(installation, client);
    agreement.write_side_is_what_the_log_adds_up_to();
    agreement.views_are_what_the_log_adds_up_to();
    agreement.topic_is_the_log();
    agreement.lines_are_on_the_original_s_topic();
    return agreement.books;
  }

  private void write_side_is_what_the_log_adds_up_to() {
    assertThat(installation.rows("SELECT shard, position FROM shard WHERE position > 0"))
        .containsExactlyInAnyOrderElementsOf(
            books.positions().entrySet().stream()
                .map(entry -> List.of(entry.getKey() + "", entry.getValue() + ""))
                .toList());
    // Each has a key of its own, so that as sets they are compared fast.
    assertThat(
            Set.copyOf(installation.rows("SELECT sku, ref, purchased, allocated, eta FROM batch")))
        .isEqualTo(
            books.batches().entrySet().stream()
                .map(entry -> row(entry.getKey(), entry.getValue()))
                .collect(Collectors.toSet()));
    assertThat(
            Set.copyOf(
                installation.rows(
                    "SELECT order_id, sku, quantity, batch_ref, position FROM order_line")))
        .isEqualTo(lineRows());
  }

  private Set<List<String>> lineRows() {
    return books.lines().entrySet().stream()
        .map(entry -> row(entry.getKey(), entry.getValue()))
        .collect(Collectors.toSet());
  }

  private void views_are_what_the_log_adds_up_to() {
    // Reads that ask for all there is: it has to be there, and not only sooner or later.
    String position =
        books.positions().entrySet().stream()
            .map(entry -> entry.getKey() + ":" + entry.getValue())
            .collect(Collectors.joining(","));
    Map<String, String> everything = Map.of("Allocation-Position", position);
    Set<Sku> skus = new TreeSet<>();
    Set<OrderId> orders = new TreeSet<>();
    for (LoggedEvent logged : books.events()) {
      skus.add(logged.sku());
      switch (logged.event()) {
        case Event.Allocated e -> orders.add(e.orderId());
        case Event.OutOfStock e -> orders.add(e.orderId());
        case Event.BatchCreated e -> {}
        case Event.BatchQuantityChanged e -> {}
        case Event.BatchEtaChanged e -> {}
        case Event.Deallocated e -> {}
      }
    }
    for (Sku sku : skus) {
      Client.Answer answer = client.get("/v1/products/" + Client.segment(sku.value()), everything);
      assertThat(answer.body()).isEqualTo(product(sku));
    }
    assertThat(
            Set.copyOf(
                installation.rows(
                    "SELECT order_id, sku, quantity, batch_ref, position FROM views.order_view")))
        .isEqualTo(lineRows());
    // In the long form there are tens of thousands of them.
    int step = 1 + orders.size() / MOST_ORDERS_ASKED;
    for (OrderId orderId : everyNth(orders, step)) {
      Client.Answer answer =
          client.get(
              "/v1/orders/%s/allocations".formatted(Client.segment(orderId.value())), everything);
      JsonArray lines = lines(orderId);
      assertThat(answer.status()).as(orderId.value()).isEqualTo(lines.isEmpty() ? 404 : 200);
      if (!lines.isEmpty()) {
        assertThat(answer.body())
            .isEqualTo(new JsonObject().put("orderId", orderId.value()).put("lines", lines));
      }
    }
  }

  private static <T> List<T> everyNth(Collection<T> all, int n) {
    List<T> some = new ArrayList<>();
    int i = 0;
    for (T one : all) {
      if (i++ % n == 0) {
        some.add(one);
      }
    }
    return some;
  }

  private void topic_is_the_log() {
    Map<String, List<Topic.Stored>> partitions =
        installation.topic(Topics.EVENTS).all().stream()
            .collect(Collectors.groupingBy(message -> message.shard().orElseThrow()));
    for (int shard = 0; shard < Installation.SHARDS; shard++) {
      int number = shard;
      assertSame(
          "shard %d on %s".formatted(shard, Topics.EVENTS),
          partitions.getOrDefault(shard + "", List.of()),
          books.events().stream()
              .filter(event -> event.shard() == number)
              .map(event ->
                  new Topic.Stored(
                      event.sku().value(),
                      event.data(),
                      Optional.of(number + ""),
                      Optional.of(event.position() + "")))
              .toList());
    }
  }

  private void lines_are_on_the_original_s_topic() {
    Function<Topic.Stored, String> bySku = Topic.Stored::key;
    List<Topic.Stored> expected = new ArrayList<>();
    for (LoggedEvent logged : books.events()) {
      if (logged.event() instanceof Event.Allocated e) {
        JsonObject json =
            new JsonObject()
                .put("orderid", e.orderId().value())
                .put("sku", logged.sku().value())
                .put("qty", e.quantity())
                .put("batchref", e.batchRef().value());
        expected.add(
            new Topic.Stored(
                logged.sku().value(),
                json.encode(),
                Optional.of(logged.shard() + ""),
                Optional.of(logged.position() + "")));
      }
    }
    Map<String, List<Topic.Stored>> told =
        installation.topic(Topics.LINE_ALLOCATED).all().stream()
            .collect(Collectors.groupingBy(bySku));
    Map<String, List<Topic.Stored>> logged =
        expected.stream().collect(Collectors.groupingBy(bySku));
    assertThat(told.keySet()).isEqualTo(logged.keySet());
    logged.forEach((sku, lines) ->
        assertSame(
            "%s on %s".formatted(sku, Topics.LINE_ALLOCATED),
            told.getOrDefault(sku, List.of()),
            lines));
  }

  /** With the first difference alone: there may be a hundred thousand lines. */
  private static void assertSame(
      String what, List<Topic.Stored> told, List<Topic.Stored> expected) {
    int both = Math.min(told.size(), expected.size());
    for (int i = 0; i < both; i++) {
      assertThat(told.get(i)).as("message %d of %s", i, what).isEqualTo(expected.get(i));
    }
    assertThat(told.stream().skip(both).findFirst())
        .as("the first of %d on %s after the %d of the log", told.size() - both, what, both)
        .isEmpty();
    assertThat(expected.stream().skip(both).findFirst())
        .as("the first of %d that are not on %s after %d", expected.size() - both, what, both)
        .isEmpty();
  }

  private JsonObject product(Sku sku) {
    List<Map.Entry<BatchRef, Stock>> batches =
        books.batches().entrySet().stream()
            .filter(entry -> entry.getValue().sku().equals(sku))
            .sorted(
                Comparator.comparing(
                        (Map.Entry<BatchRef, Stock> entry) -> entry.getValue().arrival(),
                        Arrival.SOONEST_FIRST)
                    .thenComparing(Map.Entry::getKey))
            .toList();
    JsonArray json = new JsonArray();
    long available = 0;
    long inStock = 0;
    for (Map.Entry<BatchRef, Stock> entry : batches) {
      Stock stock = entry.getValue();
      int free = stock.purchased() - stock.allocated();
      available += free;
      inStock += stock.arrival().eta().isEmpty() ? free : 0;
      JsonObject batch = ExpectedAnswer.batch(sku, batch(entry.getKey(), stock));
      batch.remove("sku");
      json.add(batch);
    }
    return new JsonObject()
        .put("sku", sku.value())
        .put("available", available)
        .put("inStock", inStock)
        .put("batches", json);
  }

  private JsonArray lines(OrderId orderId) {
    JsonArray lines = new JsonArray();
    linesOf.getOrDefault(orderId, List.of()).stream()
        .sorted(Comparator.comparing(entry -> entry.getKey().sku()))
        .forEach(entry -> {
          Line line = entry.getValue();
          lines.add(
              new JsonObject()
                  .put("sku", entry.getKey().sku().value())
                  .put("quantity", line.quantity())
                  .put("batchRef", line.batchRef().value())
                  .put("eta", eta(line.batchRef()))
                  .put("position", line.position()));
        });
    return lines;
  }

  private @Nullable String eta(BatchRef ref) {
    return books.batches().entrySet().stream()
        .filter(entry -> entry.getKey().equals(ref))
        .findFirst()
        .flatMap(entry -> entry.getValue().arrival().eta())
        .map(LocalDate::toString)
        .orElse(null);
  }

  private static Batch batch(BatchRef ref, Stock stock) {
    return new Batch(
        ref,
        stock.purchased(),
        stock.allocated(),
        stock.arrival(),
        new Batch.Created(1, stock.arrival()));
  }

  private static List<String> row(BatchRef ref, Stock stock) {
    return List.of(
        stock.sku().value(),
        ref.value(),
        stock.purchased() + "",
        stock.allocated() + "",
        stock.arrival().eta().map(LocalDate::toString).orElse("null"));
  }

  private static List<String> row(OrderedSku key, Line line) {
    return List.of(
        key.orderId().value(),
        key.sku().value(),
        line.quantity() + "",
        line.batchRef().value(),
        line.position() + "");
  }
}
