package allocation.pulsar;

import allocation.tls.Authorities;
import java.util.Optional;

/**
 * How Pulsar is reached.
 *
 * @param serviceUrl {@code pulsar://host:port} or {@code pulsar+ssl://…}, several hosts by comma
 * @param adminUrl {@code http://host:port} or {@code https://…} of the same cluster; makes the
 *     partitions of the topic
 * @param namespace tenant and namespace of every topic, like {@code public/default}
 * @param token sent to the cluster as it is; none where it wants none
 * @param authorities of the cluster's certificates; those that the JDK knows unless given
 * @param operationTimeoutMs milliseconds to open, ask or close something
 * @param commandsInFlight most commands of one topic that are taken and not yet acknowledged
 * @param maxCommandBytes longest command that is read at all
 */
public record Settings(
    String serviceUrl,
    String adminUrl,
    String namespace,
    Optional<String> token,
    Optional<Authorities> authorities,
    int operationTimeoutMs,
    int commandsInFlight,
    int maxCommandBytes) {
  public static final String DEFAULT_NAMESPACE = "public/default";

  public Settings {
    if (!namespace.matches("[^/\\s]+/[^/\\s]+")) {
      throw new IllegalArgumentException("namespace must be tenant/name, was " + namespace);
    }
    if (operationTimeoutMs < 1 || commandsInFlight < 1 || maxCommandBytes < 1) {
      throw new IllegalArgumentException("time-out, commands and bytes must be 1 or more");
    }
  }

  /** What is to be known at the least, the rest as it usually is. */
  public static Settings of(String serviceUrl, String adminUrl, String namespace) {
    return new Settings(
        serviceUrl,
        adminUrl,
        namespace,
        Optional.empty(),
        Optional.empty(),
        10_000,
        256,
        64 * 1024);
  }

  /** A topic's whole name. */
  String topic(String name) {
    return "persistent://" + namespace + "/" + name;
  }

  /** Prints no token. */
  @Override
  public String toString() {
    return "Settings[serviceUrl=%s, adminUrl=%s, namespace=%s]"
        .formatted(serviceUrl, adminUrl, namespace);
  }
}
