package allocation.pulsar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import allocation.bus.Role;
import allocation.domain.LoggedEvent;
import allocation.embedded.Ports;
import allocation.embedded.PulsarServer;
import allocation.given.InMemoryCursors;
import allocation.given.InMemoryEventLog;
import allocation.given.InMemoryLocks;
import allocation.given.Later;
import allocation.log.LogPoller;
import allocation.publisher.PublisherVerticle;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Pulsar of its own, since it is killed. */
final class PulsarAwayIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Vertx vertx = Vertx.vertx();
  private final InMemoryEventLog log = new InMemoryEventLog();
  private final InMemoryCursors cursors = new InMemoryCursors();
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();

  @AfterEach
  void close() {
    Later.await(vertx.close());
  }

  @Test
  void all_goes_on_by_itself_when_pulsar_comes_and_when_it_comes_back(@TempDir Path folder)
      throws Exception {
    try (PulsarServer server = new PulsarServer(folder, Ports.free(), Ports.free())) {
      Settings settings =
          Settings.of(server.serviceUrl(), server.adminUrl(), Settings.DEFAULT_NAMESPACE);
      VertxPulsar pulsar = VertxPulsar.create(vertx, settings);
      CommandsUnderTest commands = new CommandsUnderTest(vertx, pulsar);
      commands.answer();
      vertx.runOnContext(turn -> new LogPoller(vertx, log, 50).start());
      log.append(0, "LAMP", 100);
      publish(pulsar);
      commands.deploy();
      assertThat(cursors.at("publisher", 0)).isZero();

      server.start();
      awaitPublished(100);
      try (Outside outside = new Outside(settings)) {
        outside.send(Topics.COMMANDS, "LAMP", "before");
        await().atMost(LIMIT).until(() -> commands.accepted().contains("before"));
      }

      log.append(0, "LAMP", 5_000);
      await().atMost(LIMIT).until(() -> cursors.at("publisher", 0) > 100);
      server.kill();
      log.append(0, "LAMP", 2_000);
      server.start();

      awaitPublished(7_100);
      try (Outside outside = new Outside(settings)) {
        outside.send(Topics.COMMANDS, "LAMP", "after");
        await().atMost(LIMIT).until(() -> commands.accepted().contains("after"));
        assertThat(Outside.texts(outside.read(Topics.EVENTS + "-partition-0", 7_100)))
            .containsExactlyElementsOf(
                Later.await(log.after(0, 0, 7_100)).stream().map(LoggedEvent::data).toList());
      }
      assertThat(commands.accepted()).containsExactly("before", "after");
      Later.on(vertx.getOrCreateContext(), pulsar::close);
    }
  }

  private void publish(VertxPulsar pulsar) {
    Later.await(
        vertx.deployVerticle(
            new PublisherVerticle(
                Role.PUBLISHER,
                "publisher",
                0,
                List.of(0),
                log,
                new InMemoryLocks(),
                cursors,
                new PulsarEventTopic(vertx, pulsar, "db-1", 1, metrics),
                metrics)));
  }

  private void awaitPublished(long position) {
    await().atMost(LIMIT).until(() -> cursors.at("publisher", 0) == position);
  }
}
