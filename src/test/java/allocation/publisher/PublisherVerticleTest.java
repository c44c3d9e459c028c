package allocation.publisher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import allocation.bus.Addresses;
import allocation.bus.EventsCommitted;
import allocation.bus.Role;
import allocation.domain.LoggedEvent;
import allocation.given.InMemoryCursors;
import allocation.given.InMemoryEventLog;
import allocation.given.InMemoryLocks;
import allocation.given.Later;
import allocation.given.RecordingTopic;
import allocation.log.LogPoller;
import allocation.wire.WireCodec;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class PublisherVerticleTest {
  private final Vertx vertx = Vertx.vertx();
  private final InMemoryEventLog log = new InMemoryEventLog();
  private final InMemoryLocks locks = new InMemoryLocks();
  private final InMemoryCursors cursors = new InMemoryCursors();
  private final RecordingTopic topic = new RecordingTopic();
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();

  @BeforeEach
  void follow_the_log() {
    WireCodec.register(vertx.eventBus());
    vertx.runOnContext(turn -> new LogPoller(vertx, log, 50).start());
  }

  @AfterEach
  void close() {
    Later.await(vertx.close());
  }

  @Test
  void publishes_each_shard_in_position_order() {
    nudge(log.append(0, "LAMP", 5));
    deploy();
    nudge(log.append(1, "SOFA", 3));
    nudge(log.append(0, "LAMP", 5));

    awaitPublished(0, 10);
    awaitPublished(1, 3);
    await().until(() -> cursors.at("publisher", 0) == 10 && cursors.at("publisher", 1) == 3);
    assertThat(published()).isEqualTo(13);
  }

  @Test
  void starts_while_the_topic_is_away_and_drains_the_backlog_later() {
    topic.away(true);
    deploy();
    log.append(0, "LAMP", 2_500);
    assertThat(topic.positions(0)).isEmpty();

    topic.away(false);

    awaitPublished(0, 2_500);
  }

  @Test
  void keeps_the_cursor_when_the_topic_refuses_and_sends_only_what_is_missing() {
    deploy();
    topic.refuse(2, 3);
    log.append(0, "LAMP", 10);

    awaitPublished(0, 10);
    await().until(() -> cursors.at("publisher", 0) == 10);
  }

  @Test
  void publishes_nothing_twice_when_the_cursor_is_behind_the_topic() {
    List<LoggedEvent> events = log.append(0, "LAMP", 10);
    topic.has(0, events.subList(0, 7));
    cursors.set("publisher", 0, 4);

    deploy();

    awaitPublished(0, 10);
    await().until(() -> cursors.at("publisher", 0) == 10);
  }

  @Test
  void publishes_nothing_twice_when_the_cursor_cannot_be_moved() {
    deploy();
    cursors.refuse(2);
    log.append(0, "LAMP", 10);

    await().until(() -> cursors.at("publisher", 0) == 10);
    awaitPublished(0, 10);
  }

  @Test
  void a_second_service_waits_for_the_lock_and_takes_over() {
    String first = deploy();
    log.append(0, "LAMP", 5);
    awaitPublished(0, 5);
    deploy(new SimpleMeterRegistry());
    assertThat(locks.isTaken("publisher", 0)).isTrue();

    Later.await(vertx.undeploy(first));
    log.append(0, "LAMP", 5);

    awaitPublished(0, 10);
  }

  @Test
  void does_not_publish_once_its_lock_is_lost() {
    deploy();
    log.append(0, "LAMP", 5);
    awaitPublished(0, 5);

    locks.lose("publisher", 0);
    Later.await(locks.tryLock("publisher", 0));
    log.append(0, "LAMP", 5);

    await().until(() -> !topic.isOpen(0));
    assertThat(topic.positions(0)).hasSize(5);
  }

  @Test
  void publishes_nothing_for_a_database_that_was_set_back() {
    List<LoggedEvent> before = new InMemoryEventLog().append(0, "LAMP", 10);
    topic.has(0, before);
    log.append(0, "LAMP", 4);

    deploy();
    await().until(() -> topic.opened(0) >= 2);

    assertThat(topic.positions(0)).hasSize(10);
    assertThat(cursors.at("publisher", 0)).isZero();
    assertThat(published()).isZero();
  }

  @Test
  void stops_also_when_the_topic_never_answers() {
    topic.silent(true);
    String id = deploy();
    log.append(0, "LAMP", 5);
    await().until(() -> topic.isOpen(0));

    Later.await(vertx.undeploy(id));

    assertThat(topic.isOpen(0)).isFalse();
    assertThat(locks.isTaken("publisher", 0)).isFalse();
    assertThat(cursors.at("publisher", 0)).isZero();
  }

  private String deploy() {
    return deploy(metrics);
  }

  private String deploy(MeterRegistry registry) {
    return Later.await(
        vertx.deployVerticle(
            new PublisherVerticle(
                Role.PUBLISHER,
                "publisher",
                0,
                List.of(0, 1),
                log,
                locks,
                cursors,
                topic,
                registry)));
  }

  private double published() {
    return metrics.get("allocation.publisher.published").counter().count();
  }

  private void nudge(List<LoggedEvent> events) {
    int shard = events.getFirst().shard();
    vertx.eventBus().publish(Addresses.events(shard), EventsCommitted.of(shard, events));
  }

  private void awaitPublished(int shard, long last) {
    await()
        .untilAsserted(() ->
            assertThat(topic.positions(shard))
                .containsExactlyElementsOf(LongStream.rangeClosed(1, last).boxed().toList()));
  }
}
