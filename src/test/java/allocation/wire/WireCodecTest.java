package allocation.wire;

import static allocation.given.Waiting.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import allocation.bus.LogPositions;
import allocation.bus.Unreadable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class WireCodecTest {
  private static final LogPositions NEWS = new LogPositions(Map.of(1, 2L));

  private final Vertx vertx = Vertx.vertx();
  private final WireCodec codec = new WireCodec();

  @BeforeEach
  void register() {
    WireCodec.register(vertx.eventBus());
  }

  @AfterEach
  void close() {
    result(vertx.close());
  }

  @Test
  void hands_a_message_over_by_reference_within_the_node() {
    assertThat(received(NEWS)).isSameAs(NEWS);
  }

  @Test
  void leaves_other_messages_to_their_own_codecs() {
    assertThat(received("text")).isEqualTo("text");
  }

  @Test
  void has_the_name_by_which_nodes_of_all_versions_find_it() {
    assertThat(codec.name()).isEqualTo("allocation");
    assertThat(codec.systemCodecID()).isEqualTo((byte) -1);
  }

  @Test
  void sends_json_with_its_length_before_it_to_another_node() {
    String json = "{\"v\":1,\"type\":\"LogPositions\",\"positions\":{\"1\":2}}";
    Buffer wire = Buffer.buffer("what Vert.x writes");
    int position = wire.length();

    codec.encodeToWire(wire, NEWS);

    assertThat(wire.getInt(position)).isEqualTo(json.length());
    assertThat(wire.getString(position + 4, wire.length())).isEqualTo(json);
    assertThat(codec.decodeFromWire(position, wire)).isEqualTo(NEWS);
  }

  @Test
  void reads_no_further_than_the_message_goes() {
    Buffer wire = Buffer.buffer();
    codec.encodeToWire(wire, NEWS);
    wire.appendString("what a later Vert.x may write");

    assertThat(codec.decodeFromWire(0, wire)).isEqualTo(NEWS);
  }

  @Test
  void a_message_that_is_cut_off_anywhere_is_unreadable() {
    Buffer whole = Buffer.buffer();
    codec.encodeToWire(whole, NEWS);

    for (int length = 0; length < whole.length(); length++) {
      assertThat(codec.decodeFromWire(0, whole.getBuffer(0, length)))
          .as("%d bytes", length)
          .isEqualTo(new Unreadable("the message is cut off"));
    }
  }

  @Test
  void a_length_that_cannot_be_is_unreadable() {
    for (int length : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
      Buffer wire =
          Buffer.buffer().appendInt(length).appendBytes("{}".getBytes(StandardCharsets.UTF_8));

      assertThat(codec.decodeFromWire(0, wire)).isInstanceOf(Unreadable.class);
    }
  }

  @Test
  void what_could_not_be_read_is_never_passed_on() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> codec.encodeToWire(Buffer.buffer(), new Unreadable("why")));
  }

  private Object received(Object message) {
    Promise<Object> got = Promise.promise();
    vertx.eventBus().consumer("there", arrived -> got.complete(arrived.body()));
    vertx.eventBus().send("there", message);
    Future<Object> future = got.future();
    return result(future);
  }
}
