package allocation.http;

import static allocation.given.Waiting.result;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.Addresses;
import allocation.bus.BatchOwner;
import allocation.bus.CommandMessage;
import allocation.bus.Query;
import allocation.bus.View;
import allocation.domain.Arrival;
import allocation.domain.BatchRef;
import allocation.domain.LoggedEvent;
import allocation.domain.Sku;
import allocation.given.InMemoryLedger;
import allocation.given.LedgerState;
import allocation.handler.CommandHandlerVerticle;
import allocation.handler.Wanted;
import allocation.http.NegativeCases.Case;
import allocation.http.NegativeCases.Kind;
import allocation.wire.WireCodec;
import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Thousands of bad requests that are made out of the contract: each is answered, in time, with a
 * 4xx that the contract foresees, and nothing is changed by it. Behind the entrance are the real
 * handler and a ledger in memory, so that what slips through is written.
 */
class NegativeTest {
  @RegisterExtension static final HttpService service = new HttpService();

  private static final Pattern NUMBER = Pattern.compile("\\b4[0-9]{2}\\b");

  private static final Vertx behind = Vertx.vertx();
  private static final InMemoryLedger ledger = new InMemoryLedger(HttpService.SHARDS);

  private final Set<Object> checked = new HashSet<>();
  private @Nullable RawClient connection;

  @BeforeAll
  static void deploy() {
    WireCodec.register(behind.eventBus());
    result(
        behind.deployVerticle(
            new CommandHandlerVerticle(
                behind,
                new CommandHandlerVerticle.Settings(1_000, 100, 32, 1_000, 250),
                HttpService.SHARDS,
                0,
                HttpService.SHARDS.all(),
                ledger,
                Clock.systemUTC(),
                new SimpleMeterRegistry())));
  }

  @AfterAll
  static void close() {
    result(behind.close());
  }

  @AfterEach
  void disconnect() throws IOException {
    if (connection != null) {
      connection.close();
    }
  }

  @BeforeEach
  void connect() {
    service.handles(NegativeTest::handle);
    service.batchesBelongTo(NegativeTest::owner);
    service.reads(question -> question.reply(view(question.body())));
  }

  private static void handle(Message<CommandMessage> command) {
    behind
        .eventBus()
        .request(Addresses.commands(HttpService.SHARDS.of(command.body().sku())), command.body())
        .onSuccess(reply -> command.reply(reply.body()))
        .onFailure(cause -> {
          ReplyException failure = (ReplyException) cause;
          command.fail(failure.failureCode(), failure.getMessage());
        });
  }

  private static Optional<Sku> owner(BatchOwner asked) {
    BatchRef ref = asked.ref();
    Wanted wanted =
        new Wanted(Set.of(), Set.of(), Set.of(), Set.of(ref), Set.of(), Optional.empty());
    return Optional.ofNullable(ledger.now(wanted).owners().get(ref));
  }

  /** Of what the contract has in its examples; of anything else there is nothing. */
  private static View view(Query query) {
    View.Stock stock = new View.Stock(new BatchRef("batch-001"), 20, 2, Arrival.inStock());
    return switch (query) {
      case Query.OrderAllocations q ->
          new View.OrderLines(
              q.orderId(),
              q.orderId().value().equals("order-7")
                  ? List.of(new View.Line(Examples.SKU, 2, stock.ref(), stock.arrival(), 41))
                  : List.of());
      case Query.ProductBySku q ->
          q.sku().equals(Examples.SKU)
              ? new View.ProductStock(q.sku(), 18, 18, List.of(stock))
              : new View.Unknown();
      case Query.Products q -> new View.ProductPage(List.of(), Optional.empty());
      case Query.BatchByRef q ->
          q.ref().equals(stock.ref())
              ? new View.BatchStock(Examples.SKU, stock)
              : new View.Unknown();
    };
  }

  @Test
  void a_request_that_the_contract_does_not_allow_is_refused_and_changes_nothing() {
    List<Case> cases = NegativeCases.of(contract());
    everyOperationTakesItsGoodRequest();
    LedgerState before = ledger.state();
    List<String> faults = new ArrayList<>();
    for (Case bad : cases) {
      service.commands.clear();
      List<LoggedEvent> events = events();
      try {
        if (bad.statuses().isEmpty()) {
          assertThat(isAnswered(bad.request().getBytes())).as("answered").isFalse();
        } else {
          check(
              bad,
              bad.kind() == Kind.NOT_FOR_IT
                  ? answer(bad.request().getBytes())
                  : next(bad.request().getBytes()));
        }
        if (bad.kind() == Kind.NOT_THERE) {
          // That there is nothing is an answer, which is kept for who asks again.
          assertThat(events()).as("the log").isEqualTo(events);
          before = ledger.state();
        }
        assertThat(ledger.state()).as("the ledger").isSameAs(before);
      } catch (IOException | AssertionError | RuntimeException e) {
        faults.add(bad + "\n  -> " + e);
        before = ledger.state();
      }
    }

    assertThat(faults).isEmpty();
    assertThat(cases).hasSizeGreaterThan(4_000);
    everyOperationTakesItsGoodRequest();
  }

