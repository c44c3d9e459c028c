package allocation.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.NetworkConfig;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class HazelcastConfigTest {
  private static final Settings LISTED =
      settings(List.of("10.0.0.1", "10.0.0.2:6000"), Optional.empty());
  private static final Settings NAMED = settings(List.of(), Optional.of("nodes.shop.svc"));

  @Test
  void nodes_of_another_name_are_another_cluster() {
    assertThat(of(LISTED).getClusterName()).isEqualTo("shop");
  }

  @Test
  void finds_others_by_the_list_and_by_nothing_else() {
    JoinConfig join = of(LISTED).getNetworkConfig().getJoin();

    assertThat(join.getTcpIpConfig().isEnabled()).isTrue();
    assertThat(join.getTcpIpConfig().getMembers()).containsExactly("10.0.0.1", "10.0.0.2:6000");
    assertThat(join.getKubernetesConfig().isEnabled()).isFalse();
    assertNoOtherWay(join);
  }

  @Test
  void finds_others_by_a_name_and_by_nothing_else() {
    JoinConfig join = of(NAMED).getNetworkConfig().getJoin();

    assertThat(join.getKubernetesConfig().isEnabled()).isTrue();
    assertThat(join.getKubernetesConfig().getProperties())
        .containsEntry("service-dns", "nodes.shop.svc")
        .containsEntry("service-port", "5801");
    assertThat(join.getTcpIpConfig().isEnabled()).isFalse();
    assertNoOtherWay(join);
  }

  private static void assertNoOtherWay(JoinConfig join) {
    assertThat(join.getMulticastConfig().isEnabled()).isFalse();
    assertThat(join.getAutoDetectionConfig().isEnabled()).isFalse();
  }

  @Test
  void several_nodes_of_one_machine_take_ports_in_turn_but_at_a_name_all_have_the_one() {
    NetworkConfig listed = of(LISTED).getNetworkConfig();
    NetworkConfig named = of(NAMED).getNetworkConfig();

    assertThat(listed.getPort()).isEqualTo(5801);
    assertThat(listed.isPortAutoIncrement()).isTrue();
    assertThat(listed.getPortCount()).isGreaterThan(1);
    assertThat(named.getPort()).isEqualTo(5801);
    assertThat(named.isPortAutoIncrement()).isFalse();
  }

  @Test
  void listens_at_its_one_address() {
    Config config = of(LISTED);

    assertThat(config.getProperty("hazelcast.local.localAddress")).isEqualTo("10.0.0.9");
    assertThat(config.getProperty("hazelcast.socket.bind.any")).isEqualTo("false");
  }

  @Test
  void takes_a_node_for_dead_after_the_silence_that_is_set() {
    assertThat(of(LISTED).getProperty("hazelcast.max.no.heartbeat.seconds")).isEqualTo("7");
    assertThat(of(LISTED).getProperty("hazelcast.heartbeat.interval.seconds")).isEqualTo("1");
  }

  @Test
  void tells_nobody_about_itself() {
    assertThat(of(LISTED).getProperty("hazelcast.phone.home.enabled")).isEqualTo("false");
    assertThat(of(LISTED).getMetricsConfig().isEnabled()).isFalse();
  }

  @Test
  void reads_no_class_but_those_that_a_cluster_needs() {
    assertThat(
            of(LISTED)
                .getSerializationConfig()
                .getJavaSerializationFilterConfig()
                .getWhitelist()
                .isListed("org.evil.Gadget"))
        .isFalse();
    assertThat(
            of(LISTED)
                .getSerializationConfig()
                .getJavaSerializationFilterConfig()
                .getWhitelist()
                .isListed("io.vertx.core.spi.cluster.NodeInfo"))
        .isTrue();
  }

  @Test
  void a_list_or_a_name_has_to_be_given_and_not_both() {
    assertThatThrownBy(() -> settings(List.of(), Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> settings(List.of("a"), Optional.of("b")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static Config of(Settings settings) {
    return HazelcastConfig.of(settings, "10.0.0.9");
  }

  private static Settings settings(List<String> members, Optional<String> dns) {
    return new Settings("shop", members, dns, Optional.empty(), 5801, 0, 7, Optional.empty());
  }
}
