package allocation.client;

import allocation.bus.PublicAddresses;
import allocation.bus.PublicFailure;
import allocation.bus.Query;
import allocation.bus.View;
import allocation.domain.Command;
import allocation.wire.PublicAnswer;
import allocation.wire.PublicCommand;
import allocation.wire.PublicQuery;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.ClientSSLOptions;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/**
 * Commands, questions and events of the allocation service.
 *
 * <p>Everything is asked again, within the time limit, while there is no answer. A command keeps
 * its id over that, so a change or a deallocation is done once however often it is sent; an
 * allocation is known by its order and SKU, and a batch by its ref. Futures complete on the
 * caller's context; outside of Vert.x use {@code toCompletionStage()}, and block on nothing but a
 * thread of your own. A Future fails with a {@code ReplyException}; {@link PublicFailure#of} says
 * what it means, of all sendings of a command together: it is unknown where one of them may be
 * done. A "no" of the service (no stock, say) is no failure but an outcome.
 */
public final class AllocationClient {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final Vertx vertx;
  private final Link link;
  private final Retries retries;
  private final Duration limit;

  AllocationClient(Vertx vertx, Link link, Duration limit) {
    this(vertx, link, new Retries(vertx), limit);
  }

  private AllocationClient(Vertx vertx, Link link, Retries retries, Duration limit) {
    this.vertx = vertx;
    this.link = link;
    this.retries = retries;
    this.limit = limit;
  }

  /** Over the event bus of the cluster that {@code vertx} is in. */
  public static AllocationClient inCluster(Vertx vertx) {
    return new AllocationClient(vertx, new BusLink(vertx), LIMIT);
  }

  /**
   * Over the TCP bridge, without the right to send commands. Connects by itself, again and again.
   */
  public static AllocationClient overTcp(Vertx vertx, String host, int port) {
    return new AllocationClient(
        vertx, new TcpLink(vertx, host, port, Optional.empty(), Optional.empty()), LIMIT);
  }

  /**
   * Over the TCP bridge.
   *
   * @param key the bridge's {@code bridge.commandsKey}
   */
  public static AllocationClient overTcp(Vertx vertx, String host, int port, String key) {
    return new AllocationClient(
        vertx, new TcpLink(vertx, host, port, Optional.of(key), Optional.empty()), LIMIT);
  }

  /**
   * Over a TCP bridge with TLS. The bridge's certificate has to be of an authority that {@code tls}
   * trusts, and for {@code host} unless {@code tls} says another way to verify it; where the bridge
   * asks for one, {@code tls} holds this client's own.
   *
   * @param key the bridge's {@code bridge.commandsKey}; without it no commands can be sent
   */
  public static AllocationClient overTls(
      Vertx vertx, String host, int port, Optional<String> key, ClientSSLOptions tls) {
    return new AllocationClient(
        vertx, new TcpLink(vertx, host, port, key, Optional.of(tls)), LIMIT);
  }

  /** The same with another time limit; 10 seconds unless said. */
  public AllocationClient within(Duration limit) {
    return new AllocationClient(vertx, link, retries, limit);
  }

  /** Sends a command, under an id of its own. */
  public Future<Answered> send(Command command) {
    return send(command, UUID.randomUUID().toString());
  }

  /**
   * Sends a command.
   *
   * @param id 1 to 200 visible ASCII characters; the same change of a batch or deallocation with
   *     the same id is done once, also when the caller itself begins anew. An allocation is known
   *     by its order and SKU: one that arrives late, after its line was given back, is made again
   */
  public Future<Answered> send(Command command, String id) {
    String json = new PublicCommand(command, Optional.of(id), Optional.empty()).text();
    return home(
        retries.command(
            limit,
            timeoutMs ->
                link.request(PublicAddresses.COMMANDS, json, timeoutMs)
                    .map(PublicAnswer::read)
                    .map(Answered::of)));
  }

  /** Asks the views; one that is behind is asked again, and in the end fails as busy. */
  public Future<View> ask(Query query) {
    String json = PublicQuery.text(query);
    return home(
        retries.question(
            limit,
            timeoutMs ->
                link.request(PublicAddresses.QUERIES, json, timeoutMs)
                    .map(PublicQuery::readView)
                    .compose(AllocationClient::upToDate)));
  }

  /**
   * Gives every event after the positions to the handler, from the log and then as they happen:
   * those of a shard one at a time, in order and without a gap; those of different shards side by
   * side, on one event loop. Ends by itself where the log no longer has what was handled: watch
   * {@link Subscription#ended}.
   *
   * @param after shard and the last position that was handled; a shard that is not named begins at
   *     its beginning
   * @param handler the next event of the shard comes when its Future is done; an event whose Future
   *     fails comes again
   */
  public Subscription events(Map<Integer, Long> after, Function<Happened, Future<?>> handler) {
    Subscription subscription = new Subscription(vertx, link, after, handler);
    subscription.start();
    return subscription;
  }

  /**
   * Sends nothing again, and lets go of the connection if there is one of its own: what is under
   * way on that fails, a command that may be done as unknown. It is the end of all clients that
   * were made of this one, and not of their subscriptions, which have a {@code close} of their own.
   */
  public Future<Void> close() {
    retries.close();
    return link.close();
  }

  private static Future<View> upToDate(View view) {
    return view instanceof View.Behind behind
        ? Future.failedFuture(PublicFailure.BUSY.exception(behind.why()))
        : Future.succeededFuture(view);
  }

  private <T> Future<T> home(Future<T> anywhere) {
    return Future.fromCompletionStage(anywhere.toCompletionStage(), vertx.getOrCreateContext());
  }
}
