package allocation.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.Consumer;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.Schema;
import org.apache.pulsar.client.api.SubscriptionInitialPosition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PulsarServerIT {
  private static final String TOPIC = "persistent://public/default/kept";

  @TempDir private Path folder;

  @Test
  void keeps_a_message_and_the_last_sequence_id_through_a_crash() throws Exception {
    try (PulsarServer server = new PulsarServer(folder, Ports.free(), Ports.free())) {
      server.start();
      try (PulsarClient client = client(server);
          Producer<String> producer = producer(client)) {
        producer.newMessage().sequenceId(41).value("promised").send();
      }

      server.kill();
      server.start();

      try (PulsarClient client = client(server);
          Producer<String> producer = producer(client);
          Consumer<String> consumer =
              client
                  .newConsumer(Schema.STRING)
                  .topic(TOPIC)
                  .subscriptionName("reader")
                  .subscriptionInitialPosition(SubscriptionInitialPosition.Earliest)
                  .subscribe()) {
        assertThat(producer.getLastSequenceId()).isEqualTo(41);
        assertThat(consumer.receive(30, TimeUnit.SECONDS).getValue()).isEqualTo("promised");
      }
    }
  }

  @Test
  void a_port_that_is_taken_ends_the_start_with_the_end_of_the_log() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        PulsarServer server = new PulsarServer(folder, taken.getLocalPort(), Ports.free())) {
      assertThatIllegalStateException()
          .isThrownBy(server::start)
          .withMessageContaining("Pulsar on port " + taken.getLocalPort())
          .withMessageContaining("Address already in use");
    }
  }

  private static PulsarClient client(PulsarServer server) throws PulsarClientException {
    return PulsarClient.builder().serviceUrl(server.serviceUrl()).build();
  }

  private static Producer<String> producer(PulsarClient client) throws PulsarClientException {
    return client.newProducer(Schema.STRING).topic(TOPIC).producerName("clerk").create();
  }
}
