package allocation.bridge;

import allocation.bus.PublicAddresses;
import allocation.bus.PublicFailure;
import allocation.json.BadInput;
import allocation.wire.BridgeFrame;
import allocation.wire.ClientFrame;
import allocation.wire.FrameReader;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.net.NetSocket;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client of the bridge. What it may say is listed in {@link #handle} and {@link #send}; all
 * else is denied. Of its words only a body gets in; its reply addresses are names on this socket,
 * never addresses of the bus. Belongs to the event loop of its socket.
 */
final class BridgeConnection {
  private static final Logger LOG = LoggerFactory.getLogger(BridgeConnection.class);

  /** Requests of one client that may be under way; one more is busy. */
  static final int MOST_IN_FLIGHT = 256;

  /**
   * Bytes that may wait for a client that does not read before it is not read either, and is told
   * nothing more that it finds in the log or can ask for again.
   */
  private static final int WRITE_QUEUE_BYTES = 1024 * 1024;

  // A denial is logged: nothing that a stranger said is repeated in it.
  private static final String NOT_TOLD = "nothing is told from this address";

  private final Vertx vertx;
  private final NetSocket socket;
  private final BridgeSettings settings;
  private final DeliveryOptions options;
  private final Subscribers subscribers;
  private final Denials denials;
  private final Rate rate;
  private final InFlight room = new InFlight(MOST_IN_FLIGHT);
  private final FrameReader reader;
  private boolean denied;
  private boolean gone;

  BridgeConnection(
      Vertx vertx,
      NetSocket socket,
      BridgeSettings settings,
      long replyTimeoutMs,
      Subscribers subscribers,
      Denials denials) {
    this.vertx = vertx;
    this.socket = socket;
    this.settings = settings;
    // The entrance of this node is there: no need to ask another one.
    this.options = new DeliveryOptions().setSendTimeout(replyTimeoutMs).setLocalOnly(true);
    this.subscribers = subscribers;
    this.denials = denials;
    this.rate = new Rate(settings.messagesPerSecond(), System::nanoTime);
    socket.setWriteQueueMaxSize(WRITE_QUEUE_BYTES);
    this.reader = new FrameReader(socket, settings.maxFrameBytes(), this::read, this::hangUp);
  }

  /** Reads no more, and closes when what is under way is answered; completes then. */
  Future<Void> drain() {
    reader.end();
    // Not when all is sent: who does not read would keep the node from stopping.
    return room.drained().onSuccess(answered -> socket.end());
  }

  /** The client has left; what it said and was not read yet is dropped. */
  void left() {
    gone = true;
    reader.end();
  }

  boolean isGone() {
    return gone;
  }

  private void read(Buffer content) {
    try {
      handle(ClientFrame.read(content));
    } catch (BadInput bad) {
      fail(Optional.empty(), PublicFailure.INVALID, String.valueOf(bad.getMessage()));
    }
    long waitMs = rate.count();
    if (waitMs > 0) {
      // A flood is held back and not answered: to refuse a frame costs as much as to serve it.
      reader.pause();
      vertx.setTimer(waitMs, over -> resumeWhenRead());
    } else if (socket.writeQueueFull()) {
      reader.pause();
      resumeWhenRead();
    }
  }

  /** Who does not read is not read. */
  private void resumeWhenRead() {
    if (socket.writeQueueFull()) {
      socket.drainHandler(drained -> {
        // Or it would end a later pause, that of the rate, too soon.
        socket.drainHandler(null);
        reader.resume();
      });
    } else {
      reader.resume();
    }
  }

  private void handle(ClientFrame frame) {
    String address = frame.address().orElse("");
    switch (frame.type()) {
      case PING -> write(new BridgeFrame.Pong().framed());
      case SEND -> send(frame, address);
      case PUBLISH -> deny(frame, "nothing is published over this bridge");
      case REGISTER -> {
        if (address.equals(PublicAddresses.EVENTS)) {
          subscribers.add(this);
        } else {
          deny(frame, NOT_TOLD);
        }
      }
      case UNREGISTER -> {
        if (address.equals(PublicAddresses.EVENTS)) {
          subscribers.remove(this);
        } else {
          deny(frame, NOT_TOLD);
        }
      }
    }
  }

  private void send(ClientFrame frame, String address) {
    switch (address) {
      case PublicAddresses.QUERIES, PublicAddresses.LOG -> ask(frame, address);
      case PublicAddresses.COMMANDS -> {
        if (settings.commandsKey().isEmpty()) {
          deny(frame, "this bridge takes no commands");
        } else if (frame.key().filter(settings.commandsKey().get()::is).isEmpty()) {
          deny(frame, "commands need the key, in the header 'key'");
        } else {
          ask(frame, address);
        }
      }
      default -> deny(frame, "nothing is sent to this address");
    }
  }

  private void ask(ClientFrame frame, String address) {
    if (frame.body().isEmpty()) {
      fail(frame.replyAddress(), PublicFailure.INVALID, "body must be present");
      return;
    }
    ClientFrame.Body body = frame.body().get();
    // What is under way is over when it is written: the last one may close the socket.
    room.take(() ->
            vertx
                .eventBus()
                .<String>request(address, body.json(), options)
                .map(Message::body)
                .onSuccess(
                    json -> reply(frame, address, new ClientFrame.Body(json, body.inString())))
                .recover(cause -> {
                  fail(frame, cause);
                  return Future.succeededFuture();
                }))
        .onFailure(noRoom -> fail(frame, noRoom));
  }

  private void reply(ClientFrame frame, String address, ClientFrame.Body body) {
    if (frame.replyAddress().isEmpty()) {
      return;
    }
    // A page or a part of the log can be asked for again, and hundreds of them would fill the heap
    // for one who reads none. What became of a command is short, and told in any case.
    if (socket.writeQueueFull() && !address.equals(PublicAddresses.COMMANDS)) {
      fail(frame.replyAddress(), PublicFailure.BUSY, "other answers wait to be read; ask again");
    } else {
      write(new BridgeFrame.Message(frame.replyAddress().get(), true, body).framed());
    }
  }

  private void fail(ClientFrame frame, Throwable cause) {
    PublicFailure failure = PublicFailure.of(cause);
    boolean told =
        cause instanceof ReplyException reply
            && reply.failureType() == ReplyFailure.RECIPIENT_FAILURE;
    fail(
        frame.replyAddress(),
        failure,
        told ? String.valueOf(cause.getMessage()) : "there is no answer; send it again");
  }

  /** What was published, unless the client does not keep up: it finds it in the log. */
  void tell(Buffer frame) {
    if (!socket.writeQueueFull()) {
      write(frame);
    }
  }

  private void deny(ClientFrame frame, String why) {
    denials.count("denied");
    if (!denied) {
      // Once: a line for each would let a stranger fill the disk.
      denied = true;
      LOG.info("denied client={} type={} why={}", socket.remoteAddress(), frame.type(), why);
    }
    fail(frame.replyAddress(), PublicFailure.DENIED, why);
  }

  private void fail(Optional<String> replyAddress, PublicFailure failure, String why) {
    write(new BridgeFrame.Failure(replyAddress, failure, why).framed());
  }

  private void hangUp(String why) {
    denials.count("no-frame");
    LOG.info("closed client={} why={}", socket.remoteAddress(), why);
    socket.end(new BridgeFrame.Failure(Optional.empty(), PublicFailure.INVALID, why).framed());
  }

  private void write(Buffer frame) {
    // A failure to write is the end of the socket, whose handler has its say.
    socket.write(frame);
  }
}
