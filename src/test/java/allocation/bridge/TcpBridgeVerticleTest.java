package allocation.bridge;

import static allocation.given.Waiting.result;
import static allocation.given.Waiting.until;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.CommandMessage;
import allocation.bus.PublicAddresses;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import io.vertx.ext.eventbus.bridge.tcp.impl.protocol.FrameHelper;
import io.vertx.ext.eventbus.bridge.tcp.impl.protocol.FrameParser;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What may go over the bridge, and how. */
final class TcpBridgeVerticleTest {
  private static final JsonObject TAKE =
      new JsonObject(
          """
          {"v":1,"command":{"type":"Allocate","orderId":"o1","sku":"CHAIR","quantity":8}}
          """);
  private static final JsonObject POSITIONS = new JsonObject().put("v", 1);
  private static final JsonObject WITH_KEY = new JsonObject().put("key", Bridges.KEY);

  private final Bridges bridge = new Bridges(Bridges.SETTINGS);
  private final RawSocket client = bridge.connect();

  @AfterEach
  void close() {
    client.close();
    bridge.close();
  }

  @Test
  void a_ping_is_answered() {
    assertThat(ask("{\"type\":\"ping\"}")).isEqualTo(new JsonObject("{\"type\":\"pong\"}"));
  }

  @Test
  void a_command_with_the_key_is_answered_at_its_reply_address() {
    JsonObject answer = ask(command());

    assertThat(answer.getString("type")).isEqualTo("message");
    assertThat(answer.getString("address")).isEqualTo("r1");
    assertThat(answer.getJsonObject("body").getLong("position")).isEqualTo(BusService.POSITION);
  }

  @Test
  void a_body_in_a_string_is_answered_in_one() {
    JsonObject answer = ask(Bridges.send(PublicAddresses.LOG, POSITIONS.encode()).encode());

    assertThat(answer.getValue("body")).isEqualTo("{\"v\":1,\"positions\":{}}");
  }

  @Test
  void questions_and_the_log_need_no_key() {
    bridge.service.log.append(3, "CHAIR", 2);
    JsonObject product =
        new JsonObject("{\"v\":1,\"query\":{\"type\":\"ProductBySku\",\"sku\":\"CHAIR\"}}");

    assertThat(ask(Bridges.send(PublicAddresses.QUERIES, product).encode()).getJsonObject("body"))
        .isEqualTo(new JsonObject("{\"v\":1,\"view\":{\"type\":\"Unknown\"}}"));
    assertThat(ask(Bridges.send(PublicAddresses.LOG, POSITIONS).encode()).getJsonObject("body"))
        .isEqualTo(new JsonObject("{\"v\":1,\"positions\":{\"3\":2}}"));
  }

  @Test
  void what_the_entrance_refuses_comes_back_with_its_code_and_its_reason() {
    JsonObject answer =
        ask(
            Bridges.send(PublicAddresses.LOG, new JsonObject("{\"v\":1,\"shard\":99,\"after\":0}"))
                .encode());

    assertThat(answer)
        .isEqualTo(
            new JsonObject(
                """
                {"type":"err","address":"r1","failureCode":4,"failureType":"RECIPIENT_FAILURE",
                 "message":"shard must be below 16"}
                """));
  }

  @Test
  void an_entrance_that_is_not_there_is_busy() {
    result(bridge.service.stop());

    JsonObject answer = ask(Bridges.send(PublicAddresses.LOG, POSITIONS).encode());

    assertThat(answer.getInteger("failureCode")).isEqualTo(1);
  }

  @Test
  void a_command_that_wants_no_reply_is_done_all_the_same() {
    JsonObject silent = new JsonObject(command());
    silent.remove("replyAddress");
    client.frame(silent.encode());

    until("it is done", () -> bridge.service.commands.size() == 1);
    assertThat(ask("{\"type\":\"ping\"}").getString("type")).isEqualTo("pong");
  }

  @Test
  void events_are_told_to_those_who_registered_and_to_no_others() {
    try (RawSocket other = bridge.connect()) {
      register();

      bridge.service.commit(bridge.service.log.append(3, "CHAIR", 2));

      JsonObject told = client.read();
      assertThat(told.getString("address")).isEqualTo(PublicAddresses.EVENTS);
      assertThat(told.getJsonObject("body").getLong("last")).isEqualTo(2);
      other.frame("{\"type\":\"ping\"}");
      assertThat(other.read().getString("type")).isEqualTo("pong");
    }
  }