  @Test
  void every_operation_parameter_and_field_has_its_cases() {
    Map<String, Set<String>> made =
        NegativeCases.of(contract()).stream()
            .collect(
                Collectors.groupingBy(
                    bad -> bad.operation().id(),
                    Collectors.mapping(Case::place, Collectors.toSet())));

    assertThat(ContractOperation.all(contract())).hasSameSizeAs(service.routes());
    for (ContractOperation operation : ContractOperation.all(contract())) {
      assertThat(made.get(operation.id())).as(operation.id()).containsAll(operation.places());
    }
  }

  /** Without this, a service that refuses everything would pass. */
  private static void everyOperationTakesItsGoodRequest() {
    LedgerState empty = ledger.state();
    for (ContractOperation operation : ContractOperation.all(contract())) {
      try {
        Response response = answer(operation.request());
        assertThat(response.status())
            .as("%s %s", operation.id(), response.text())
            .isBetween(200, 204);
        service.contract().checkResponse(route(operation), response);
      } catch (IOException e) {
        throw new AssertionError(operation.id(), e);
      }
    }
    assertThat(ledger.state()).isNotSameAs(empty);
  }

  private static Response answer(byte[] request) throws IOException {
    try (RawClient client = new RawClient(service.port())) {
      return client.send(request).receive();
    }
  }

  /** The same on a connection that has lived through what came before. */
  private Response next(byte[] request) throws IOException {
    RawClient client = connection == null ? new RawClient(service.port()) : connection;
    connection = null;
    Response response = client.send(request).receive();
    if (response.header("Connection").isEmpty()) {
      connection = client;
    } else {
      client.close();
    }
    return response;
  }

  private static boolean isAnswered(byte[] request) throws IOException {
    try (RawClient client = new RawClient(service.port())) {
      return !client.send(request).isClosedByServer();
    }
  }

  private static List<LoggedEvent> events() {
    return HttpService.SHARDS.all().stream()
        .flatMap(shard -> ledger.events(shard).stream())
        .toList();
  }

  private void check(Case bad, Response response) {
    assertThat(bad.statuses()).as("status").contains(response.status());
    if (bad.kind() == Kind.IN_RESULTS) {
      JsonNode line = response.json().path("results").path(0);
      assertThat(line.path("status").asInt()).isEqualTo(400);
      assertThat(line.path("violations").findValuesAsText("field"))
          .containsExactly(bad.field().orElseThrow());
      checkOnce(bad, response);
      return;
    }
    assertThat(response.status()).isBetween(400, 499);
    assertThat(response.mediaType()).isEqualTo("application/problem+json");
    assertThat(response.json().path("status").asInt()).isEqualTo(response.status());
    assertThat(response.text().length()).as("length of the answer").isLessThan(20_000);
    if (response.status() == 400) {
      assertThat(response.problem()).isEqualTo("invalid-request");
      assertThat(service.commands).as("commands").isEmpty();
    }
    bad.field().ifPresent(field -> assertThat(response.fields()).containsExactly(field));
    if (bad.kind() != Kind.NOT_FOR_IT) {
      assertThat(foreseen(bad.operation()))
          .as("statuses of the contract")
          .contains(response.status());
      checkOnce(bad, response);
    }
  }

  /** One of each kind of answer is held against the contract's schema, which takes its time. */
  private void checkOnce(Case bad, Response response) {
    if (checked.add(List.of(bad.operation().id(), bad.place(), response.status()))) {
      service.contract().checkResponse(route(bad.operation()), response);
    }
  }

  /** Those with an entry of their own, and those that are named for all operations together. */
  private static Set<Integer> foreseen(ContractOperation operation) {
    Set<Integer> statuses =
        NUMBER
            .matcher(contract().at("/components/responses/Other/description").asText())
            .results()
            .map(number -> Integer.valueOf(number.group()))
            .collect(Collectors.toSet());
    operation
        .declared()
        .path("responses")
        .fieldNames()
        .forEachRemaining(status -> {
          if (!status.equals("default")) {
            statuses.add(Integer.valueOf(status));
          }
        });
    return statuses;
  }

  private static Route route(ContractOperation operation) {
    return service.routes().stream()
        .filter(route ->
            route.template().equals(operation.template())
                && route.method().name().equals(operation.method()))
        .findFirst()
        .orElseThrow();
  }

  private static JsonNode contract() {
    return service.contract().raw();
  }
}
