package allocation.bridge;

import static allocation.given.Waiting.failure;
import static allocation.given.Waiting.result;
import static allocation.given.Waiting.until;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.Addresses;
import allocation.bus.CommandFailure;
import allocation.bus.CommandKey;
import allocation.bus.CommandMessage;
import allocation.bus.EventsCommitted;
import allocation.bus.PublicAddresses;
import allocation.bus.PublicFailure;
import allocation.bus.Query;
import allocation.bus.View;
import allocation.domain.Command.ChangeBatch;
import allocation.domain.LoggedEvent;
import io.vertx.core.Future;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BusEntranceVerticleTest {
  private static final String TAKE =
      """
      {"v":1,"command":{"type":"Allocate","orderId":"o1","sku":"CHAIR","quantity":8},\
      "id":"my-id","correlationId":"my-correlation"}\
      """;

  private BusService service = BusService.started();

  @AfterEach
  void close() {
    service.close();
  }

  @Test
  void a_command_is_answered_with_its_outcome_shard_and_position() {
    JsonObject reply = new JsonObject(ask(PublicAddresses.COMMANDS, TAKE));

    assertThat(reply.getInteger("shard")).isEqualTo(BusService.SHARDS.of(sent().sku()));
    assertThat(reply.getLong("position")).isEqualTo(BusService.POSITION);
    assertThat(reply.getJsonObject("outcome").getString("outcome")).isEqualTo("accepted");
    assertThat(sent().key()).isEqualTo(new CommandKey("bus", "my-id"));
    assertThat(sent().correlationId()).isEqualTo("my-correlation");
    assertThat(service.counted(PublicAddresses.COMMANDS, "answered")).isOne();
  }

  @Test
  void a_json_object_is_answered_with_one() {
    Object reply =
        result(
            service
                .vertx
                .eventBus()
                .request(PublicAddresses.COMMANDS, new JsonObject(TAKE))
                .map(Message::body));

    assertThat(reply)
        .isInstanceOfSatisfying(
            JsonObject.class, json -> assertThat(json.getInteger("v")).isEqualTo(1));
  }

  @Test
  void a_command_without_an_id_gets_one_that_is_its_correlation_id_too() {
    ask(
        PublicAddresses.COMMANDS,
        "{\"v\":1,\"command\":{\"type\":\"Deallocate\",\"orderId\":\"o\",\"sku\":\"s\"}}");

    assertThat(sent().key()).isEqualTo(new CommandKey("bus", "made-1"));
    assertThat(sent().correlationId()).isEqualTo("made-1");
  }

  @Test
  void a_change_finds_the_sku_of_its_batch() {
    ask(PublicAddresses.COMMANDS, change("b1"));

    assertThat(sent().command()).isInstanceOf(ChangeBatch.class);
    assertThat(sent().sku().value()).isEqualTo("CHAIR");
  }

  @Test
  void a_batch_that_was_never_made_is_refused_without_a_shard() {
    JsonObject reply = new JsonObject(ask(PublicAddresses.COMMANDS, change("never-made")));

    assertThat(reply)
        .isEqualTo(
            new JsonObject(
                """
                {"v":1,"outcome":{"outcome":"refused","refusal":"UnknownBatch",
                 "ref":"never-made"}}
                """));
    assertThat(service.commands).isEmpty();
  }

  /** The codes as docs/wire.md has them; who reads 1 takes it that nothing was written. */
  @ParameterizedTest
  @CsvSource({"BUSY, 1", "UNKNOWN, 2", "INTERNAL, 3", "IN_FLIGHT, 2"})
  void a_command_that_has_no_answer_fails_with_what_is_known_of_it(
      CommandFailure failure, int code) {
    service.handler = request -> failure.reply(request, "inside");

    ReplyException cause = refusal(PublicAddresses.COMMANDS, TAKE);

    assertThat(cause.failureCode()).isEqualTo(code);
    assertThat(cause.getMessage()).isNotBlank().doesNotContain("inside");
  }

  @Test
  void a_command_whose_handler_is_silent_is_an_unknown_outcome() {
    service.handler = silent -> {};

    assertThat(PublicFailure.of(refusal(PublicAddresses.COMMANDS, TAKE)))
        .isEqualTo(PublicFailure.UNKNOWN);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          commands | nonsense                             | body must be well-formed JSON
          commands | []                                   | body must be a JSON object
          commands | {}                                   | v must be present
          commands | {"v":2,"command":{}}                 | v must be an integer from 1 to 1
          commands | {"v":1,"v":1}                        | v must not appear twice
          commands | {"v":1}                              | command must be present
          commands | {"v":1,"command":7}                  | command must be a JSON object
          commands | {"v":1,"command":{"type":"Sell"}}    | command.type must be CreateBatch
          commands | {"v":1,"command":{"type":"Deallocate","sku":"s","orderId":"o","x":1}} | command.x is not known
          commands | {"v":1,"command":{"type":"Allocate","sku":"s","orderId":"o","quantity":1.0}} | command.quantity must be an integer from 1
          commands | {"v":1,"command":{"type":"Allocate","sku":"","orderId":"o","quantity":0}} | command.sku must not be empty; command.quantity must be
          commands | {"v":1,"command":{"type":"Deallocate","sku":"s","orderId":"o"},"id":"with blank"} | id must be 1 to 200 visible
          commands | {"v":1,"command":{"type":"Deallocate","sku":"s","orderId":"o"},"ids":"x"} | ids is not known
          commands | {"v":1,"command":{"type":"Deallocate","sku":"s","orderId":"o"}} {}        | body must end after
          queries  | {"v":1,"query":{"type":"Weather"}}   | query.type must be OrderAllocations
          queries  | {"v":1,"query":{"type":"Products","limit":1001}} | query.limit must be an integer from 1 to 1000
          queries  | {"v":1,"query":{"type":"ProductBySku","sku":"s","freshness":{"type":"AtLeast","positions":{"16":1}}}} | query.freshness.positions must name shards below 16
          queries  | {"v":1,"query":{"type":"ProductBySku","sku":"s","freshness":{"type":"AtLeast","positions":{"x":1}}}} | query.freshness.positions.x must be the number
          log      | {"v":1,"shard":16,"after":0}         | shard must be below 16
          log      | {"v":1,"shard":3}                    | after must be present
          log      | {"v":1,"shard":3,"after":-1}         | after must be an integer from 0 on
          log      | {"v":1,"shard":3,"after":0,"limit":1001} | limit must be an integer from 1 to 1000
          log      | {"v":1,"what":3}                     | what is not known
          """)
  void what_is_wrong_is_named_with_its_field(String address, String body, String why) {
    ReplyException cause = refusal("allocation.public." + address, body);

    assertThat(PublicFailure.of(cause)).isEqualTo(PublicFailure.INVALID);
    assertThat(cause.getMessage()).contains(why);
    assertThat(service.counted("allocation.public." + address, "invalid")).isOne();
  }

  @Test
  void what_is_no_json_at_all_is_told_so() {
    for (Object body : new Object[] {7, new JsonArray(), true}) {
      Throwable cause = failure(service.vertx.eventBus().request(PublicAddresses.COMMANDS, body));

      assertThat(PublicFailure.of(cause)).isEqualTo(PublicFailure.INVALID);
    }
    assertThat(
            PublicFailure.of(
                failure(service.vertx.eventBus().request(PublicAddresses.QUERIES, null))))
        .isEqualTo(PublicFailure.INVALID);
  }

  @Test
  void a_question_is_answered_with_its_view() {
    assertThat(
            ask(
                PublicAddresses.QUERIES,
                """
                {"v":1,"query":{"type":"ProductBySku","sku":"CHAIR",
                 "freshness":{"type":"AtLeast","positions":{"3":41}}}}
                """))
        .isEqualTo("{\"v\":1,\"view\":{\"type\":\"Unknown\"}}");
    assertThat(service.queries.getFirst().freshness())
        .isEqualTo(new Query.Freshness.AtLeast(Map.of(3, 41L)));
  }

  @Test
  void a_view_that_is_behind_is_an_answer_too() {
    service.readModel = question -> question.reply(new View.Behind("shard 3 is at 2"));

    assertThat(ask(PublicAddresses.QUERIES, product()))
        .isEqualTo("{\"v\":1,\"view\":{\"type\":\"Behind\",\"why\":\"shard 3 is at 2\"}}");
  }

  @Test
  void a_question_that_has_no_answer_is_busy_or_our_fault_and_never_unknown() {
    service.readModel = question -> CommandFailure.INTERNAL.reply(question, "inside");
    assertThat(PublicFailure.of(refusal(PublicAddresses.QUERIES, product())))
        .isEqualTo(PublicFailure.INTERNAL);

    service.readModel = question -> CommandFailure.BUSY.reply(question, "inside");
    assertThat(PublicFailure.of(refusal(PublicAddresses.QUERIES, product())))
        .isEqualTo(PublicFailure.BUSY);

    service.readModel = silent -> {};
    assertThat(PublicFailure.of(refusal(PublicAddresses.QUERIES, product())))
        .isEqualTo(PublicFailure.BUSY);
  }

  @Test
  void the_log_is_read_after_a_position() {
    List<LoggedEvent> events = service.log.append(3, "CHAIR", 5);

    assertThat(ask(PublicAddresses.LOG, "{\"v\":1,\"shard\":3,\"after\":2,\"limit\":2}"))
        .isEqualTo(
            "{\"v\":1,\"shard\":3,\"events\":[%s,%s]}"
                .formatted(events.get(2).data(), events.get(3).data()));
    assertThat(ask(PublicAddresses.LOG, "{\"v\":1,\"shard\":3,\"after\":5}"))
        .isEqualTo("{\"v\":1,\"shard\":3,\"events\":[]}");
  }

  @Test
  void the_log_is_read_a_thousand_events_at_a_time_at_most() {
    service.log.append(3, "CHAIR", 1_001);

    JsonObject reply =
        new JsonObject(ask(PublicAddresses.LOG, "{\"v\":1,\"shard\":3,\"after\":0}"));

    assertThat(reply.getJsonArray("events")).hasSize(1_000);
  }

  @Test
  void the_log_tells_how_far_every_shard_is() {
    service.log.append(3, "CHAIR", 5);
    service.log.append(12, "LAMP", 1);

    assertThat(ask(PublicAddresses.LOG, "{\"v\":1}"))
        .isEqualTo("{\"v\":1,\"positions\":{\"3\":5,\"12\":1}}");
  }

  @Test
  void a_position_that_no_shard_will_ever_have_is_invalid() {
    String after = "{\"v\":1,\"shard\":3,\"after\":%d}";

    assertThat(ask(PublicAddresses.LOG, after.formatted(999_999_999_999_999_999L))).isNotEmpty();
    for (long beyond : new long[] {1_000_000_000_000_000_000L, Long.MAX_VALUE}) {
      ReplyException refused = refusal(PublicAddresses.LOG, after.formatted(beyond));
      assertThat(PublicFailure.of(refused)).isEqualTo(PublicFailure.INVALID);
      assertThat(refused).hasMessageContaining("after must be at most 999999999999999999");
    }
  }

  @Test
  void a_log_that_is_away_is_busy() {
    service.log.refuse(1);

    assertThat(PublicFailure.of(refusal(PublicAddresses.LOG, "{\"v\":1,\"shard\":3,\"after\":0}")))
        .isEqualTo(PublicFailure.BUSY);
  }

  @Test
  void one_more_than_may_be_under_way_is_busy_until_another_has_ended() {
    service.close();
    service =
        BusService.started(
            new BusEntranceVerticle.Settings(BusService.SHARDS, BusService.REPLY_MS, 2, 1, true));
    List<Message<CommandMessage>> held = new CopyOnWriteArrayList<>();
    service.handler = held::add;
    List<Future<?>> sent = new ArrayList<>(List.of(send(TAKE), send(TAKE)));
    until("two are under way", () -> held.size() == 2);

    assertThat(PublicFailure.of(refusal(PublicAddresses.COMMANDS, TAKE)))
        .isEqualTo(PublicFailure.BUSY);
    assertThat(ask(PublicAddresses.LOG, "{\"v\":1}")).isNotEmpty();

    held.forEach(BusService::accept);
    sent.forEach(each -> result(each));
    service.handler = BusService::accept;
    assertThat(ask(PublicAddresses.COMMANDS, TAKE)).contains("accepted");
  }

  @Test
  void committed_events_are_told_as_they_stand_in_the_log() {
    List<String> told = heard();
    List<LoggedEvent> events = service.log.append(3, "CHAIR", 2);

    service.commit(events);

    until("told", () -> told.size() == 1);
    assertThat(told)
        .containsExactly(
            "{\"v\":1,\"shard\":3,\"first\":1,\"last\":2,\"events\":[%s,%s]}"
                .formatted(events.get(0).data(), events.get(1).data()));
  }

  @Test
  void too_many_events_are_told_without_them() {
    List<String> told = heard();

    service.commit(service.log.append(3, "CHAIR", 1_001));

    until("told", () -> told.size() == 1);
    assertThat(told)
        .containsExactly("{\"v\":1,\"shard\":3,\"first\":1,\"last\":1001,\"events\":[]}");
  }

  @Test
  void nothing_is_told_where_nobody_could_be_listening() {
    service.close();
    service =
        BusService.started(
            BusEntranceVerticle.Settings.of(BusService.SHARDS, BusService.REPLY_MS, false));
    List<String> told = heard();
    List<EventsCommitted> inside = new CopyOnWriteArrayList<>();
    service
        .vertx
        .eventBus()
        .<EventsCommitted>consumer(Addresses.events(3), nudge -> inside.add(nudge.body()));

    service.commit(service.log.append(3, "CHAIR", 1));
    until("heard inside", () -> inside.size() == 1);
    ask(PublicAddresses.LOG, "{\"v\":1}");

    assertThat(told).isEmpty();
  }

  @Test
  void a_stop_sees_through_what_is_under_way() {
    List<Message<CommandMessage>> held = new CopyOnWriteArrayList<>();
    service.handler = held::add;
    Future<?> sent = send(TAKE);
    until("one is under way", () -> held.size() == 1);

    Future<Void> stopped = service.stop();
    until("takes no more", () -> PublicFailure.of(failure(send(TAKE))) == PublicFailure.BUSY);
    assertThat(stopped.isComplete()).isFalse();
    held.forEach(BusService::accept);

    result(sent);
    result(stopped);
  }

  private List<String> heard() {
    List<String> told = new CopyOnWriteArrayList<>();
    result(
        service
            .vertx
            .eventBus()
            .<String>consumer(PublicAddresses.EVENTS, message -> told.add(message.body()))
            .completion());
    return told;
  }

  private CommandMessage sent() {
    return service.commands.getLast();
  }

  private String ask(String address, String body) {
    return result(send(address, body));
  }

  private Future<String> send(String body) {
    return send(PublicAddresses.COMMANDS, body);
  }

  private Future<String> send(String address, String body) {
    return service
        .vertx
        .eventBus()
        .<String>request(address, body, new DeliveryOptions().setSendTimeout(15_000))
        .map(Message::body);
  }

  private ReplyException refusal(String address, String body) {
    return (ReplyException) failure(send(address, body));
  }

  private static String change(String ref) {
    return "{\"v\":1,\"command\":{\"type\":\"ChangeBatch\",\"ref\":\"%s\",\"quantity\":5}}"
        .formatted(ref);
  }

  private static String product() {
    return "{\"v\":1,\"query\":{\"type\":\"ProductBySku\",\"sku\":\"CHAIR\"}}";
  }
}