  @Test
  void who_registers_twice_is_told_once_and_who_unregisters_never() {
    register();
    register();
    bridge.service.commit(bridge.service.log.append(3, "CHAIR", 1));
    assertThat(client.read().getString("address")).isEqualTo(PublicAddresses.EVENTS);

    client.frame(registration("unregister"));
    assertThat(ask("{\"type\":\"ping\"}").getString("type")).isEqualTo("pong");
    bridge.service.commit(bridge.service.log.append(3, "CHAIR", 1));

    assertThat(ask("{\"type\":\"ping\"}").getString("type")).isEqualTo("pong");
  }

  @Test
  void a_client_that_left_is_not_counted_any_more() {
    register();
    assertThat(bridge.connections()).isOne();

    client.close();

    until("it is gone", () -> bridge.connections() == 0);
    bridge.service.commit(bridge.service.log.append(3, "CHAIR", 1));
  }

  @Test
  void a_stop_answers_what_is_under_way_and_takes_no_more() {
    List<Message<CommandMessage>> held = new CopyOnWriteArrayList<>();
    bridge.service.handler = held::add;
    client.frame(command());
    until("one is under way", () -> held.size() == 1);

    Future<Void> stopped = bridge.stop();
    held.forEach(BusService::accept);

    assertThat(client.read().getJsonObject("body").getLong("position"))
        .isEqualTo(BusService.POSITION);
    assertThat(client.isClosed()).isTrue();
    result(stopped);
  }

  @Test
  void a_stop_closes_each_connection_as_soon_as_its_own_requests_are_answered() {
    List<Message<Object>> held = bridge.holding(PublicAddresses.COMMANDS);
    try (RawSocket other = bridge.connect()) {
      assertThat(other.frame("{\"type\":\"ping\"}").read().getString("type")).isEqualTo("pong");
      client.frame(command());
      until("one is under way", () -> held.size() == 1);

      Future<Void> stopped = bridge.stop();

      assertThat(other.isClosed()).isTrue();
      assertThat(stopped.isComplete()).isFalse();
      held.forEach(request -> request.reply("{\"v\":1}"));
      assertThat(client.read().getJsonObject("body")).isEqualTo(new JsonObject("{\"v\":1}"));
      assertThat(client.isClosed()).isTrue();
      result(stopped);
    }
  }

  @Test
  void it_speaks_the_protocol_of_the_library() {
    List<JsonObject> heard = new CopyOnWriteArrayList<>();
    // Held to the end: one that nobody refers to is closed when its garbage is collected.
    NetClient library = bridge.service.vertx.createNetClient();
    NetSocket socket = result(library.connect(bridge.port(), "127.0.0.1"));
    socket.handler(new FrameParser(frame -> heard.add(frame.result())));

    FrameHelper.sendFrame("ping", socket);
    FrameHelper.sendFrame("register", PublicAddresses.EVENTS, null, socket);
    FrameHelper.sendFrame(
        "send", PublicAddresses.COMMANDS, "my-reply", WITH_KEY, true, TAKE, socket);
    FrameHelper.sendFrame("send", PublicAddresses.COMMANDS, "no-key", TAKE, socket);

    until("three answers", () -> heard.size() == 3);
    assertThat(heard.stream().map(frame -> frame.getString("type") + frame.getString("address")))
        .containsExactlyInAnyOrder("pongnull", "messagemy-reply", "errno-key");
    result(library.close());
  }

  @Test
  void frames_that_come_in_pieces_or_together_are_read_one_by_one() {
    Buffer three = Buffer.buffer();
    byte[] ping = "{\"type\":\"ping\"}".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    IntStream.range(0, 3).forEach(i -> three.appendInt(ping.length).appendBytes(ping));

    for (byte each : three.getBytes()) {
      client.bytes(new byte[] {each});
    }
    client.bytes(three.getBytes());

    for (int i = 0; i < 6; i++) {
      assertThat(client.read().getString("type")).isEqualTo("pong");
    }
  }

  private String command() {
    return Bridges.send(PublicAddresses.COMMANDS, TAKE).put("headers", WITH_KEY).encode();
  }

  private void register() {
    client.frame(registration("register"));
    // Frames are read in order: it is registered once the next is answered.
    assertThat(ask("{\"type\":\"ping\"}").getString("type")).isEqualTo("pong");
  }

  private static String registration(String type) {
    return new JsonObject().put("type", type).put("address", PublicAddresses.EVENTS).encode();
  }

  private JsonObject ask(String content) {
    return client.frame(content).read();
  }
}
