package allocation.pulsar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import allocation.domain.LoggedEvent;
import allocation.embedded.Servers;
import allocation.given.GivenEvents;
import allocation.given.InMemoryEventLog;
import allocation.given.Later;
import allocation.publisher.EventTopic.Outlet;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.pulsar.client.api.Message;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class PulsarEventTopicIT {
  private static final int SHARD = 2;
  private static final String PARTITION = Topics.EVENTS + "-partition-" + SHARD;

  private final Settings settings =
      Settings.of(
          Servers.pulsarServiceUrl(), Servers.pulsarAdminUrl(), Servers.newNamespace("events"));
  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final VertxPulsar pulsar = VertxPulsar.create(vertx, settings);
  private final Outside outside = new Outside(settings);
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final InMemoryEventLog log = new InMemoryEventLog();

  @AfterEach
  void close() throws Exception {
    Later.on(context, pulsar::close);
    outside.close();
    Later.await(vertx.close());
  }

  @Test
  void forwards_the_stored_bytes_in_order_with_their_attributes() throws Exception {
    log.append(SHARD, "LAMP", 2);
    log.append(SHARD, "SOFA", GivenEvents.outOfStock("o9"));
    List<LoggedEvent> events = all();
    Outlet outlet = open(4);
    assertThat(outlet.lastPosition()).isEqualTo(-1);

    send(outlet, events);

    List<Message<byte[]>> read = outside.read(PARTITION, 3);
    assertThat(Outside.texts(read))
        .containsExactlyElementsOf(events.stream().map(LoggedEvent::data).toList());
    Message<byte[]> last = read.getLast();
    assertThat(last.getKey()).isEqualTo("SOFA");
    assertThat(last.getSequenceId()).isEqualTo(3);
    assertThat(last.getProperties())
        .containsEntry("ce_specversion", "1.0")
        .containsEntry("ce_id", "db-1:2:3")
        .containsEntry("ce_source", "/allocation")
        .containsEntry("ce_type", "OutOfStock")
        .containsEntry("ce_subject", "SOFA")
        .containsEntry("ce_time", "2026-11-01T12:00:00Z")
        .containsEntry("ce_datacontenttype", "application/json")
        .containsEntry("shard", "2")
        .containsEntry("position", "3")
        .containsEntry("correlationId", "correlation-3");
  }

  @Test
  void knows_what_it_has_when_it_is_opened_again() {
    Outlet first = open(4);
    send(first, log.append(SHARD, "LAMP", 5));
    Later.on(context, first::close);

    assertThat(open(4).lastPosition()).isEqualTo(5);
  }

  @Test
  void another_database_begins_at_the_beginning() {
    send(open(4), log.append(SHARD, "LAMP", 5));

    PulsarEventTopic other = new PulsarEventTopic(vertx, pulsar, "db-2", 4, metrics);

    assertThat(Later.on(context, () -> other.open(SHARD)).lastPosition()).isEqualTo(-1);
  }

  @Test
  void throws_out_who_had_the_shard_before() throws Exception {
    Outlet first = open(4);
    send(first, log.append(SHARD, "LAMP", 5));
    Outlet second = open(4);
    List<LoggedEvent> next = log.append(SHARD, "LAMP", 5);

    assertThatThrownBy(() -> send(first, next)).hasMessageContaining("enced");
    assertThat(second.lastPosition()).isEqualTo(5);
    send(second, next);

    assertThat(outside.read(PARTITION, 10))
        .extracting(Message::getSequenceId)
        .containsExactlyElementsOf(LongStream.rangeClosed(1, 10).boxed().toList());
  }

  @Test
  void raises_an_alarm_when_the_broker_takes_an_event_for_a_repeat() throws Exception {
    List<LoggedEvent> events = log.append(SHARD, "LAMP", 5);
    Outlet outlet = open(4);
    send(outlet, events);
    assertThat(swallowed()).isZero();

    send(outlet, events.subList(2, 4));

    assertThat(swallowed()).isEqualTo(2);
    outside.read(PARTITION, 5);
  }

  @Test
  void refuses_a_topic_with_another_number_of_partitions() {
    open(4);

    assertThatThrownBy(() -> open(8))
        .hasMessageContaining("allocation-events has 4 partitions and must have 8");
  }

  @Test
  void refuses_a_topic_that_a_consumer_made_without_partitions() throws Exception {
    outside.send(Topics.EVENTS, "LAMP", "{}");

    assertThatThrownBy(() -> open(4))
        .hasMessageContaining("allocation-events has 0 partitions and must have 4");
  }

  @Test
  void is_reached_before_there_is_any_topic() {
    Later.on(context, pulsar::reached);
  }

  private Outlet open(int partitions) {
    PulsarEventTopic topic = new PulsarEventTopic(vertx, pulsar, "db-1", partitions, metrics);
    return Later.on(context, () -> topic.open(SHARD));
  }

  private void send(Outlet outlet, List<LoggedEvent> events) {
    Later.on(context, () -> outlet.send(events));
  }

  private List<LoggedEvent> all() {
    return Later.await(log.after(SHARD, 0, 100));
  }

  private double swallowed() {
    return metrics.get("allocation.publisher.swallowed").counter().count();
  }
}
