package allocation.embedded;

import java.util.Map;

/** What a Pulsar broker is told: embedded, in a container, and in the operator's guide alike. */
public final class PulsarSettings {
  /** Of the container image; the embedded one has its version from the pom. */
  public static final String VERSION = "4.2.4";

  private PulsarSettings() {}

  /** What the service needs of any broker. */
  public static final Map<String, String> BROKER =
      Map.of(
          // The publisher's sequence ids are worth nothing without it.
          "brokerDeduplicationEnabled", "true",
          // A year: a producer that is forgotten could send its last messages twice.
          "brokerDeduplicationProducerInactivityTimeoutMinutes", "525600",
          // An idle topic goes with its deduplication state.
          "brokerDeleteInactiveTopicsEnabled", "false",
          // A frozen producer's place is free after twice this many seconds.
          "keepAliveIntervalSeconds", "5",
          // Events stay readable after they were acknowledged: a week, or 1 GB a topic.
          "defaultRetentionTimeInMinutes", "10080",
          "defaultRetentionSizeInMB", "1024");

  /** What a bookie needs that is the only one. */
  public static final Map<String, String> ONE_BOOKIE =
      Map.of(
          // More than is written at a time (512 KB): with the default of 64 a crash leaves the last
          // message half in the journal, and without a second copy its topic never opens again.
          "journalWriteBufferSizeKB", "1024");

  /** What makes one small process of it that nobody else can reach. */
  static final Map<String, String> ONE_SMALL_NODE =
      Map.ofEntries(
          Map.entry("clusterName", "standalone"),
          Map.entry("bindAddress", "127.0.0.1"),
          Map.entry("advertisedAddress", "127.0.0.1"),
          Map.entry("listeningInterface", "lo"),
          Map.entry("allowLoopback", "true"),
          Map.entry("managedLedgerDefaultEnsembleSize", "1"),
          Map.entry("managedLedgerDefaultWriteQuorum", "1"),
          Map.entry("managedLedgerDefaultAckQuorum", "1"),
          Map.entry(
              "ledgerStorageClass", "org.apache.bookkeeper.bookie.storage.ldb.DbLedgerStorage"),
          Map.entry("loadManagerClassName", "org.apache.pulsar.broker.loadbalance.NoopLoadManager"),
          Map.entry("loadBalancerEnabled", "false"),
          Map.entry("brokerShutdownTimeoutMs", "5000"),
          Map.entry("diskUsageThreshold", "0.99"),
          Map.entry("diskUsageLwmThreshold", "0.95"),
          Map.entry("numHttpServerThreads", "8"));
}
