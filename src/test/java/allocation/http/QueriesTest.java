package allocation.http;

import static allocation.given.Waiting.failure;
import static allocation.given.Waiting.result;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.Addresses;
import allocation.bus.BusMessage;
import allocation.bus.Query;
import allocation.bus.QueryGroup;
import allocation.bus.Requests;
import allocation.bus.Unreadable;
import allocation.bus.View;
import allocation.domain.OrderId;
import allocation.domain.Sku;
import allocation.wire.WireCodec;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is asked in one turn of the event loop. */
class QueriesTest {
  private static final Turnstile PLACES = new Turnstile(100_000);

  private static final Query.Freshness ANY = new Query.Freshness.Any();
  private static final Query.Freshness FRESH = new Query.Freshness.AtLeast(Map.of(3, 1L));

  private final Vertx vertx = Vertx.vertx();
  private final Queries queries = new Queries(vertx, Requests.alone(vertx), PLACES, 5_000);
  private final List<BusMessage> messages = new CopyOnWriteArrayList<>();

  @BeforeEach
  void answer() {
    WireCodec.register(vertx.eventBus());
    vertx
        .eventBus()
        .<BusMessage>consumer(
            Addresses.QUERIES,
            question -> {
              messages.add(question.body());
              question.reply(
                  question.body() instanceof QueryGroup group
                      ? new QueryGroup.Views(group.queries().stream().map(this::view).toList())
                      : view((Query) question.body()).orElseThrow());
            });
  }

  @AfterEach
  void close() {
    result(vertx.close());
  }

  /** The read side is busy where it is asked for this. */
  private static final Sku BUSY = new Sku("busy");

  private Optional<View> view(Query query) {
    return switch (query) {
      case Query.ProductBySku q when q.sku().equals(BUSY) -> Optional.empty();
      case Query.ProductBySku q -> Optional.of(new View.ProductStock(q.sku(), 1, 1, List.of()));
      case Query.OrderAllocations q -> Optional.of(new View.OrderLines(q.orderId(), List.of()));
      default -> Optional.of(new View.Unknown());
    };
  }

  @Test
  void questions_of_one_kind_go_together_and_each_has_its_own_answer() {
    Query order = new Query.OrderAllocations(new OrderId("o1"), ANY);

    List<Future<View>> answers = ask(product("chair"), order, product("busy"), product("table"));

    assertThat(result(answers.get(0)))
        .isEqualTo(new View.ProductStock(new Sku("chair"), 1, 1, List.of()));
    assertThat(result(answers.get(1))).isInstanceOf(View.OrderLines.class);
    assertThat(failure(answers.get(2))).isInstanceOf(ProblemException.class);
    assertThat(result(answers.get(3)))
        .isEqualTo(new View.ProductStock(new Sku("table"), 1, 1, List.of()));
    assertThat(messages)
        .containsExactlyInAnyOrder(
            new QueryGroup(List.of(product("chair"), product("busy"), product("table"))), order);
  }

  @Test
  void one_that_waits_for_fresher_views_keeps_nobody_waiting() {
    Query fresh = new Query.ProductBySku(new Sku("chair"), FRESH);

    ask(product("chair"), fresh, product("table")).forEach(answer -> result(answer));

    assertThat(messages)
        .containsExactlyInAnyOrder(
            fresh, new QueryGroup(List.of(product("chair"), product("table"))));
  }

  @Test
  void no_message_has_more_than_so_many() {
    Query[] many = IntStream.range(0, 450).mapToObj(n -> product("sku-" + n)).toArray(Query[]::new);

    ask(many).forEach(answer -> result(answer));

    assertThat(messages)
        .extracting(message -> ((QueryGroup) message).queries().size())
        .containsExactly(200, 200, 50);
  }

  @Test
  void all_of_a_message_are_told_when_nobody_answers() {
    result(vertx.close());
    Vertx silent = Vertx.vertx();
    WireCodec.register(silent.eventBus());

    List<Future<View>> answers =
        ask(
            silent,
            new Queries(silent, Requests.alone(silent), PLACES, 200),
            product("chair"),
            product("table"));

    answers.forEach(answer -> assertThat(failure(answer)).isInstanceOf(ProblemException.class));
    result(silent.close());
  }

  @Test
  void all_of_a_message_are_told_when_the_views_cannot_be_read() {
    Vertx other = Vertx.vertx();
    WireCodec.register(other.eventBus());
    other
        .eventBus()
        .consumer(Addresses.QUERIES, question -> question.reply(new Unreadable("of next year")));
    Queries asking = new Queries(other, Requests.alone(other), PLACES, 20_000);

    List<Future<View>> answers = new ArrayList<>(ask(other, asking, product("chair")));
    answers.addAll(ask(other, asking, product("chair"), product("table")));

    assertThat(answers)
        .allSatisfy(answer -> assertThat(failure(answer)).isInstanceOf(ProblemException.class));
    result(other.close());
  }

  private static Query product(String sku) {
    return new Query.ProductBySku(new Sku(sku), ANY);
  }

  private List<Future<View>> ask(Query... asked) {
    return ask(vertx, queries, asked);
  }

  /** All of them in one turn. */
  private static List<Future<View>> ask(Vertx vertx, Queries queries, Query... asked) {
    Promise<List<Future<View>>> all = Promise.promise();
    vertx.runOnContext(turn -> {
      List<Future<View>> answers = new ArrayList<>();
      for (Query query : asked) {
        answers.add(queries.ask(query));
      }
      all.complete(answers);
    });
    return result(all.future());
  }
}
