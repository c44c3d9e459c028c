package allocation.bridge;

import static allocation.given.Waiting.result;

import allocation.bus.Addresses;
import allocation.bus.BatchOwner;
import allocation.bus.CommandMessage;
import allocation.bus.CommandReply;
import allocation.bus.Dispatcher;
import allocation.bus.EventsCommitted;
import allocation.bus.Query;
import allocation.bus.Requests;
import allocation.bus.Shards;
import allocation.bus.View;
import allocation.domain.Answer;
import allocation.domain.Arrival;
import allocation.domain.BatchRef;
import allocation.domain.Command.Allocate;
import allocation.domain.LoggedEvent;
import allocation.domain.OrderLine;
import allocation.domain.Outcome;
import allocation.domain.Refusal;
import allocation.domain.Sku;
import allocation.given.InMemoryEventLog;
import allocation.given.SetClock;
import allocation.wire.WireCodec;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** The entrance for other services with stand-ins behind it. */
final class BusService implements AutoCloseable {
  static final Shards SHARDS = new Shards(16);
  static final long POSITION = 41;
  static final long REPLY_MS = 2_000;

  final Vertx vertx = Vertx.vertx();
  final InMemoryEventLog log = new InMemoryEventLog();
  final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  final List<CommandMessage> commands = new CopyOnWriteArrayList<>();
  final List<Query> queries = new CopyOnWriteArrayList<>();
  volatile Consumer<Message<CommandMessage>> handler = BusService::accept;
  volatile Consumer<Message<Query>> readModel = question -> question.reply(new View.Unknown());
  private final AtomicInteger ids = new AtomicInteger();
  private String deployment = "";

  /** Serves with the bounds of service, and tells events. */
  static BusService started() {
    return started(BusEntranceVerticle.Settings.of(SHARDS, REPLY_MS, true));
  }

  static BusService started(BusEntranceVerticle.Settings settings) {
    BusService service = new BusService();
    service.start(settings);
    return service;
  }

  private void start(BusEntranceVerticle.Settings settings) {
    WireCodec.register(vertx.eventBus());
    SHARDS
        .all()
        .forEach(shard ->
            vertx
                .eventBus()
                .<CommandMessage>consumer(
                    Addresses.commands(shard),
                    request -> {
                      commands.add(request.body());
                      handler.accept(request);
                    }));
    vertx
        .eventBus()
        .<Query>consumer(
            Addresses.QUERIES,
            request -> {
              queries.add(request.body());
              readModel.accept(request);
            });
    vertx
        .eventBus()
        .<BatchOwner>consumer(Addresses.BATCH_OWNERS, request -> request.reply(owner(request)));
    deployment =
        result(
            vertx.deployVerticle(
                new BusEntranceVerticle(
                    () -> Requests.alone(vertx),
                    requests -> new Dispatcher(requests, SHARDS, new SetClock(), REPLY_MS),
                    log,
                    () -> "made-" + ids.incrementAndGet(),
                    settings,
                    metrics)));
  }

  /** What the owner of a shard would say: of allocations yes, of others no. */
  static void accept(Message<CommandMessage> request) {
    CommandMessage message = request.body();
    Outcome outcome =
        message.command() instanceof Allocate take
            ? new Outcome.Accepted(
                new Answer.OfLine(
                    new OrderLine(
                        take.orderId(), take.sku(), take.quantity(), new BatchRef("b1"), 7),
                    Arrival.inStock()))
            : new Outcome.Refused(new Refusal.UnknownSku(message.sku()));
    request.reply(new CommandReply(SHARDS.of(message.sku()), POSITION, outcome));
  }

  /** As a handler publishes what it committed. */
  void commit(List<LoggedEvent> events) {
    int shard = events.getFirst().shard();
    vertx.eventBus().publish(Addresses.events(shard), EventsCommitted.of(shard, events));
  }

  double counted(String address, String outcome) {
    return metrics
        .get("allocation.bridge.requests")
        .tag("address", address)
        .tag("outcome", outcome)
        .counter()
        .count();
  }

  Future<Void> stop() {
    return vertx.undeploy(deployment);
  }

  @Override
  public void close() {
    result(vertx.close());
  }

  private static BatchOwner.Found owner(Message<BatchOwner> request) {
    boolean known = request.body().ref().value().startsWith("b");
    return new BatchOwner.Found(known ? Optional.of(new Sku("CHAIR")) : Optional.empty());
  }
}
