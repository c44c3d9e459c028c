package allocation.wire;

import static allocation.given.Decoding.attempt;
import static allocation.given.Decoding.holds;
import static allocation.given.Decoding.same;
import static java.nio.charset.StandardCharsets.UTF_8;

import allocation.bus.BusMessage;
import allocation.bus.PublicFailure;
import allocation.bus.Unreadable;
import allocation.given.Seeds;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.provider.MethodSource;

/** What comes from other nodes, from other services, and over the TCP bridge. */
final class WireFuzzTest {
  private static final int MAX_FRAME = 100;

  private final WireCodec codec = new WireCodec();

  /** One of every kind of message. */
  static Stream<byte[]> messages() {
    return Seeds.json(
        new RandomMessages(7)
            .makers().values().stream()
                .map(maker -> new String(MessageJson.of(maker.get()).bytes(), UTF_8))
                .toArray(String[]::new));
  }

  @MethodSource("messages")
  @FuzzTest(maxDuration = "1m")
  void messages_of_other_nodes(byte[] json) {
    comesBack(Buffer.buffer().appendInt(json.length).appendBytes(json));
    // The same bytes as the whole of it, whatever length they begin with.
    comesBack(Buffer.buffer(json));
  }

  private void comesBack(Buffer wire) {
    BusMessage message = codec.decodeFromWire(0, wire);
    if (!(message instanceof Unreadable)) {
      Buffer again = Buffer.buffer();
      codec.encodeToWire(again, message);
      same(message, codec.decodeFromWire(0, again));
    }
  }

  static Stream<byte[]> requests() {
    return Seeds.json(
        """
        {"v":1,"command":{"type":"Allocate","orderId":"o1","sku":"s","quantity":5},"id":"i","correlationId":"c"}\
        """,
        """
        {"v":1,"query":{"type":"BatchByRef","ref":"b1","freshness":{"type":"AtLeast","positions":{"3":41}}}}\
        """,
        """
        {"v":1,"shard":3,"after":40,"limit":10}\
        """,
        """
        {"v":1}\
        """);
  }

  @MethodSource("requests")
  @FuzzTest(maxDuration = "1m")
  void requests_of_other_services(byte[] bytes) {
    String text = new String(bytes, UTF_8);
    holds(() -> PublicCommand.read(text), command -> PublicCommand.read(command.text()));
    holds(() -> PublicQuery.read(text), query -> PublicQuery.read(PublicQuery.text(query)));
    holds(() -> PublicLog.Request.read(text), request -> PublicLog.Request.read(request.text()));
  }

  static Stream<byte[]> answers() {
    return Seeds.json(
        """
        {"v":1,"shard":3,"position":41,"outcome":{"outcome":"refused","refusal":"NoStock","largest":8,"total":11}}\
        """,
        """
        {"v":1,"view":{"type":"OrderLines","orderId":"o1","lines":[{"sku":"s","quantity":2,"batchRef":"b1","eta":null,"position":41}]}}\
        """,
        """
        {"v":1,"view":{"type":"ProductStock","sku":"s","available":5,"inStock":3,"batches":[{"ref":"b1","purchased":5,"allocated":0,"available":5,"eta":"2026-12-31"}]}}\
        """,
        """
        {"v":1,"view":{"type":"ProductPage","items":[{"sku":"s","available":5,"inStock":3}],"next":"s"}}\
        """,
        """
        {"v":1,"shard":3,"first":41,"last":42,"events":[{"position":41},{"position":42}]}\
        """,
        """
        {"v":1,"positions":{"3":41,"7":9}}\
        """);
  }

  /** What the client reads; it takes any failure for an answer that it cannot understand. */
  @MethodSource("answers")
  @FuzzTest(maxDuration = "1m")
  void answers_to_other_services(byte[] bytes) {
    String text = new String(bytes, UTF_8);
    Class<RuntimeException> any = RuntimeException.class;
    holds(() -> PublicAnswer.read(text), any, answer -> PublicAnswer.read(answer.text()));
    holds(
        () -> PublicQuery.readView(text),
        any,
        view -> PublicQuery.readView(PublicQuery.text(view)));
    holds(
        () -> PublicLog.Run.read(text),
        any,
        run -> isUnicode(run.toString()) ? PublicLog.Run.read(run.text()) : run);
    holds(
        () -> PublicLog.readPositions(text),
        any,
        positions -> PublicLog.readPositions(PublicLog.text(positions)));
    attempt(() -> PublicLog.readEvents(text), any);
  }

  /** The service writes nothing else, so only the reader has to live with half a character. */
  private static boolean isUnicode(String text) {
    return UTF_8.newEncoder().canEncode(text);
  }

