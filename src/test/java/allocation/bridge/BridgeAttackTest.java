package allocation.bridge;

import static allocation.given.Waiting.failure;
import static allocation.given.Waiting.result;
import static allocation.given.Waiting.until;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.Addresses;
import allocation.bus.CommandMessage;
import allocation.bus.PublicAddresses;
import allocation.bus.PublicFailure;
import allocation.wire.ClientFrame;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** What strangers may try, with a socket and any bytes they like. */
final class BridgeAttackTest {
  private static final String PING = "{\"type\":\"ping\"}";
  private static final String REGISTER =
      new JsonObject().put("type", "register").put("address", PublicAddresses.EVENTS).encode();
  private static final JsonObject TAKE =
      new JsonObject(
          """
          {"v":1,"command":{"type":"Allocate","orderId":"o1","sku":"CHAIR","quantity":8}}
          """);

  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  static Stream<String> insideAddresses() {
    return Stream.of(
        Addresses.commands(3),
        Addresses.events(3),
        Addresses.QUERIES,
        Addresses.BATCH_OWNERS,
        Addresses.POSITIONS,
        PublicAddresses.EVENTS,
        "__vertx.reply.1",
        "__vertx.reply.a1b2c3d4-0000-0000-0000-000000000000",
        "allocation.public",
        "allocation.public.commands ",
        "allocation.public.command*",
        "allocation.public.commands\\u0000",
        "r1",
        "");
  }

  @ParameterizedTest
  @MethodSource("insideAddresses")
  void nothing_is_sent_to_an_address_inside(String address) {
    Bridges bridge = opened(new Bridges(Bridges.SETTINGS));
    List<Object> inside = listening(bridge, address);
    RawSocket stranger = connected(bridge);

    JsonObject answer =
        stranger
            .frame(
                Bridges.send(address, TAKE)
                    .put("headers", new JsonObject().put("key", Bridges.KEY))
                    .encode())
            .read();

    assertDenied(answer);
    assertThat(answer.getString("address")).isEqualTo("r1");
    assertStillServed(stranger);
    assertThat(inside).isEmpty();
    assertThat(bridge.denials("denied")).isOne();
  }

  @Test
  void an_address_may_be_as_long_as_the_limit_and_not_a_character_longer() {
    Bridges bridge = opened(new Bridges(Bridges.SETTINGS));
    RawSocket stranger = connected(bridge);
    String longest = "r".repeat(ClientFrame.MAX_ADDRESS);
    JsonObject asked = Bridges.send(PublicAddresses.LOG, new JsonObject().put("v", 1));

    JsonObject answer = stranger.frame(asked.put("replyAddress", longest).encode()).read();
    assertThat(answer.getString("type")).isEqualTo("message");
    assertThat(answer.getString("address")).isEqualTo(longest);
    JsonObject refused = stranger.frame(asked.put("replyAddress", longest + "r").encode()).read();

    assertThat(refused.getInteger("failureCode")).isEqualTo(PublicFailure.INVALID.code());
    assertThat(refused.getString("message"))
        .contains("replyAddress must have at most 200 characters");
    assertThat(refused.containsKey("address")).isFalse();
    assertStillServed(stranger);
  }

  @Test
  void nothing_that_a_stranger_says_is_in_the_log() {
    Logger logger = (Logger) LoggerFactory.getLogger("allocation.bridge");
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    logger.addAppender(log);
    logger.setLevel(Level.INFO);
    try {
      Bridges bridge = opened(new Bridges(Bridges.SETTINGS));
      for (String type : List.of("send", "publish", "register", "unregister")) {
        RawSocket stranger = connected(bridge);
        assertDenied(
            stranger.frame(Bridges.send("a\nforged line", TAKE).put("type", type).encode()).read());
      }

      assertThat(log.list)
          .extracting(ILoggingEvent::getFormattedMessage)
          .filteredOn(line -> line.startsWith("denied client="))
          .hasSize(4)
          .noneMatch(line -> line.contains("\n") || line.contains("forged"));
    } finally {
      logger.detachAppender(log);
      logger.setLevel(null);
    }
  }

