package allocation.pulsar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import allocation.bus.CommandMessage;
import allocation.embedded.Servers;
import allocation.given.Later;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.pulsar.client.api.Message;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

final class CommandsFromPulsarIT {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final Settings settings =
      Settings.of(
          Servers.pulsarServiceUrl(), Servers.pulsarAdminUrl(), Servers.newNamespace("commands"));
  private final Vertx vertx = Vertx.vertx();
  private final VertxPulsar pulsar = VertxPulsar.create(vertx, settings);
  private final Outside outside = new Outside(settings);
  private final CommandsUnderTest commands = new CommandsUnderTest(vertx, pulsar);

  @BeforeEach
  void answer_commands() {
    commands.answer();
  }

  @AfterEach
  void close() throws Exception {
    Later.on(vertx.getOrCreateContext(), pulsar::close);
    outside.close();
    Later.await(vertx.close());
  }

  @Test
  void what_cannot_be_carried_out_is_set_aside_and_the_next_is_handled() throws Exception {
    outside.send(Topics.COMMANDS, "LAMP", "nonsense", Map.of("correlationId", "c-1", "own", "x"));
    outside.send(Topics.COMMANDS, "LAMP", "unknown-sku");
    // As long as may be is read: and is no command.
    outside.send(Topics.COMMANDS, "LAMP", "x".repeat(settings.maxCommandBytes()));
    outside.send(Topics.COMMANDS, "LAMP", "x".repeat(settings.maxCommandBytes() + 1));
    outside.send(Topics.COMMANDS, "", "");
    outside.send(Topics.COMMANDS, "LAMP", "no-stock");
    outside.send(Topics.COMMANDS, "LAMP", "o1");
    commands.deploy();

    await().atMost(LIMIT).until(() -> commands.accepted().contains("o1"));
    List<Message<byte[]>> dead = outside.read(Topics.deadLetter(Topics.COMMANDS), 5);
    assertThat(dead)
        .extracting(message -> message.getProperty("reason"))
        .containsExactlyInAnyOrder(
            "unreadable", "unknown-sku", "unreadable", "too-large", "unreadable");
    Message<byte[]> first =
        dead.stream().filter(message -> Outside.text(message).equals("nonsense")).findFirst().get();
    assertThat(first.getKey()).isEqualTo("LAMP");
    assertThat(first.getProperties())
        .containsEntry("detail", "not a command: nonsense")
        .containsEntry("originalTopic", settings.topic(Topics.COMMANDS))
        .containsEntry("originalKey", "LAMP")
        .containsEntry("correlationId", "c-1")
        .containsEntry("own", "x")
        .containsKey("originalMessageId");
  }

  /** Guard: only a body is sent in pieces, so that such a letter is refused each time. */
  @Test
  void a_message_with_a_key_too_large_for_its_dead_letter_holds_nothing_up() throws Exception {
    commands.deploy();
    String key = "k".repeat(3 * 1024 * 1024);
    outside.send(Topics.COMMANDS, key, "nonsense");
    outside.send(Topics.COMMANDS, key, "o1");

    await().atMost(LIMIT).until(() -> commands.accepted().contains("o1"));
    Message<byte[]> letter = outside.read(Topics.deadLetter(Topics.COMMANDS), 1).getFirst();
    assertThat(Outside.text(letter)).isEqualTo("nonsense");
    assertThat(letter.hasKey()).isFalse();
    assertThat(letter.getProperties())
        .containsEntry("reason", "unreadable")
        .containsEntry("leftOut", "key and properties: too large")
        .containsKeys("detail", "originalTopic", "originalMessageId", "correlationId");
  }

  /** Guard: the producer of a topic that was ended has ended, too, and with it stood the lane. */
  @Test
  void dead_letters_go_on_when_their_topic_was_ended_and_is_made_again() throws Exception {
    Logger logger = (Logger) LoggerFactory.getLogger(DeadLetters.class);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    logger.addAppender(log);
    try {
      commands.deploy();
      outside.send(Topics.COMMANDS, "LAMP", "nonsense");
      outside.read(Topics.deadLetter(Topics.COMMANDS), 1);
      assertThat(admin("POST", "/terminate")).isEqualTo(200);

      outside.send(Topics.COMMANDS, "LAMP", "nonsense", Map.of("own", "second"));
      await().atMost(LIMIT).until(() -> !log.list.isEmpty());
      outside.send(Topics.COMMANDS, "LAMP", "o1");
      assertThat(admin("DELETE", "?force=true")).isEqualTo(204);

      await().atMost(LIMIT).until(() -> commands.accepted().contains("o1"));
      assertThat(outside.read(Topics.deadLetter(Topics.COMMANDS), 1))
          .extracting(letter -> letter.getProperty("own"))
          .containsExactly("second");
    } finally {
      logger.detachAppender(log);
    }
  }

