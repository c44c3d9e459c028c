package allocation.cluster;

import static allocation.given.Waiting.failure;
import static allocation.given.Waiting.result;
import static allocation.given.Waiting.until;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.Addresses;
import allocation.bus.BatchOwner;
import allocation.bus.BusMessage;
import allocation.bus.CommandFailure;
import allocation.bus.CommandGroup;
import allocation.bus.CommandKey;
import allocation.bus.CommandMessage;
import allocation.bus.CommandReply;
import allocation.bus.EventsCommitted;
import allocation.bus.LetGo;
import allocation.bus.LogPositions;
import allocation.bus.Query;
import allocation.bus.QueryGroup;
import allocation.bus.Requests;
import allocation.bus.Shards;
import allocation.bus.Unreadable;
import allocation.bus.View;
import allocation.domain.BatchRef;
import allocation.domain.Command.Allocate;
import allocation.domain.OrderId;
import allocation.domain.Outcome;
import allocation.domain.Refusal;
import allocation.domain.Sku;
import allocation.given.SetClock;
import allocation.wire.WireCodec;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class NodeGateVerticleTest {
  private static final Shards SHARDS = new Shards(16);
  private static final Sku CHAIR = new Sku("CHAIR");
  private static final Sku TABLE = new Sku("TABLE");
  private static final CommandReply DONE =
      new CommandReply(1, 2, new Outcome.Refused(new Refusal.KeyReused()));

  private final Vertx vertx = Vertx.vertx();
  private final SetClock clock = new SetClock();
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final List<Message<BusMessage>> got = new CopyOnWriteArrayList<>();

  @BeforeEach
  void deploy() {
    WireCodec.register(vertx.eventBus());
    result(vertx.deployVerticle(new NodeGateVerticle("me", SHARDS, clock, metrics)));
  }

  @AfterEach
  void close() {
    result(vertx.close());
  }

  static Stream<Arguments> requests() {
    Query query = new Query.OrderAllocations(new OrderId("o"), new Query.Freshness.Any());
    return Stream.of(
        Arguments.of(new BatchOwner(new BatchRef("b")), Addresses.BATCH_OWNERS),
        Arguments.of(query, Addresses.QUERIES),
        Arguments.of(new QueryGroup(List.of(query)), Addresses.QUERIES),
        Arguments.of(new LetGo(List.of(1, 2)), Addresses.LET_GO));
  }

  @ParameterizedTest
  @MethodSource("requests")
  void a_request_goes_to_those_here_that_it_is_for(BusMessage request, String address) {
    BusMessage reply = new View.Behind("of " + address);
    answer(address, reply);

    assertThat(result(send(request, 5_000))).isSameAs(reply);

    assertThat(got).extracting(Message::body).containsExactly(request);
  }

  @Test
  void a_command_goes_to_the_handler_of_its_shard() {
    answer(Addresses.commands(SHARDS.of(CHAIR)), DONE);

    assertThat(result(send(command(CHAIR, Instant.EPOCH), 5_000))).isSameAs(DONE);

    assertThat(got).hasSize(1);
  }

  @Test
  void commands_of_a_shard_stay_together() {
    BusMessage reply = new CommandGroup.Results(List.of(DONE, DONE));
    answer(Addresses.commands(SHARDS.of(TABLE)), reply);

    CommandGroup group =
        new CommandGroup(List.of(command(TABLE, Instant.EPOCH), command(TABLE, Instant.MAX)));
    assertThat(result(send(group, 5_000))).isSameAs(reply);

    assertThat(got).hasSize(1);
  }

  @Test
  void a_deadline_is_what_is_left_by_the_clock_of_this_node() {
    answer(Addresses.commands(SHARDS.of(CHAIR)), DONE);
    Instant end = clock.instant().plusMillis(1_500);

    // By clocks that are wrong by far.
    result(send(command(CHAIR, Instant.EPOCH), 1_500));
    result(
        send(
            new CommandGroup(List.of(command(CHAIR, Instant.EPOCH), command(CHAIR, Instant.MAX))),
            1_500));

    assertThat(got)
        .extracting(Message::body)
        .containsExactly(
            command(CHAIR, end),
            new CommandGroup(List.of(command(CHAIR, end), command(CHAIR, end))));
  }

  @Test
  void one_that_does_not_say_how_long_it_waits_waits_as_long_as_the_bus_does() {
    answer(Addresses.commands(SHARDS.of(CHAIR)), DONE);

    result(vertx.eventBus().request(Addresses.node("me"), command(CHAIR, Instant.EPOCH)));

    assertThat(got)
        .extracting(Message::body)
        .containsExactly(
            command(CHAIR, clock.instant().plusMillis(DeliveryOptions.DEFAULT_TIMEOUT)));
  }

  @Test
  void what_is_not_served_here_is_refused_at_once_as_moved() {
    assertThat(failure(send(command(CHAIR, Instant.MAX), 600_000)))
        .isInstanceOfSatisfying(
            ReplyException.class,
            refusal -> {
              assertThat(refusal.failureType()).isEqualTo(ReplyFailure.RECIPIENT_FAILURE);
              assertThat(refusal.failureCode()).isEqualTo(CommandFailure.MOVED);
            });
  }

  @ParameterizedTest
  @EnumSource(CommandFailure.class)
  void a_failure_passes_as_it_is(CommandFailure failure) {
    vertx
        .eventBus()
        .localConsumer(
            Addresses.commands(SHARDS.of(CHAIR)), request -> failure.reply(request, "so it is"));

    assertThat(failure(send(command(CHAIR, Instant.MAX), 5_000)))
        .hasMessage("so it is")
        .extracting(CommandFailure::of)
        .isEqualTo(failure);
  }

  @Test
  void one_that_is_not_answered_here_in_time_is_unknown() {
    vertx.eventBus().localConsumer(Addresses.commands(SHARDS.of(CHAIR)), silent -> {});

    // The sender waits longer than it says.
    assertThat(failure(send(command(CHAIR, Instant.MAX), 50)))
        .isInstanceOfSatisfying(
            ReplyException.class,
            refusal -> {
              assertThat(refusal.failureType()).isEqualTo(ReplyFailure.RECIPIENT_FAILURE);
              assertThat(CommandFailure.of(refusal)).isEqualTo(CommandFailure.UNKNOWN);
            });
  }

  /** The bus says so as if its time were over; but its handler never saw it. */
  @Test
  void what_was_on_its_way_to_a_handler_that_gives_its_shard_away_has_moved() {
    MessageConsumer<Object> handler =
        vertx.eventBus().localConsumer(Addresses.commands(SHARDS.of(CHAIR)), silent -> {});
    handler.pause();
    Future<BusMessage> sent = send(command(CHAIR, Instant.MAX), 600_000);
    // A message behind it has come to where that one went.
    vertx.eventBus().localConsumer(Addresses.QUERIES, question -> question.reply(DONE));
    result(send(new Query.OrderAllocations(new OrderId("o"), new Query.Freshness.Any()), 5_000));

    result(handler.unregister());

    assertThat(failure(sent))
        .isInstanceOfSatisfying(
            ReplyException.class,
            refusal -> assertThat(refusal.failureCode()).isEqualTo(CommandFailure.MOVED));
  }

  @Test
  void a_time_that_is_over_already_is_no_time_without_end() {
    answer(Addresses.commands(SHARDS.of(CHAIR)), DONE);

    assertTooOld(send(command(CHAIR, Instant.MAX), -7));

    assertThat(got).isEmpty();
  }

  /** As TCP does it when the cable is in again, or this process was stopped and goes on. */
  @Test
  void what_was_held_up_on_its_way_has_so_much_less_time() {
    answer(Addresses.commands(SHARDS.of(CHAIR)), DONE);

    result(send(command(CHAIR, Instant.MAX), 1_500, clock.millis() - 1_000 + ""));

    assertThat(got)
        .extracting(Message::body)
        .containsExactly(command(CHAIR, clock.instant().plusMillis(500)));
  }

  @ParameterizedTest
  @ValueSource(longs = {1_500, 1_501, 100_000_000_000L})
  void what_was_sent_longer_ago_than_its_sender_waits_is_not_done(long agoMs) {
    answer(Addresses.commands(SHARDS.of(CHAIR)), DONE);

    assertTooOld(send(command(CHAIR, Instant.MAX), 1_500, clock.millis() - agoMs + ""));

    assertThat(got).isEmpty();
    assertThat(metrics.get("allocation.cluster.too.old").counter().count()).isOne();
  }

  @ParameterizedTest
  @ValueSource(strings = {Requests.NOT_KNOWN, "", "yesterday", "-5", "12345678901234567890"})
  void what_was_sent_nobody_knows_when_is_not_done_either(String sentAt) {
    answer(Addresses.commands(SHARDS.of(CHAIR)), DONE);

    assertTooOld(send(command(CHAIR, Instant.MAX), 600_000, sentAt));

    assertThat(got).isEmpty();
    assertThat(metrics.get("allocation.cluster.too.old").counter().count()).isZero();
  }

  /** By a little, since clocks do not run alike. */
  @Test
  void what_comes_before_it_was_sent_has_no_more_time_than_its_sender() {
    answer(Addresses.commands(SHARDS.of(CHAIR)), DONE);

    result(send(command(CHAIR, Instant.MAX), 1_500, clock.millis() + 100 + ""));

    assertThat(got)
        .extracting(Message::body)
        .containsExactly(command(CHAIR, clock.instant().plusMillis(1_500)));
  }

  @Test
  void what_comes_long_before_it_was_sent_was_sent_by_a_clock_that_was_set_back() {
    answer(Addresses.commands(SHARDS.of(CHAIR)), DONE);

    assertTooOld(send(command(CHAIR, Instant.MAX), 600_000, clock.millis() + 101 + ""));

    assertThat(got).isEmpty();
  }

  @Test
  void a_reply_shows_the_clock_here() {
    answer(Addresses.commands(SHARDS.of(CHAIR)), DONE);

    Message<BusMessage> reply =
        result(vertx.eventBus().request(Addresses.node("me"), command(CHAIR, Instant.MAX)));

    assertThat(reply.headers().get(Requests.NOW_MS)).isEqualTo(clock.millis() + "");
  }

  /** And is told by which clock, so that it can be sent again by it. */
  private void assertTooOld(Future<?> refused) {
    assertThat(failure(refused))
        .isInstanceOfSatisfying(
            ReplyException.class,
            refusal -> {
              assertThat(refusal.failureCode()).isEqualTo(CommandFailure.TOO_OLD);
              assertThat(refusal).hasMessage(clock.millis() + "");
            });
  }

  static Stream<BusMessage> strays() {
    return Stream.of(
        new Unreadable("a field is new"),
        new LogPositions(Map.of()),
        new BatchOwner.Found(Optional.empty()),
        DONE);
  }

  @ParameterizedTest
  @MethodSource("strays")
  void what_no_node_takes_is_answered_at_once(BusMessage stray) {
    assertThat(CommandFailure.of(failure(send(stray, 600_000)))).isEqualTo(CommandFailure.INTERNAL);
  }

  @Test
  void so_is_what_is_no_message_of_a_service() {
    Future<Message<BusMessage>> answer =
        vertx.eventBus().request(Addresses.node("me"), "a stranger's text", waits(600_000));

    assertThat(CommandFailure.of(failure(answer))).isEqualTo(CommandFailure.INTERNAL);
  }

  @Test
  void the_reason_is_told_when_it_cannot_be_read() {
    assertThat(failure(send(new Unreadable("a field is new"), 600_000)))
        .hasMessage("a field is new");
  }

  @Test
  void a_nudge_is_told_to_everybody_here_as_one_that_came_from_another_node() {
    EventsCommitted nudge = new EventsCommitted(3, 1, 2, List.of());
    answer(Addresses.events(3), DONE);
    answer(Addresses.events(3), DONE);

    vertx.eventBus().send(Addresses.node("me"), nudge);

    until("both are told", () -> got.size() == 2);
    assertThat(got)
        .allSatisfy(told -> {
          assertThat(told.body()).isSameAs(nudge);
          assertThat(told.headers().contains(EventsCommitted.FORWARDED)).isTrue();
        });
  }

  /** Those at this address reply with this, and note what they got. */
  private void answer(String address, BusMessage reply) {
    result(
        vertx
            .eventBus()
            .<BusMessage>localConsumer(
                address,
                request -> {
                  got.add(request);
                  request.reply(reply);
                })
            .completion());
  }

  /** The sender says that it waits for so many milliseconds. */
  private Future<BusMessage> send(BusMessage message, long leftMs) {
    return send(message, waits(leftMs));
  }

  /** And when it was sent. */
  private Future<BusMessage> send(BusMessage message, long leftMs, String sentAtMs) {
    return send(message, waits(leftMs).addHeader(Requests.SENT_AT_MS, sentAtMs));
  }

  private Future<BusMessage> send(BusMessage message, DeliveryOptions options) {
    return vertx
        .eventBus()
        .<BusMessage>request(Addresses.node("me"), message, options)
        .map(Message::body);
  }

  private static DeliveryOptions waits(long leftMs) {
    return new DeliveryOptions()
        .setSendTimeout(15_000)
        .addHeader(Requests.LEFT_MS, String.valueOf(leftMs));
  }

  private static CommandMessage command(Sku sku, Instant deadline) {
    return new CommandMessage(
        sku,
        new Allocate(new OrderId("o"), sku, 1),
        new CommandKey("test", "k"),
        "correlation",
        deadline);
  }
}