  @ParameterizedTest
  @MethodSource("insideAddresses")
  void nothing_is_published_anywhere(String address) {
    Bridges bridge = opened(new Bridges(Bridges.SETTINGS));
    List<Object> inside = listening(bridge, address);
    RawSocket stranger = connected(bridge);

    for (String to : List.of(address, PublicAddresses.COMMANDS, PublicAddresses.LOG)) {
      assertDenied(stranger.frame(Bridges.send(to, TAKE).put("type", "publish").encode()).read());
    }

    assertStillServed(stranger);
    assertThat(inside).isEmpty();
    assertThat(bridge.service.commands).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "allocation.commands.3",
        "allocation.events.3",
        "allocation.queries",
        "allocation.positions",
        "allocation.public.commands",
        "allocation.public.queries",
        "allocation.public.log",
        "__vertx.reply.1",
        "r1",
        ""
      })
  void nobody_listens_inside(String address) {
    Bridges bridge = opened(new Bridges(Bridges.SETTINGS));
    RawSocket stranger = connected(bridge);

    for (String type : List.of("register", "unregister")) {
      assertDenied(
          stranger
              .frame(new JsonObject().put("type", type).put("address", address).encode())
              .read());
    }

    bridge.service.commit(bridge.service.log.append(3, "CHAIR", 1));
    bridge.service.vertx.eventBus().publish(address.isEmpty() ? "x" : address, "canary");
    assertStillServed(stranger);
  }

  @Test
  void a_reply_address_of_the_inside_is_only_a_name() {
    Bridges bridge = opened(new Bridges(Bridges.SETTINGS));
    List<Object> inside = listening(bridge, Addresses.commands(3));
    RawSocket stranger = connected(bridge);

    JsonObject answer =
        stranger
            .frame(
                Bridges.send(PublicAddresses.LOG, new JsonObject().put("v", 1))
                    .put("replyAddress", Addresses.commands(3))
                    .encode())
            .read();

    assertThat(answer.getString("address")).isEqualTo(Addresses.commands(3));
    assertThat(inside).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"key\":\"\"}",
        "{\"key\":\"a-key-of-enough-character\"}",
        "{\"key\":\"a-key-of-enough-characters \"}",
        "{\"key\":\"A-KEY-OF-ENOUGH-CHARACTERS\"}",
        "{\"Key\":\"a-key-of-enough-characters\"}"
      })
  void commands_need_the_very_key(String headers) {
    Bridges bridge = opened(new Bridges(Bridges.SETTINGS));
    RawSocket stranger = connected(bridge);

    assertDenied(
        stranger
            .frame(
                Bridges.send(PublicAddresses.COMMANDS, TAKE)
                    .put("headers", new JsonObject(headers))
                    .encode())
            .read());
    assertDenied(stranger.frame(Bridges.send(PublicAddresses.COMMANDS, TAKE).encode()).read());

    assertStillServed(stranger);
    assertThat(bridge.service.commands).isEmpty();
  }

  @Test
  void without_a_key_in_the_settings_no_key_opens() {
    Bridges bridge = opened(Bridges.withoutKey());
    RawSocket stranger = connected(bridge);

    for (String key : List.of("", Bridges.KEY)) {
      assertDenied(
          stranger
              .frame(
                  Bridges.send(PublicAddresses.COMMANDS, TAKE)
                      .put("headers", new JsonObject().put("key", key))
                      .encode())
              .read());
    }

    assertStillServed(stranger);
    assertThat(bridge.service.commands).isEmpty();
  }

  @Test
  void headers_do_not_get_in() {
    Bridges bridge = opened(new Bridges(Bridges.SETTINGS));
    RawSocket stranger = connected(bridge);

    JsonObject answer =
        stranger
            .frame(
                Bridges.send(PublicAddresses.LOG, new JsonObject().put("v", 1))
                    .put("headers", new JsonObject("{\"codecName\":\"allocation\",\"timeout\":1}"))
                    .encode())
            .read();

    // The library's bridge would let them choose the codec and the time-out.
    assertThat(answer.getString("type")).isEqualTo("message");
    assertStillServed(stranger);
  }

  @Test
  void a_frame_may_be_as_long_as_the_limit_and_not_a_byte_longer() {
    Bridges bridge = opened(Bridges.withFrames(2_048));
    RawSocket stranger = connected(bridge);

    String atTheLimit = PING + " ".repeat(2_048 - PING.length());
    assertThat(stranger.frame(atTheLimit).read().getString("type")).isEqualTo("pong");

    JsonObject answer = stranger.frame(atTheLimit + " ").read();
    assertThat(answer.getString("message"))
        .isEqualTo("a frame must have 1 to 2048 bytes, not 2049");
    assertThat(stranger.isClosed()).isTrue();
    assertThat(bridge.denials("no-frame")).isOne();
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MAX_VALUE, Integer.MIN_VALUE, -1, 0, 64 * 1024 + 1})
  void a_length_that_cannot_be_is_refused_before_anything_is_kept(int length) {
    Bridges bridge = opened(new Bridges(Bridges.SETTINGS));
    RawSocket stranger = connected(bridge);

    JsonObject answer = stranger.length(length).read();

    assertThat(answer.getString("message")).endsWith("not " + length);
    assertThat(answer.getInteger("failureCode")).isEqualTo(PublicFailure.INVALID.code());
    assertThat(stranger.isClosed()).isTrue();
  }

  @Test
  void another_protocol_is_hung_up_on() {
    Bridges bridge = opened(new Bridges(Bridges.SETTINGS));
    RawSocket stranger = connected(bridge);

    stranger.bytes("GET / HTTP/1.1\r\nHost: allocation\r\n\r\n".getBytes(UTF_8));

    assertThat(stranger.read().getString("type")).isEqualTo("err");
    assertThat(stranger.isClosed()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense",
        "[]",
        "7",
        "{}",
        "{\"type\":7}",
        "{\"type\":\"login\"}",
        "{\"type\":\"ping\",\"type\":\"send\"}",
        "{\"type\":\"ping\"} trailing",
        "{\"type\":\"ping\",\"user\":\"root\"}",
        "{\"type\":\"send\",\"address\":null}",
        "{\"type\":\"ping\",\"headers\":7}",
        "{\"type\":\"ping\",\"headers\":{\"key\":7}}",
        "{\"type\":\"send\",\"address\":[\"allocation.public.log\"]}",
        "{\"type\":\"send\",\"address\":\"allocation.public.log\",\"body\":7}",
        "{\"type\":\"send\",\"address\":\"allocation.public.log\",\"body\":[]}",
        "{\"type\":\"send\",\"address\":\"allocation.public.log\",\"body\":{\"v\":1,\"v\":1}}",
        "{\"type\":\"send\",\"address\":\"allocation.public.log\"}"
      })
  void a_frame_that_makes_no_sense_is_told_so_and_the_next_is_served(String content) {
    Bridges bridge = opened(new Bridges(Bridges.SETTINGS));
    RawSocket stranger = connected(bridge);

    JsonObject answer = stranger.frame(content).read();

    assertThat(answer.getInteger("failureCode")).isEqualTo(PublicFailure.INVALID.code());
    assertThat(answer.getString("message")).isNotBlank();
    assertStillServed(stranger);
  }

  @Test
  void deep_nesting_is_refused() {
    Bridges bridge = opened(new Bridges(Bridges.SETTINGS));
    RawSocket stranger = connected(bridge);

    JsonObject answer = stranger.frame("[".repeat(30_000)).read();

    assertThat(answer.getInteger("failureCode")).isEqualTo(PublicFailure.INVALID.code());
    assertStillServed(stranger);
  }

  @Test
  void bytes_that_are_no_text_are_refused() {
    Bridges bridge = opened(new Bridges(Bridges.SETTINGS));
    RawSocket stranger = connected(bridge);

    stranger.length(2).bytes(new byte[] {(byte) 0xc0, (byte) 0xaf});

    assertThat(stranger.read().getString("message")).isEqualTo("body must be UTF-8");
    assertStillServed(stranger);
  }

  @Test
  void a_flood_is_served_no_faster_than_the_rate() {
    Bridges bridge = opened(Bridges.withRate(20));
    RawSocket stranger = connected(bridge);
    RawSocket other = connected(bridge);
    long start = System.nanoTime();

    for (int i = 0; i < 60; i++) {
      stranger.frame(PING);
    }
    assertStillServed(other);
    for (int i = 0; i < 60; i++) {
      assertThat(stranger.read().getString("type")).isEqualTo("pong");
    }

    // A second's worth at once, the other forty at twenty a second.
    assertThat(System.nanoTime() - start).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(1_900));
  }

  @Test
  void who_left_is_read_no_more_and_stays_nobodys_listener() {
    Bridges bridge = opened(Bridges.withRate(5));
    RawSocket stranger = connected(bridge);
    for (int i = 0; i < 8; i++) {
      stranger.frame(PING);
    }
    stranger.frame(REGISTER);
    assertThat(stranger.read().getString("type")).isEqualTo("pong");

    stranger.close();
    until("it is gone", () -> bridge.connections() == 0);

    // Meanwhile the register would have been read, as late as one who sends as much is served.
    RawSocket other = connected(bridge);
    for (int i = 0; i < 11; i++) {
      other.frame(PING);
    }
    for (int i = 0; i < 11; i++) {
      assertThat(other.read().getString("type")).isEqualTo("pong");
    }
    assertThat(
            failure(
                bridge
                    .service
                    .vertx
                    .eventBus()
                    .request(
                        PublicAddresses.EVENTS, "{}", new DeliveryOptions().setSendTimeout(500))))
        .isInstanceOfSatisfying(
            ReplyException.class,
            nobody -> assertThat(nobody.failureType()).isEqualTo(ReplyFailure.NO_HANDLERS));
  }

  @Test
  void as_many_requests_as_may_be_are_under_way_and_one_more_is_busy() {
    Bridges bridge = opened(new Bridges(Bridges.SETTINGS));
    List<Message<Object>> held = bridge.holding(PublicAddresses.COMMANDS);
    RawSocket stranger = connected(bridge);

    for (int i = 1; i <= BridgeConnection.MOST_IN_FLIGHT; i++) {
      stranger.frame(command("r" + i));
    }
    until("all are under way", () -> held.size() == BridgeConnection.MOST_IN_FLIGHT);
    // Answers come in the order in which they are given: there was none before.
    assertStillServed(stranger);

    JsonObject refused = stranger.frame(command("one-more")).read();
    assertThat(refused.getInteger("failureCode")).isEqualTo(PublicFailure.BUSY.code());
    assertThat(refused.getString("address")).isEqualTo("one-more");
    assertStillServed(stranger);
    assertThat(held).hasSize(BridgeConnection.MOST_IN_FLIGHT);

    held.getFirst().reply("{}");
    assertThat(stranger.read().getString("address")).isEqualTo("r1");
    stranger.frame(command("there-is-room"));
    until("it is let in", () -> held.size() == BridgeConnection.MOST_IN_FLIGHT + 1);
  }

  @Test
  void answers_do_not_pile_up_for_who_does_not_read_them() {
    Bridges bridge = opened(new Bridges(Bridges.SETTINGS));
    List<Message<Object>> held = bridge.holding(PublicAddresses.COMMANDS, PublicAddresses.QUERIES);
    RawSocket deaf = connected(bridge);
    RawSocket good = connected(bridge);
    for (int i = 0; i < 200; i++) {
      deaf.frame(question());
    }
    until("all are under way", () -> held.size() == 200);
    deaf.frame(command());
    until("so is a command", () -> held.size() == 201);
    good.frame(question());
    until("so is a question of another", () -> held.size() == 202);

    String page = "{\"v\":1,\"text\":\"%s\"}".formatted("x".repeat(256 * 1024));
    held.subList(0, 200).forEach(question -> question.reply(page));
    held.get(200).reply("{\"v\":1}");
    held.get(201).reply(page);
    // Answers are told in turn: the others are written, or not, when this one is here.
    assertThat(good.read().getString("type")).isEqualTo("message");

    List<JsonObject> told = Stream.generate(deaf::read).limit(201).toList();
    assertThat(told.getFirst().getJsonObject("body").getString("text")).hasSize(256 * 1024);
    assertThat(told.get(199).getInteger("failureCode")).isEqualTo(PublicFailure.BUSY.code());
    assertThat(told.get(199).getString("address")).isEqualTo("r1");
    assertThat(told.get(200).getJsonObject("body")).isEqualTo(new JsonObject("{\"v\":1}"));
    assertStillServed(deaf);
  }

  @Test
  void the_hundred_and_first_is_turned_away() {
    Bridges bridge = opened(new Bridges(Bridges.SETTINGS));
    List<RawSocket> hundred = Stream.generate(() -> connected(bridge)).limit(100).toList();
    hundred.forEach(BridgeAttackTest::assertStillServed);

    RawSocket oneMore = connected(bridge);

    JsonObject answer = oneMore.read();
    assertThat(answer.getInteger("failureCode")).isEqualTo(PublicFailure.BUSY.code());
    assertThat(answer.getString("message")).isEqualTo("there are too many connections");
    assertThat(oneMore.isClosed()).isTrue();
    assertThat(bridge.denials("too-many")).isOne();
    hundred.getFirst().close();
    until("there is room again", () -> bridge.connections() == 99);
    assertStillServed(connected(bridge));
  }

  @Test
  void who_says_nothing_is_hung_up_on_also_in_the_middle_of_a_frame() {
    Bridges bridge = opened(Bridges.withIdleSeconds(1));
    RawSocket silent = connected(bridge);
    RawSocket half = connected(bridge).length(100).bytes(new byte[50]);

    assertThat(silent.isClosed()).isTrue();
    assertThat(half.isClosed()).isTrue();
    until("both are gone", () -> bridge.connections() == 0);
  }

  @Test
  void who_does_not_read_is_skipped_and_keeps_nobody_waiting() {
    Bridges bridge = opened(new Bridges(Bridges.SETTINGS));
    RawSocket deaf = registered(bridge);
    RawSocket good = registered(bridge);

    int published = publishMoreThanOneHasRoomFor(bridge, good);

    deaf.frame(PING);
    int read = 0;
    while (deaf.read().getString("type").equals("message")) {
      read++;
    }
    assertThat(read).isBetween(1, published - 1);
  }

  /** Guard: the pause for the rate ends when the client has read, too. */
  @Test
  void who_does_not_read_is_not_read_either_though_he_is_held_back_by_the_rate() {
    Bridges bridge = opened(Bridges.withRate(1));
    RawSocket deaf = registered(bridge);
    RawSocket good = registered(bridge);
    List<Message<CommandMessage>> got = new CopyOnWriteArrayList<>();
    bridge.service.handler =
        command -> {
          got.add(command);
          BusService.accept(command);
        };
    publishMoreThanOneHasRoomFor(bridge, good);

    deaf.frame(PING);
    deaf.frame(command());
    // Three seconds go by for one who sends as much and reads.
    for (int i = 0; i < 4; i++) {
      assertStillServed(good);
    }
    assertThat(got).isEmpty();

    while (got.isEmpty()) {
      deaf.read();
    }
  }

  private static String command() {
    return command("r1");
  }

  private static String command(String replyAddress) {
    return Bridges.send(PublicAddresses.COMMANDS, TAKE)
        .put("replyAddress", replyAddress)
        .put("headers", new JsonObject().put("key", Bridges.KEY))
        .encode();
  }

  private static String question() {
    return Bridges.send(PublicAddresses.QUERIES, new JsonObject().put("v", 1)).encode();
  }

  private static int publishMoreThanOneHasRoomFor(Bridges bridge, RawSocket good) {
    String events = "{\"v\":1,\"text\":\"%s\"}".formatted("x".repeat(256 * 1024));
    int published = 200;
    for (int i = 0; i < published; i++) {
      bridge.service.vertx.eventBus().publish(PublicAddresses.EVENTS, events);
      assertThat(good.read().getString("type")).isEqualTo("message");
    }
    return published;
  }

  private static void assertDenied(JsonObject answer) {
    assertThat(answer.getString("type")).isEqualTo("err");
    assertThat(answer.getInteger("failureCode")).isEqualTo(PublicFailure.DENIED.code());
    assertThat(answer.getString("message")).isNotBlank();
  }

  private static void assertStillServed(RawSocket socket) {
    assertThat(socket.frame(PING).read().getString("type")).isEqualTo("pong");
  }

  private static List<Object> listening(Bridges bridge, String address) {
    List<Object> inside = new CopyOnWriteArrayList<>();
    if (!address.isEmpty()) {
      result(
          bridge
              .service
              .vertx
              .eventBus()
              .consumer(address, message -> inside.add(message.body()))
              .completion());
    }
    return inside;
  }

  private RawSocket registered(Bridges bridge) {
    RawSocket socket = connected(bridge);
    socket.frame(REGISTER);
    assertStillServed(socket);
    return socket;
  }

  private Bridges opened(Bridges bridge) {
    open.add(bridge);
    return bridge;
  }

  private RawSocket connected(Bridges bridge) {
    RawSocket socket = bridge.connect();
    open.add(socket);
    return socket;
  }
}
