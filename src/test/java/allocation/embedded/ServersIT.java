package allocation.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.Schema;
import org.apache.pulsar.client.api.SubscriptionInitialPosition;
import org.junit.jupiter.api.Test;

final class ServersIT {
  @Test
  void each_test_gets_a_database_of_its_own() throws Exception {
    String one = Servers.newDatabase("own");
    String other = Servers.newDatabase("own");

    assertThat(one).isNotEqualTo(other).startsWith("postgresql://");
  }

  @Test
  void each_test_gets_a_namespace_of_its_own() throws Exception {
    String namespace = Servers.newNamespace("own");
    String topic = "persistent://" + namespace + "/greetings";

    try (PulsarClient client =
            PulsarClient.builder().serviceUrl(Servers.pulsarServiceUrl()).build();
        var consumer =
            client
                .newConsumer(Schema.STRING)
                .topic(topic)
                .subscriptionName("reader")
                .subscriptionInitialPosition(SubscriptionInitialPosition.Earliest)
                .subscribe();
        var producer = client.newProducer(Schema.STRING).topic(topic).create()) {
      producer.send("hello");

      assertThat(consumer.receive().getValue()).isEqualTo("hello");
    }
  }
}
