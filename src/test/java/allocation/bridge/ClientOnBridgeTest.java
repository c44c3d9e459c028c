package allocation.bridge;

import static allocation.given.Waiting.failure;
import static allocation.given.Waiting.result;
import static allocation.given.Waiting.until;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.CommandFailure;
import allocation.bus.CommandMessage;
import allocation.bus.PublicFailure;
import allocation.bus.Query;
import allocation.bus.Query.Freshness;
import allocation.bus.View;
import allocation.client.AllocationClient;
import allocation.client.Happened;
import allocation.client.Subscription;
import allocation.domain.Command;
import allocation.domain.OrderId;
import allocation.domain.Outcome;
import allocation.domain.Sku;
import allocation.given.TcpProxy;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The client against the real entrance and the real bridge; the network between them may fail. */
final class ClientOnBridgeTest {
  private static final Command TAKE =
      new Command.Allocate(new OrderId("order-1"), new Sku("CHAIR"), 8);

  private final Bridges bridge = new Bridges(Bridges.SETTINGS);
  private final Vertx vertx = Vertx.vertx();
  private final TcpProxy network = new TcpProxy(vertx, "127.0.0.1", bridge.port());
  private final AllocationClient client =
      AllocationClient.overTcp(vertx, "127.0.0.1", network.port(), Bridges.KEY);

  @AfterEach
  void close() {
    result(client.close());
    network.close();
    result(vertx.close());
    bridge.close();
  }

  @Test
  void commands_and_questions_are_answered() {
    assertThat(result(client.send(TAKE)).outcome()).isInstanceOf(Outcome.Accepted.class);
    assertThat(result(client.ask(new Query.ProductBySku(new Sku("CHAIR"), new Freshness.Any()))))
        .isEqualTo(new View.Unknown());
  }

  @Test
  void the_same_on_the_event_bus_needs_no_codec() {
    AllocationClient onTheBus = AllocationClient.inCluster(bridge.service.vertx);
    List<Happened> seen = new CopyOnWriteArrayList<>();
    Subscription subscription = onTheBus.events(Map.of(), add(seen));

    assertThat(result(onTheBus.send(TAKE)).outcome()).isInstanceOf(Outcome.Accepted.class);
    bridge.service.commit(bridge.service.log.append(3, "CHAIR", 2));

    until("both are seen", () -> seen.size() == 2);
    result(subscription.close());
    result(onTheBus.close());
  }

  @Test
  void without_the_key_commands_are_denied_at_once() {
    AllocationClient stranger = AllocationClient.overTcp(vertx, "127.0.0.1", bridge.port());

    assertThat(PublicFailure.of(failure(stranger.send(TAKE)))).isEqualTo(PublicFailure.DENIED);
    assertThat(bridge.service.commands).isEmpty();
    result(stranger.close());
  }

  @ParameterizedTest
  @EnumSource(names = {"CUT_BEFORE", "CUT_AFTER"})
  void a_request_under_way_at_a_cut_is_sent_again_under_its_id(TcpProxy.Harm harm) {
    network.harm("order-1", harm);

    assertThat(result(client.send(TAKE, "my-id")).outcome()).isInstanceOf(Outcome.Accepted.class);

    result(network.sprung());
    assertThat(bridge.service.commands)
        .hasSizeGreaterThanOrEqualTo(harm == TcpProxy.Harm.CUT_AFTER ? 2 : 1)
        .allSatisfy(command -> assertThat(command.key().id()).isEqualTo("my-id"));
  }

  @Test
  void what_was_done_before_a_cut_is_not_said_to_be_undone_by_a_busy_bridge_after_it() {
    AtomicInteger asked = new AtomicInteger();
    bridge.service.handler =
        command -> {
          if (asked.incrementAndGet() == 1) {
            BusService.accept(command);
          } else {
            CommandFailure.BUSY.reply(command, "the queue is full");
          }
        };
    network.harm("order-1", TcpProxy.Harm.CUT_AFTER);

    Throwable cause = failure(client.within(Duration.ofSeconds(3)).send(TAKE));

    assertThat(asked).hasValueGreaterThan(1);
    assertThat(PublicFailure.of(cause)).isEqualTo(PublicFailure.UNKNOWN);
  }

  @Test
  void a_command_under_way_at_a_close_is_unknown_at_once() {
    List<Message<CommandMessage>> held = new CopyOnWriteArrayList<>();
    bridge.service.handler = held::add;
    Future<?> sent = client.within(Duration.ofHours(1)).send(TAKE);
    until("it is under way", () -> held.size() == 1);

    result(client.close());

    assertThat(PublicFailure.of(failure(sent))).isEqualTo(PublicFailure.UNKNOWN);
  }

  @Test
  void a_subscription_outlives_its_connection_and_misses_nothing() {
    List<Happened> seen = new CopyOnWriteArrayList<>();
    client.events(Map.of(), add(seen));
    bridge.service.commit(bridge.service.log.append(3, "CHAIR", 2));
    until("two are seen", () -> seen.size() == 2);

    network.harm("order-1", TcpProxy.Harm.CUT_BEFORE);
    Future<?> sent = client.send(TAKE);
    result(network.sprung());
    bridge.service.commit(bridge.service.log.append(3, "CHAIR", 3));
    result(sent);
    bridge.service.commit(bridge.service.log.append(3, "CHAIR", 1));

    until("all are seen", () -> seen.size() == 6);
    assertThat(seen).extracting(Happened::position).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
  }

  @Test
  void a_bridge_that_comes_late_is_found() {
    network.close();

    failure(client.within(Duration.ofMillis(300)).send(TAKE));

    AllocationClient early =
        AllocationClient.overTcp(vertx, "127.0.0.1", bridge.port(), Bridges.KEY);
    assertThat(result(early.send(TAKE)).outcome()).isInstanceOf(Outcome.Accepted.class);
    result(early.close());
  }

  @Test
  void nothing_is_done_without_a_connection() {
    network.close();
    AllocationClient lonely =
        AllocationClient.overTcp(vertx, "127.0.0.1", network.port(), Bridges.KEY);

    Throwable cause = failure(lonely.within(Duration.ofMillis(300)).send(TAKE));

    assertThat(PublicFailure.of(cause)).isEqualTo(PublicFailure.BUSY);
    result(lonely.close());
  }

  @Test
  void more_requests_than_the_bridge_takes_are_all_answered_in_the_end() {
    List<Future<Outcome>> all =
        IntStream.range(0, 600)
            .mapToObj(i -> client.send(TAKE, "id-" + i).map(answered -> answered.outcome()))
            .toList();

    all.forEach(each -> assertThat(result(each)).isInstanceOf(Outcome.Accepted.class));
  }

  private static Function<Happened, Future<?>> add(List<Happened> seen) {
    return event -> {
      seen.add(event);
      return Future.succeededFuture();
    };
  }
}
