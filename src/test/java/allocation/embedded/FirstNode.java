package allocation.embedded;

import allocation.Config;
import allocation.cluster.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** What a further node needs to find: the servers of a run command, and its node in a cluster. */
final class FirstNode {
  private static final String COMMAND = "CLUSTER_MEMBERS=127.0.0.1 ./run";

  /** Where no port is named a node looks at so many. */
  private static final int TRIED_PORTS = 3;

  private FirstNode() {}

  /** What is missing, a line each. */
  static List<String> faults(LocalSettings run) {
    List<String> faults = new ArrayList<>();
    run.postgres()
        .ifPresent(server -> server("PostgreSQL", "POSTGRES_PORT", server.port(), faults));
    run.pulsar().ifPresent(server -> server("Pulsar", "PULSAR_PORT", server.port(), faults));
    if (faults.isEmpty()) {
      Config.from(run.service()).cluster().ifPresent(cluster -> member(cluster, faults));
    }
    return faults;
  }

  private static void server(String name, String variable, int port, List<String> faults) {
    if (!Ports.answers("127.0.0.1", port)) {
      faults.add(
          "no %s at port %d (%s): first run %s in another terminal"
              .formatted(name, port, variable, COMMAND));
    }
  }

  /** A service that is alone on the same servers would be a rival. */
  private static void member(Settings cluster, List<String> faults) {
    if (cluster.dns().isEmpty()
        && cluster.members().stream().noneMatch(member -> answers(member, cluster.port()))) {
      faults.add(
          "no node of a cluster at %s (CLUSTER_MEMBERS): wait until the first is ready; if it was started without CLUSTER_MEMBERS, stop it and run %s"
              .formatted(String.join(", ", cluster.members()), COMMAND));
    }
  }

  private static boolean answers(String member, int port) {
    int colon = member.lastIndexOf(':');
    return colon >= 0
        ? Ports.answers(member.substring(0, colon), Integer.parseInt(member.substring(colon + 1)))
        : IntStream.range(port, port + TRIED_PORTS).anyMatch(tried -> Ports.answers(member, tried));
  }
}
