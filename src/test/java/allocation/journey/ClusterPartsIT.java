package allocation.journey;

import static allocation.domain.Arrival.inStock;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.NextVersionNode;
import allocation.domain.BatchRef;
import allocation.domain.Command;
import allocation.domain.OrderId;
import allocation.domain.Sku;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * Each part of the service on a node of its own, one of the nodes of a later version: whatever goes
 * from part to part goes over the wire, and in both directions between the versions.
 */
class ClusterPartsIT {
  private static final Map<String, String> HTTP_ONLY = parts(0, 0);
  private static final Map<String, String> HANDLERS = parts(2, 0);
  private static final Map<String, String> FOLLOWERS = parts(0, 1);

  private static final List<Sku> SKUS =
      IntStream.range(0, 8).mapToObj(i -> new Sku("SKU-" + i)).toList();

  @Test
  void a_tier_for_http_before_handlers_of_the_next_version_and_followers_behind() throws Exception {
    try (Installation installation = new Installation("parts");
        Cluster cluster = new Cluster("parts", 4, installation, Map.of())) {
      NodeProcess entrance = cluster.begin(HTTP_ONLY);
      NodeProcess handlers = cluster.begin(NextVersionNode.class, HANDLERS, List.of());
      NodeProcess followers = cluster.begin(FOLLOWERS);
      cluster.nodes().forEach(NodeProcess::awaitReady);
      Awaitility.await("each part is placed")
          .untilAsserted(() -> {
            assertThat(Cluster.shards(handlers)).isEqualTo(Installation.SHARDS);
            assertThat(views(followers)).isEqualTo(Installation.SHARDS);
          });

      another_service_in_the_cluster_sends_asks_and_listens(cluster);
      for (NodeProcess node : cluster.nodes()) {
        every_command_and_every_question_finds_its_part(node);
      }

      assertThat(Cluster.shards(entrance) + views(entrance) + views(handlers)).isZero();
      a_node_of_another_database_is_sent_away(cluster);
      Agreement.check(installation, entrance.client());
      Agreement.check(installation, handlers.client());
    }
  }

  private static void a_node_of_another_database_is_sent_away(Cluster cluster) throws Exception {
    try (Installation other = new Installation("stranger")) {
      NodeProcess stranger =
          cluster.begin(Map.of("POSTGRES_URI", other.settings().get("POSTGRES_URI")));

      assertThat(stranger.awaitEnd()).isEqualTo(1);
      assertThat(stranger.log())
          .content()
          .contains("works on another database")
          .contains("give each installation a cluster.name of its own");
    }
  }

  /** A JVM with nothing of ours but the client. */
  private static void another_service_in_the_cluster_sends_asks_and_listens(Cluster cluster)
      throws Exception {
    List<String> output =
        ClientArtifact.runCheckout(
            List.of(
                "cluster",
                cluster.settings().get("CLUSTER_NAME"),
                cluster.settings().get("CLUSTER_MEMBERS").split(",", 2)[0]));

    OtherServiceIT.assertCheckedOut(output);
  }

  private static void every_command_and_every_question_finds_its_part(NodeProcess node) {
    Client client = node.client();
    for (Sku sku : SKUS) {
      BatchRef ref = new BatchRef(node.name() + "-" + sku.value());
      OrderId order = new OrderId(node.name());
      assertThat(client.send(new Command.CreateBatch(ref, sku, 100, inStock())).status())
          .isEqualTo(201);
      Client.Answer taken = client.send(new Command.Allocate(order, sku, 10));
      assertThat(taken.status()).isEqualTo(201);
      // Its own write is read, which the node of the followers alone can know.
      assertThat(
              client
                  .get(
                      "/v1/products/" + sku.value(),
                      Map.of("Allocation-Position", taken.position().orElseThrow()))
                  .status())
          .isEqualTo(200);
      assertThat(
              client
                  .send(new Command.ChangeBatch(ref, OptionalInt.of(90), Optional.empty()))
                  .status())
          .isEqualTo(200);
    }
    assertThat(client.send(new Command.Deallocate(new OrderId(node.name()), SKUS.get(0))).status())
        .isEqualTo(204);
    assertThat(client.status("/v1/products?limit=3")).isEqualTo(200);
    assertThat(client.status("/v1/batches/none")).isEqualTo(404);
    assertThat(client.status("/allocations/" + node.name())).isEqualTo(200);
  }

  private static double views(NodeProcess node) {
    return node.client().metric("allocation_cluster_shards{role=\"read_model\"}");
  }

  private static Map<String, String> parts(int handlers, int followers) {
    return Map.of(
        "HANDLER_INSTANCES", String.valueOf(handlers),
        "VIEWS_INSTANCES", String.valueOf(followers),
        "PUBLISHER_INSTANCES", String.valueOf(followers),
        "MAIL_INSTANCES", String.valueOf(followers),
        "PULSAR_COMMAND_INSTANCES", String.valueOf(followers));
  }
}
