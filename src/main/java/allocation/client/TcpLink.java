package allocation.client;

import allocation.bus.PublicAddresses;
import allocation.bus.PublicFailure;
import allocation.json.BadInput;
import allocation.wire.BridgeFrame;
import allocation.wire.ClientFrame;
import allocation.wire.FrameReader;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.ConnectOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to the TCP bridge, made again whenever it breaks. A request under way at a cut is
 * sent again on the next connection: commands have ids, so that is safe. All of it happens on one
 * event loop.
 */
final class TcpLink implements Link {
  private static final Logger LOG = LoggerFactory.getLogger(TcpLink.class);

  /** As many as the bridge lets be under way. */
  private static final int MOST_PENDING = 256;

  private static final int MAX_FRAME_BYTES = 64 * 1024 * 1024;
  private static final long FIRST_PAUSE_MS = 100;
  private static final long LONGEST_PAUSE_MS = 5_000;
  private static final long PING_MS = 10_000;
  private static final int SILENCE_SECONDS = 25;

  private final Vertx vertx;
  private final ConnectOptions to;
  private final Optional<String> key;
  private final Context context;
  private final NetClient client;
  private final Map<String, Pending> pending = new LinkedHashMap<>();
  private final List<Consumer<String>> ears = new ArrayList<>();
  private final long pings;
  private Optional<NetSocket> socket = Optional.empty();
  private long pauseMs = FIRST_PAUSE_MS;
  private long requests;
  private boolean closed;

  private record Pending(Buffer frame, Promise<String> answer) {}

  /**
   * @param tls whom to believe; without it, plain TCP
   */
  TcpLink(
      Vertx vertx, String host, int port, Optional<String> key, Optional<ClientSSLOptions> tls) {
    this.vertx = vertx;
    this.to = new ConnectOptions().setHost(host).setPort(port);
    tls.ifPresent(given -> to.setSsl(true).setSslOptions(checkingTheHost(given)));
    this.key = key;
    this.context = vertx.getOrCreateContext();
    this.client =
        vertx.createNetClient(
            new NetClientOptions()
                .setConnectTimeout(5_000)
                // Pings are answered: a connection that is silent for longer is dead.
                .setReadIdleTimeout(SILENCE_SECONDS)
                .setIdleTimeoutUnit(TimeUnit.SECONDS));
    this.pings =
        vertx.setPeriodic(
            PING_MS, tick -> context.runOnContext(turn -> write(ClientFrame.ping().framed())));
    context.runOnContext(turn -> connect());
  }

  private static ClientSSLOptions checkingTheHost(ClientSSLOptions given) {
    ClientSSLOptions options = given.copy();
    if (options.getHostnameVerificationAlgorithm() == null) {
      options.setHostnameVerificationAlgorithm("HTTPS");
    }
    return options;
  }

  @Override
  public Future<String> request(String address, String json, long timeoutMs) {
    Promise<String> answer = Promise.promise();
    context.runOnContext(turn -> begin(address, json, timeoutMs, answer));
    return answer.future();
  }

  @Override
  public Ear listen(Consumer<String> heard) {
    context.runOnContext(turn -> {
      ears.add(heard);
      write(ClientFrame.register(PublicAddresses.EVENTS).framed());
    });
    return () ->
        context.runOnContext(turn -> {
          ears.remove(heard);
          if (ears.isEmpty()) {
            write(ClientFrame.unregister(PublicAddresses.EVENTS).framed());
          }
        });
  }

  @Override
  public Future<Void> close() {
    Promise<Void> done = Promise.promise();
    context.runOnContext(turn -> {
      closed = true;
      vertx.cancelTimer(pings);
      List.copyOf(pending.values())
          .forEach(each -> each.answer().tryFail(PublicFailure.UNKNOWN.exception("closed")));
      client.close().onComplete(done);
    });
    return done.future();
  }

  private void begin(String address, String json, long timeoutMs, Promise<String> answer) {
    if (closed || pending.size() >= MOST_PENDING) {
      answer.fail(
          PublicFailure.BUSY.exception(closed ? "closed" : "too many requests are under way"));
      return;
    }
    String id = Long.toString(++requests);
    Optional<String> itsKey = address.equals(PublicAddresses.COMMANDS) ? key : Optional.empty();
    Pending request = new Pending(ClientFrame.request(address, id, itsKey, json).framed(), answer);
    pending.put(id, request);
    long timer =
        vertx.setTimer(
            timeoutMs,
            fired -> answer.tryFail(new ReplyException(ReplyFailure.TIMEOUT, "no answer in time")));
    answer
        .future()
        .onComplete(done -> {
          vertx.cancelTimer(timer);
          pending.remove(id);
        });
    write(request.frame());
  }

  private void connect() {
    if (closed) {
      return;
    }
    client
        .connect(to)
        .onSuccess(this::connected)
        .onFailure(cause -> {
          LOG.debug("no connection host={} port={}", to.getHost(), to.getPort(), cause);
          connectLater();
        });
  }

  private void connected(NetSocket fresh) {
    if (closed) {
      fresh.close();
      return;
    }
    socket = Optional.of(fresh);
    new FrameReader(fresh, MAX_FRAME_BYTES, frame -> read(fresh, frame), why -> hangUp(fresh, why));
    fresh.exceptionHandler(cause -> LOG.debug("the connection broke", cause));
    fresh.closeHandler(gone -> {
      socket = Optional.empty();
      connectLater();
    });
    if (!ears.isEmpty()) {
      write(ClientFrame.register(PublicAddresses.EVENTS).framed());
    }
    pending.values().forEach(each -> write(each.frame()));
    // Answered, it shows that we are welcome.
    write(ClientFrame.ping().framed());
  }

  private void connectLater() {
    if (closed) {
      return;
    }
    vertx.setTimer(pauseMs, over -> connect());
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
  }

  private static void hangUp(NetSocket socket, String why) {
    LOG.warn("what the bridge says makes no sense, connects again why={}", why);
    socket.close();
  }

  private void read(NetSocket from, Buffer content) {
    try {
      take(BridgeFrame.read(content));
    } catch (BadInput bad) {
      hangUp(from, String.valueOf(bad.getMessage()));
    }
  }

  private void take(BridgeFrame frame) {
    switch (frame) {
      case BridgeFrame.Pong pong -> pauseMs = FIRST_PAUSE_MS;
      case BridgeFrame.Message told when told.isReply() ->
          answered(told.address()).ifPresent(promise -> promise.tryComplete(told.body().json()));
      case BridgeFrame.Message told ->
          List.copyOf(ears).forEach(ear -> ear.accept(told.body().json()));
      case BridgeFrame.Failure failure ->
          failure
              .address()
              .flatMap(this::answered)
              .ifPresentOrElse(
                  promise -> promise.tryFail(failure.failure().exception(failure.message())),
                  () -> LOG.warn("the bridge says why={}", failure.message()));
    }
  }

  private Optional<Promise<String>> answered(String id) {
    return Optional.ofNullable(pending.get(id)).map(Pending::answer);
  }

  private void write(Buffer frame) {
    // What cannot be written is sent on the next connection.
    socket.ifPresent(open -> open.write(frame));
  }
}
