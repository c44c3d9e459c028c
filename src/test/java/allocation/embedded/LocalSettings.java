package allocation.embedded;

import allocation.Config;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the run command is told by the environment.
 *
 * @param data folder of the servers' data; {@code ALLOCATION_DATA}
 * @param postgres the PostgreSQL to start, on {@code POSTGRES_PORT}; empty when {@code
 *     POSTGRES_URI} names one that runs already
 * @param pulsar the Pulsar to start, on {@code PULSAR_PORT} and {@code PULSAR_WEB_PORT}; empty when
 *     {@code PULSAR_SERVICE_URL} names one that runs already
 * @param service the environment of the service: with the addresses of the servers
 * @param httpPort where the service will listen
 */
record LocalSettings(
    Path data,
    Optional<PostgresServer> postgres,
    Optional<PulsarServer> pulsar,
    Map<String, String> service,
    int httpPort) {

  private static final String LOOPBACK = "127.0.0.1";

  /** Reads the environment; fails with every fault that it finds, before anything starts. */
  static LocalSettings from(Map<String, String> environment) throws Refused {
    List<String> faults = new ArrayList<>();
    int postgresPort = port(environment, "POSTGRES_PORT", 15432, faults);
    int pulsarPort = port(environment, "PULSAR_PORT", 16650, faults);
    int pulsarWebPort = port(environment, "PULSAR_WEB_PORT", 18080, faults);
    Refused.ifAny(faults);
    Path data = Path.of(environment.getOrDefault("ALLOCATION_DATA", "data"));
    Map<String, String> service = new HashMap<>(environment);
    // Nobody is asked who it is, unless the environment says otherwise, so nobody else may come in.
    service.putIfAbsent("HTTP_HOST", LOOPBACK);
    // Matters in a cluster only, whose nodes are all on this machine unless it is said otherwise.
    service.putIfAbsent("CLUSTER_HOST", LOOPBACK);
    Optional<PostgresServer> postgres = Optional.empty();
    if (!environment.containsKey("POSTGRES_URI")) {
      PostgresServer server = new PostgresServer(data, postgresPort);
      service.put("POSTGRES_URI", server.database().uri(PostgresDatabase.NAME));
      postgres = Optional.of(server);
    }
    Optional<PulsarServer> pulsar = Optional.empty();
    if (!environment.containsKey("PULSAR_SERVICE_URL")) {
      PulsarServer server = new PulsarServer(data, pulsarPort, pulsarWebPort);
      service.put("PULSAR_SERVICE_URL", server.serviceUrl());
      service.put("PULSAR_ADMIN_URL", server.adminUrl());
      pulsar = Optional.of(server);
    }
    Config config = Config.from(service);
    config.refusal().ifPresent(faults::add);
    Refused.ifAny(faults);
    int httpPort = config.http().port();
    return new LocalSettings(data, postgres, pulsar, Map.copyOf(service), httpPort);
  }

  /**
   * One more node, in a cluster with the service of a run command that has these settings: on that
   * one's servers, with an HTTP port of its own. Fails when it would find nothing to join.
   */
  static LocalSettings ofNode(String httpPort, Map<String, String> environment) throws Refused {
    Map<String, String> node = new HashMap<>(environment);
    node.put("HTTP_PORT", httpPort);
    if (!node.containsKey("CLUSTER_DNS")) {
      node.putIfAbsent("CLUSTER_MEMBERS", LOOPBACK);
    }
    List<String> faults = new ArrayList<>();
    port(node, "HTTP_PORT", 0, faults);
    Refused.ifAny(faults);
    LocalSettings run = from(node);
    Refused.ifAny(FirstNode.faults(run));
    return new LocalSettings(
        run.data, Optional.empty(), Optional.empty(), run.service, run.httpPort);
  }

  /** Fails with every port that is taken. */
  void checkPorts() throws Refused {
    List<String> faults = new ArrayList<>();
    checkPort(httpPort, "HTTP_PORT", faults);
    postgres.ifPresent(server -> checkPort(server.port(), "POSTGRES_PORT", faults));
    pulsar.ifPresent(server -> {
      checkPort(server.port(), "PULSAR_PORT", faults);
      checkPort(server.webPort(), "PULSAR_WEB_PORT", faults);
    });
    Refused.ifAny(faults);
  }

  private static void checkPort(int port, String variable, List<String> faults) {
    if (!Ports.isFree(port)) {
      faults.add(
          "port %d is in use (%s): stop what listens there, or set %s to a free port"
              .formatted(port, variable, variable));
    }
  }

  private static int port(
      Map<String, String> environment, String variable, int preset, List<String> faults) {
    String text = environment.getOrDefault(variable, Integer.toString(preset));
    try {
      int port = Integer.parseInt(text);
      if (port >= 1 && port <= 65_535) {
        return port;
      }
    } catch (NumberFormatException e) {
      // Said below, together with numbers that are no port.
    }
    faults.add(variable + " must be a port from 1 to 65535, was " + text);
    return preset;
  }

  /** Why the run command does not start: a line for each fault. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    private Refused(List<String> faults) {
      super(String.join("\n", faults));
    }

    private static void ifAny(List<String> faults) throws Refused {
      if (!faults.isEmpty()) {
        throw new Refused(faults);
      }
    }
  }
}
