package allocation.handler;

import static allocation.given.Waiting.failure;
import static allocation.given.Waiting.result;
import static allocation.given.Waiting.until;
import static allocation.handler.Units.SHARDS;

import allocation.bus.Addresses;
import allocation.bus.CommandFailure;
import allocation.bus.CommandKey;
import allocation.bus.CommandMessage;
import allocation.bus.CommandReply;
import allocation.bus.EventsCommitted;
import allocation.bus.OwnShards;
import allocation.bus.Role;
import allocation.domain.Command;
import allocation.domain.Outcome;
import allocation.domain.Sku;
import allocation.given.SetClock;
import allocation.wire.WireCodec;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

/** Runs one handler that owns every shard, and is the entrance that asks it. */
final class Handlers implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final long SETTLE_MS = 250;

  final SetClock clock = new SetClock();
  final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final Vertx vertx = Vertx.vertx();
  private final List<EventsCommitted> nudges = new CopyOnWriteArrayList<>();
  private String deployment = "";

  /** Deploys it with room for all that a test sends. */
  static Handlers over(Ledger ledger) {
    return over(ledger, 10_000, 5_000, 1_000, SHARDS.all());
  }

  static Handlers over(Ledger ledger, int queue, int unit, int cached, List<Integer> owned) {
    return over(
        ledger,
        new CommandHandlerVerticle.Settings(
            queue, unit, CommandHandlerVerticle.LEAST_BEHIND, cached, SETTLE_MS),
        owned);
  }

  /** One that sends a unit behind another as soon as there is a command for it. */
  static Handlers hasty(Ledger ledger) {
    return over(
        ledger,
        new CommandHandlerVerticle.Settings(10_000, 5_000, 1, 1_000, SETTLE_MS),
        SHARDS.all());
  }

  private static Handlers over(
      Ledger ledger, CommandHandlerVerticle.Settings settings, List<Integer> owned) {
    Handlers handlers = new Handlers();
    handlers.deploy(ledger, settings, owned);
    return handlers;
  }

  private void deploy(
      Ledger ledger, CommandHandlerVerticle.Settings settings, List<Integer> owned) {
    WireCodec.register(vertx.eventBus());
    owned.forEach(shard ->
        vertx
            .eventBus()
            .<EventsCommitted>consumer(Addresses.events(shard), nudge -> nudges.add(nudge.body())));
    deployment =
        result(
            vertx.deployVerticle(
                new CommandHandlerVerticle(
                    vertx, settings, SHARDS, 0, owned, ledger, clock, registry)));
  }

  /** What the handler has told its followers. */
  List<EventsCommitted> nudges() {
    return nudges;
  }

  <T> Future<T> ask(String address, Object question) {
    return vertx
        .eventBus()
        .<T>request(address, question, new DeliveryOptions().setSendTimeout(15_000))
        .map(Message::body);
  }

  Future<CommandReply> send(Sku sku, Command command) {
    return send(sku, command, Units.key(UUID.randomUUID().toString()));
  }

  Future<CommandReply> send(Sku sku, Command command, CommandKey key) {
    return send(new CommandMessage(sku, command, key, "c", clock.instant().plus(PATIENCE)));
  }

  Future<CommandReply> send(CommandMessage message) {
    return ask(Addresses.commands(SHARDS.of(message.sku())), message);
  }

  /** Sends it and waits for what became of it. */
  Outcome outcome(Sku sku, Command command) {
    return outcome(send(sku, command));
  }

  Outcome outcome(Sku sku, Command command, CommandKey key) {
    return outcome(send(sku, command, key));
  }

  static Outcome outcome(Future<CommandReply> sent) {
    return result(sent).outcome();
  }

  static CommandFailure failureOf(Future<CommandReply> sent) {
    return CommandFailure.of(failure(sent));
  }

  /** Waits until so many commands are in the queue. */
  void untilQueued(int commands) {
    until(commands + " are queued", () -> queued() == commands);
  }

  int queued() {
    return (int) registry.get("allocation.queue.depth").gauge().value();
  }

  double counted(String command, String outcome) {
    return registry
        .get("allocation.commands")
        .tag("command", command)
        .tag("outcome", outcome)
        .counter()
        .count();
  }

  /** Tells the handler which shards are its own; completes when they are, and no other. */
  Future<OwnShards> own(Integer... shards) {
    return ask(Addresses.own(Role.HANDLER, 0), new OwnShards(List.of(shards)));
  }

  Future<Void> stop() {
    return vertx.undeploy(deployment);
  }

  @Override
  public void close() {
    result(vertx.close());
  }
}
