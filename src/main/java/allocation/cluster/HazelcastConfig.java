package allocation.cluster;

import com.hazelcast.config.Config;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MultiMapConfig;
import com.hazelcast.config.NetworkConfig;

/**
 * Hazelcast as this service wants it: it listens at one address, finds others by a list or by DNS
 * and never by multicast, tells nobody about itself, and logs with the rest.
 */
final class HazelcastConfig {
  /** Nodes of one machine try so many ports, and are looked for at the first three. */
  private static final int PORTS = 20;

  /** Seconds after which the halves of a cluster that was cut in two find each other. */
  private static final int MERGE_SECONDS = 5;

  private HazelcastConfig() {}

  static Config of(Settings settings, String host) {
    Config config = new Config();
    config.setClusterName(settings.name());
    config
        .setProperty("hazelcast.logging.type", "slf4j")
        .setProperty("hazelcast.phone.home.enabled", "false")
        .setProperty("hazelcast.socket.bind.any", "false")
        .setProperty("hazelcast.local.localAddress", host)
        // The first heartbeat that is missing is no proof yet; what is decided is the silence.
        .setProperty("hazelcast.heartbeat.interval.seconds", "1")
        .setProperty(
            "hazelcast.max.no.heartbeat.seconds", String.valueOf(settings.silenceSeconds()))
        .setProperty("hazelcast.merge.first.run.delay.seconds", String.valueOf(MERGE_SECONDS))
        .setProperty("hazelcast.merge.next.run.delay.seconds", String.valueOf(MERGE_SECONDS))
        // An operation that waits for a dead node must not wait for two minutes.
        .setProperty("hazelcast.operation.call.timeout.millis", "10000")
        .setProperty("hazelcast.wait.seconds.before.join", "1")
        .setProperty("hazelcast.graceful.shutdown.max.wait", "10");
    config.getMetricsConfig().setEnabled(false);
    // What others send is read as these and nothing else.
    JavaSerializationFilterConfig filter = new JavaSerializationFilterConfig();
    filter.getWhitelist().addPrefixes("com.hazelcast.", "io.vertx.", "java.", "[");
    config.getSerializationConfig().setJavaSerializationFilterConfig(filter);
    network(config.getNetworkConfig(), settings);
    // As vertx-hazelcast has it unless it is told otherwise.
    config
        .getMultiMapConfig("__vertx.subs")
        .setBackupCount(1)
        .setValueCollectionType(MultiMapConfig.ValueCollectionType.SET);
    return config;
  }

  private static void network(NetworkConfig network, Settings settings) {
    network.setPort(settings.port()).setPortCount(PORTS);
    // At a name of many addresses every node is looked for at the one port.
    network.setPortAutoIncrement(settings.dns().isEmpty());
    JoinConfig join = network.getJoin();
    join.getMulticastConfig().setEnabled(false);
    join.getAutoDetectionConfig().setEnabled(false);
    join.getTcpIpConfig().setEnabled(settings.dns().isEmpty()).setMembers(settings.members());
    settings
        .dns()
        .ifPresent(name ->
            join.getKubernetesConfig()
                .setEnabled(true)
                .setProperty("service-dns", name)
                .setProperty("service-port", String.valueOf(settings.port())));
  }
}