  static Stream<byte[]> clientFrames() {
    return Seeds.json(
        """
        {"type":"send","address":"a","replyAddress":"r","headers":{"key":"k"},"body":{"v":1}}\
        """,
        """
        {"type":"send","address":"a","replyAddress":"r","body":"{}"}\
        """,
        """
        {"type":"register","address":"a"}\
        """,
        """
        {"type":"ping","send":true}\
        """);
  }

  @MethodSource("clientFrames")
  @FuzzTest(maxDuration = "1m")
  void frames_of_clients(byte[] content) {
    holds(() -> ClientFrame.read(Buffer.buffer(content)), WireFuzzTest::sent)
        // Whatever a client calls itself and sends, it can be answered.
        .ifPresent(frame -> {
          BridgeFrame failure =
              new BridgeFrame.Failure(frame.replyAddress(), PublicFailure.INVALID, "why");
          same(failure, BridgeFrame.read(content(failure.framed())));
        });
  }

  private static ClientFrame sent(ClientFrame frame) {
    return ClientFrame.read(content(frame.framed()));
  }

  private static Buffer content(Buffer frame) {
    return frame.getBuffer(4, frame.length());
  }

  static Stream<byte[]> bridgeFrames() {
    return Seeds.json(
        """
        {"type":"message","address":"a","send":true,"body":{"v":1}}\
        """,
        """
        {"type":"err","address":"a","failureCode":400,"failureType":"RECIPIENT_FAILURE","message":"why"}\
        """,
        """
        {"type":"pong"}\
        """);
  }

  @MethodSource("bridgeFrames")
  @FuzzTest(maxDuration = "1m")
  void frames_of_the_bridge(byte[] content) {
    holds(
        () -> BridgeFrame.read(Buffer.buffer(content)),
        frame -> isUnicode(frame.toString()) ? BridgeFrame.read(content(frame.framed())) : frame);
  }

  static Stream<byte[]> streams() {
    return Stream.of(
        new byte[] {1, 0, 0, 0, 1, 'x'},
        new byte[] {3, 0, 0, 0, 1, 'x', 0, 0, 0, 2, 'y', 'z', 0, 0},
        new byte[] {2, 0, 0, 0, 0},
        new byte[] {2, -1, -1, -1, -1, 'x'},
        new byte[] {5, 0, 0, 0, MAX_FRAME + 1, 'x'},
        new byte[] {1, 127, -1, -1, -1},
        new byte[] {});
  }

  /** The first byte says how the rest is cut, which must make no difference. */
  @MethodSource("streams")
  @FuzzTest(maxDuration = "1m")
  void frames_in_pieces(byte[] bytes) {
    if (bytes.length == 0) {
      return;
    }
    Buffer all = Buffer.buffer(bytes).getBuffer(1, bytes.length);
    int piece = 1 + (bytes[0] & 0x1F);

    same(cut(all, Math.max(1, all.length())), cut(all, piece));
    same(expected(all), cut(all, piece));
  }

  private static List<String> cut(Buffer all, int piece) {
    List<String> found = new ArrayList<>();
    Pieces pieces = new Pieces();
    FrameReader reader =
        new FrameReader(
            pieces,
            MAX_FRAME,
            frame -> found.add(frame.toString("ISO-8859-1")),
            why -> found.add("broken"));
    reader.resume();
    for (int at = 0; at < all.length(); at += piece) {
      pieces.give(all.getBuffer(at, Math.min(all.length(), at + piece)));
    }
    return found;
  }

  /** The same, told by whoever has all the bytes at once. */
  private static List<String> expected(Buffer all) {
    List<String> found = new ArrayList<>();
    int at = 0;
    while (at + 4 <= all.length()) {
      int length = all.getInt(at);
      if (length < 1 || length > MAX_FRAME) {
        found.add("broken");
        break;
      }
      at += 4;
      if (at + length > all.length()) {
        break;
      }
      found.add(all.getBuffer(at, at + length).toString("ISO-8859-1"));
      at += length;
    }
    return found;
  }

  /** A socket that gives what it is told to, at once. */
  private static final class Pieces implements ReadStream<Buffer> {
    private @Nullable Handler<Buffer> handler;

    void give(Buffer piece) {
      if (handler != null) {
        handler.handle(piece);
      }
    }

    @Override
    public ReadStream<Buffer> handler(@Nullable Handler<Buffer> handler) {
      this.handler = handler;
      return this;
    }

    @Override
    public ReadStream<Buffer> exceptionHandler(@Nullable Handler<Throwable> handler) {
      return this;
    }

    @Override
    public ReadStream<Buffer> pause() {
      return this;
    }

    @Override
    public ReadStream<Buffer> resume() {
      return this;
    }

    @Override
    public ReadStream<Buffer> fetch(long amount) {
      return this;
    }

    @Override
    public ReadStream<Buffer> endHandler(@Nullable Handler<Void> handler) {
      return this;
    }
  }
}
