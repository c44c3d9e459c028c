package allocation.pulsar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import allocation.bus.Role;
import allocation.domain.LoggedEvent;
import allocation.embedded.Servers;
import allocation.given.GivenEvents;
import allocation.given.InMemoryCursors;
import allocation.given.InMemoryEventLog;
import allocation.given.InMemoryLocks;
import allocation.given.Later;
import allocation.log.LogPoller;
import allocation.publisher.EventTopic;
import allocation.publisher.PublisherVerticle;
import allocation.wire.WireCodec;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import org.apache.pulsar.client.api.Producer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class PublisherOnPulsarIT {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final Settings settings =
      Settings.of(
          Servers.pulsarServiceUrl(), Servers.pulsarAdminUrl(), Servers.newNamespace("publisher"));
  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final VertxPulsar pulsar = VertxPulsar.create(vertx, settings);
  private final Outside outside = new Outside(settings);
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final InMemoryEventLog log = new InMemoryEventLog();
  private final InMemoryCursors cursors = new InMemoryCursors();
  private final InMemoryLocks locks = new InMemoryLocks();

  @BeforeEach
  void follow_the_log() {
    WireCodec.register(vertx.eventBus());
    vertx.runOnContext(turn -> new LogPoller(vertx, log, 50).start());
  }

  @AfterEach
  void close() throws Exception {
    Later.on(context, pulsar::close);
    outside.close();
    Later.await(vertx.close());
  }

  @Test
  void a_restarted_publisher_whose_cursor_is_behind_repeats_and_loses_nothing() throws Exception {
    log.append(0, "LAMP", 1_500);
    String first = deploy("publisher", events());
    awaitCursor("publisher", 1_500);
    Later.await(vertx.undeploy(first));
    cursors.set("publisher", 0, 300);
    log.append(0, "LAMP", 500);

    deploy("publisher", events());

    awaitCursor("publisher", 2_000);
    assertThat(Outside.texts(outside.read(Topics.EVENTS + "-partition-0", 2_000)))
        .containsExactlyElementsOf(
            Later.await(log.after(0, 0, 2_000)).stream().map(LoggedEvent::data).toList());
    assertThat(metrics.get("allocation.publisher.swallowed").counter().count()).isZero();
  }

  @Test
  void tells_the_original_s_topic_of_each_line_that_got_a_batch() throws Exception {
    log.append(0, "LAMP", GivenEvents.allocated("o1", 7, "b1"));
    log.append(0, "LAMP", GivenEvents.outOfStock("o2"));
    log.append(0, "LAMP", GivenEvents.allocated("o3", 2, "b\"2"));
    String first = deploy("line-allocated", lines());
    awaitCursor("line-allocated", 3);
    Later.await(vertx.undeploy(first));
    cursors.set("line-allocated", 0, 0);
    log.append(0, "LAMP", GivenEvents.allocated("o4", 1, "b1"));

    deploy("line-allocated", lines());

    awaitCursor("line-allocated", 4);
    assertThat(Outside.texts(outside.read(Topics.LINE_ALLOCATED, 3)))
        .containsExactly(
            """
            {"orderid":"o1","sku":"LAMP","qty":7,"batchref":"b1"}\
            """,
            """
            {"orderid":"o3","sku":"LAMP","qty":2,"batchref":"b\\"2"}\
            """,
            """
            {"orderid":"o4","sku":"LAMP","qty":1,"batchref":"b1"}\
            """);
  }

  @Test
  void waits_while_another_still_has_the_producer_of_the_shard() throws Exception {
    EventTopic lines = lines();
    try (Producer<byte[]> other =
        outside.producer(Topics.LINE_ALLOCATED, "db-1-line_allocated-0")) {
      assertThat(other.isConnected()).isTrue();
      assertThatThrownBy(() -> Later.on(context, () -> lines.open(0)))
          .hasMessageContaining("is already connected");
    }

    assertThat(Later.on(context, () -> lines.open(0)).lastPosition()).isEqualTo(-1);
  }

  private EventTopic events() {
    return new PulsarEventTopic(vertx, pulsar, "db-1", 2, metrics);
  }

  private EventTopic lines() {
    return new PulsarLineAllocatedTopic(vertx, pulsar, "db-1", metrics);
  }

  private String deploy(String name, EventTopic topic) {
    return Later.await(
        vertx.deployVerticle(
            new PublisherVerticle(
                Role.PUBLISHER,
                name,
                0,
                List.of(0),
                log,
                locks,
                cursors,
                topic,
                new SimpleMeterRegistry())));
  }

  private void awaitCursor(String name, long position) {
    await().atMost(LIMIT).until(() -> cursors.at(name, 0) == position);
  }
}
