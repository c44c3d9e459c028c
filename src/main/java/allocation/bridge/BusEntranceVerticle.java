package allocation.bridge;

import allocation.bus.Addresses;
import allocation.bus.BusMessage;
import allocation.bus.Dispatcher;
import allocation.bus.EventsCommitted;
import allocation.bus.PublicAddresses;
import allocation.bus.PublicFailure;
import allocation.bus.Requests;
import allocation.bus.Shards;
import allocation.domain.LoggedEvent;
import allocation.log.EventLog;
import allocation.wire.PublicLog;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers the {@link PublicAddresses}: an entrance like HTTP, for services on the same event bus
 * and for the TCP bridge.
 */
public final class BusEntranceVerticle extends VerticleBase {
  private final Supplier<Requests> requests;
  private final Function<Requests, Dispatcher> dispatcher;
  private final EventLog log;
  private final Supplier<String> ids;
  private final Settings settings;
  private final MeterRegistry metrics;
  private final List<MessageConsumer<?>> consumers = new ArrayList<>();
  private final List<InFlight> rooms = new ArrayList<>();

  /**
   * What the entrance takes upon itself.
   *
   * @param queryTimeoutMs milliseconds that a question may take
   * @param mostRequests commands that may be under way, and as many questions; one more is busy
   * @param mostLogReads reads of the log that may be under way: each may be a thousand events
   * @param tellsEvents whether somebody could be listening to the public events
   */
  public record Settings(
      Shards shards, long queryTimeoutMs, int mostRequests, int mostLogReads, boolean tellsEvents) {
    private static final int MOST_REQUESTS = 1_000;
    private static final int MOST_LOG_READS = 32;

    /** With the bounds that it has in service. */
    public static Settings of(Shards shards, long queryTimeoutMs, boolean tellsEvents) {
      return new Settings(shards, queryTimeoutMs, MOST_REQUESTS, MOST_LOG_READS, tellsEvents);
    }
  }

  /**
   * @param requests makes those of this verticle, on its event loop
   * @param ids makes the id of a command that comes without one
   */
  public BusEntranceVerticle(
      Supplier<Requests> requests,
      Function<Requests, Dispatcher> dispatcher,
      EventLog log,
      Supplier<String> ids,
      Settings settings,
      MeterRegistry metrics) {
    this.requests = requests;
    this.dispatcher = dispatcher;
    this.log = log;
    this.ids = ids;
    this.settings = settings;
    this.metrics = metrics;
  }

  @Override
  public Future<?> start() {
    Shards shards = settings.shards();
    Requests own = requests.get();
    answer(
        PublicAddresses.COMMANDS,
        settings.mostRequests(),
        new CommandEntrance(dispatcher.apply(own), ids)::answer);
    answer(
        PublicAddresses.QUERIES,
        settings.mostRequests(),
        new QueryEntrance(own, shards, settings.queryTimeoutMs())::answer);
    answer(PublicAddresses.LOG, settings.mostLogReads(), new LogEntrance(log, shards)::answer);
    if (settings.tellsEvents()) {
      shards.all().forEach(this::tellEvents);
    }
    return Future.all(consumers.stream().map(MessageConsumer::completion).toList());
  }

  /** Takes no more, and sees through what is under way. */
  @Override
  public Future<?> stop() {
    return Future.join(consumers.stream().map(MessageConsumer::unregister).toList())
        .transform(left -> Future.join(rooms.stream().map(InFlight::drained).toList()));
  }

  private void answer(String address, int most, Function<String, Future<String>> answer) {
    InFlight room = new InFlight(most);
    rooms.add(room);
    consumers.add(
        vertx
            .eventBus()
            .consumer(
                address,
                message ->
                    new PublicRequest(message)
                        .answer(
                            text -> room.take(() -> answer.apply(text)),
                            (reply, cause) -> count(address, cause))));
  }

  /** Of the nudges of this node alone: each is told once, wherever else it is heard. */
  private void tellEvents(int shard) {
    consumers.add(
        vertx
            .eventBus()
            .<BusMessage>localConsumer(
                Addresses.events(shard),
                nudge -> {
                  if (nudge.body() instanceof EventsCommitted committed
                      && !nudge.headers().contains(EventsCommitted.FORWARDED)) {
                    tell(committed);
                  }
                }));
  }

  private void tell(EventsCommitted committed) {
    List<String> events = committed.events().stream().map(LoggedEvent::data).toList();
    PublicLog.Run run =
        new PublicLog.Run(committed.shard(), committed.first(), committed.last(), events);
    vertx.eventBus().publish(PublicAddresses.EVENTS, run.text());
  }

  private void count(String address, @Nullable Throwable cause) {
    String outcome =
        cause == null ? "answered" : PublicFailure.of(cause).name().toLowerCase(Locale.ROOT);
    Counter.builder("allocation.bridge.requests")
        .description("Requests of other services over the event bus, by what became of them")
        .tag("address", address)
        .tag("outcome", outcome)
        .register(metrics)
        .increment();
  }
}
