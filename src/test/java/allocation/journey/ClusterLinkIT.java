package allocation.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import allocation.Main;
import allocation.domain.Sku;
import allocation.embedded.Servers;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * The network between the nodes is cut, so that each side takes the other for dead and serves every
 * shard, and healed. All the while both sides reach the database and the shoppers reach both.
 */
class ClusterLinkIT {
  private static final int SHOPPERS = 6;

  private static final List<Sku> SKUS =
      IntStream.range(0, 16).mapToObj(i -> new Sku("SKU-" + i)).toList();

  @Test
  void two_halves_that_do_not_see_each_other_do_nothing_wrong_and_become_one_again() {
    assumeTrue(
        SeparateNetwork.isPossible(), "needs Linux, iproute2 and the right to make a network");
    try (Installation installation = new Installation("link");
        SeparateNetwork network = SeparateNetwork.make(ports(installation))) {
      List<String> hosts =
          List.of(SeparateNetwork.HERE, SeparateNetwork.HERE, SeparateNetwork.THERE);
      try (Cluster cluster = new Cluster("link", hosts, installation, Map.of())) {
        NodeProcess one = cluster.begin(Map.of());
        NodeProcess other = cluster.begin(Map.of());
        NodeProcess inside =
            cluster.begin(
                Main.class,
                Map.of("HTTP_HOST", SeparateNetwork.SERVED, "ACCESS_OPEN", "everywhere"),
                network.prefix());
        cluster.nodes().forEach(NodeProcess::awaitReady);
        Cluster.awaitSpread(cluster.nodes());
        Shoppers.stockUp(one.client(), SKUS);

        try (Shoppers shoppers = new Shoppers(cluster.addresses(), SKUS).shop("cut", SHOPPERS)) {
          shoppers.awaitAnswers(200);
          double before = lost(cluster);
          network.cut();
          Cluster.awaitSpread(List.of(one, other));
          Cluster.awaitSpread(List.of(inside));
          shoppers.awaitAnswers(500);
          assertThat(lost(cluster)).as("writes that the database refused").isGreaterThan(before);

          network.heal();

          Cluster.awaitSpread(cluster.nodes());
          shoppers.awaitAnswers(200);
          // What was held up by the cut came when nobody waited for it any more: it was longer.
          shoppers.assertKept(installation, inside.client());
        }
      }
    }
  }

  private static double lost(Cluster cluster) {
    return cluster.nodes().stream()
        .mapToDouble(node ->
            node.client().metric("allocation_memories_stale_total")
                + node.client().metric("allocation_races_lost_total"))
        .sum();
  }

  private static List<Integer> ports(Installation installation) {
    return List.of(
        URI.create(installation.settings().get("POSTGRES_URI")).getPort(),
        URI.create(Servers.pulsarServiceUrl()).getPort(),
        URI.create(Servers.pulsarAdminUrl()).getPort());
  }
}