  private int admin(String method, String what) throws Exception {
    URI topic =
        URI.create(
            "%s/admin/v2/persistent/%s/%s%s"
                .formatted(
                    settings.adminUrl(),
                    settings.namespace(),
                    Topics.deadLetter(Topics.COMMANDS),
                    what));
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(
              HttpRequest.newBuilder(topic)
                  .method(method, HttpRequest.BodyPublishers.noBody())
                  .build(),
              HttpResponse.BodyHandlers.discarding())
          .statusCode();
    }
  }

  @Test
  void a_busy_handler_holds_up_its_key_alone_and_changes_no_order() throws Exception {
    commands.busyFor("LAMP");
    for (int i = 1; i <= 5; i++) {
      outside.send(Topics.COMMANDS, "LAMP", "LAMP-" + i);
    }
    for (int i = 1; i <= 5; i++) {
      outside.send(Topics.COMMANDS, "SOFA", "SOFA-" + i);
    }
    commands.deploy();
    await().atMost(LIMIT).until(() -> commands.accepted().contains("SOFA-5"));
    await().atMost(LIMIT).until(() -> commands.asked().size() >= 9);
    assertThat(commands.accepted())
        .containsExactly("SOFA-1", "SOFA-2", "SOFA-3", "SOFA-4", "SOFA-5");
    assertThat(commands.asked().stream().map(CommandMessage::key).distinct()).hasSize(6);

    commands.busyFor("");

    await().atMost(LIMIT).until(() -> commands.accepted().contains("LAMP-5"));
    assertThat(commands.accepted().subList(5, 10))
        .containsExactly("LAMP-1", "LAMP-2", "LAMP-3", "LAMP-4", "LAMP-5");
  }

  @Test
  void the_original_s_changes_are_made_one_at_a_time_in_their_order() throws Exception {
    for (int i = 1; i <= 20; i++) {
      outside.send(Topics.CHANGE_BATCH_QUANTITY, "", "change-" + i);
    }
    commands.deploy();

    await().atMost(LIMIT).until(() -> commands.accepted().size() == 20);
    assertThat(commands.accepted().getFirst()).isEqualTo("change-1");
    assertThat(commands.accepted().getLast()).isEqualTo("change-20");
    assertThat(commands.mostAtOnce()).isEqualTo(1);
    assertThat(commands.asked().getFirst().key().scope()).isEqualTo("pulsar change_batch_quantity");
  }

  @Test
  void no_more_of_a_topic_are_under_way_than_the_settings_say() throws Exception {
    Settings two =
        new Settings(
            settings.serviceUrl(),
            settings.adminUrl(),
            settings.namespace(),
            settings.token(),
            settings.authorities(),
            settings.operationTimeoutMs(),
            2,
            settings.maxCommandBytes());
    for (int i = 1; i <= 20; i++) {
      // Each has a key of its own, so that none waits for another one.
      outside.send(Topics.COMMANDS, "key-" + i, "o" + i);
    }
    VertxPulsar narrow = VertxPulsar.create(vertx, two);
    try {
      commands.deploy(narrow);

      await().atMost(LIMIT).until(() -> commands.accepted().size() == 20);
      assertThat(commands.mostAtOnce()).isEqualTo(2);
    } finally {
      Later.on(vertx.getOrCreateContext(), narrow::close);
    }
  }

  @Test
  void what_was_handled_does_not_come_again_and_what_was_not_does() throws Exception {
    String first = commands.deploy();
    outside.send(Topics.COMMANDS, "LAMP", "o1");
    await().atMost(LIMIT).until(() -> commands.accepted().contains("o1"));
    commands.busyFor("LAMP");
    outside.send(Topics.COMMANDS, "LAMP", "LAMP-2");
    await().atMost(LIMIT).until(() -> commands.asked().size() >= 3);

    Later.await(vertx.undeploy(first));
    commands.busyFor("");
    commands.deploy();

    await().atMost(LIMIT).until(() -> commands.accepted().contains("LAMP-2"));
    assertThat(commands.accepted()).containsExactly("o1", "LAMP-2");
  }
}
