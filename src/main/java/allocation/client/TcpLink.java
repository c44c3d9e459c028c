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

  private static final class Pending {
    private final Buffer frame;
    private final boolean isCommand;
    private final Promise<String> answer;
    private int sendings;

    Pending(Buffer frame, boolean isCommand, Promise<String> answer) {
      this.frame = frame;
      this.isCommand = isCommand;
      this.answer = answer;
    }

    void fail(ReplyException cause) {
      // What the bridge says of a second sending says nothing of the first.
      answer.tryFail(isCommand && sendings > 1 ? Retries.mayBeDone(cause) : cause);
    }

    void giveUp(String why) {
      answer.tryFail((sendings == 0 ? PublicFailure.BUSY : PublicFailure.UNKNOWN).exception(why));
    }
  }

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
      List.copyOf(pending.values()).forEach(each -> each.giveUp("closed"));
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
    boolean isCommand = address.equals(PublicAddresses.COMMANDS);
    Optional<String> itsKey = isCommand ? key : Optional.empty();
    Pending request =
        new Pending(ClientFrame.request(address, id, itsKey, json).framed(), isCommand, answer);
    pending.put(id, request);
    long timer =
        vertx.setTimer(
            timeoutMs,
            fired ->
                request.giveUp(
                    request.sendings == 0 ? "no connection in time" : "no answer in time"));
    answer
        .future()
        .onComplete(done -> {
          vertx.cancelTimer(timer);
          pending.remove(id);
        });
    send(request);
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
    pending.values().forEach(this::send);
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
          request(told.address())
              .ifPresent(request -> request.answer.tryComplete(told.body().json()));
      case BridgeFrame.Message told ->
          List.copyOf(ears).forEach(ear -> ear.accept(told.body().json()));
      case BridgeFrame.Failure failure ->
          failure
              .address()
              .flatMap(this::request)
              .ifPresentOrElse(
                  request -> request.fail(failure.failure().exception(failure.message())),
                  () -> LOG.warn("the bridge says why={}", failure.message()));
    }
  }

  private Optional<Pending> request(String id) {
    return Optional.ofNullable(pending.get(id));
  }

  private void send(Pending request) {
    // What cannot be written is sent on the next connection.
    socket.ifPresent(open -> {
      request.sendings++;
      open.write(request.frame);
    });
  }

  private void write(Buffer frame) {
    socket.ifPresent(open -> open.write(frame));
  }
}
