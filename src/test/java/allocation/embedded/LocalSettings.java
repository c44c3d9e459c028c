package allocation.embedded;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the run command is told by the environment.
 *
 * @param data folder of the servers' data; {@code ALLOCATION_DATA}
 * @param httpPort of the service; {@code HTTP_PORT}
 * @param postgresPort of PostgreSQL; {@code POSTGRES_PORT}; empty when {@code POSTGRES_URI} names
 *     one that runs already
 * @param pulsarPorts of Pulsar; empty when {@code PULSAR_SERVICE_URL} names one that runs already
 */
record LocalSettings(
    Path data, int httpPort, Optional<Integer> postgresPort, Optional<PulsarPorts> pulsarPorts) {

  /** Broker and REST API; {@code PULSAR_PORT} and {@code PULSAR_WEB_PORT}. */
  record PulsarPorts(int broker, int web) {}

  /** Reads the environment; fails with every port that is not a number. */
  static LocalSettings from(Map<String, String> environment) throws Refused {
    List<String> faults = new ArrayList<>();
    int httpPort = port(environment, "HTTP_PORT", 8080, faults);
    int postgresPort = port(environment, "POSTGRES_PORT", 15432, faults);
    int pulsarPort = port(environment, "PULSAR_PORT", 16650, faults);
    int pulsarWebPort = port(environment, "PULSAR_WEB_PORT", 18080, faults);
    Refused.ifAny(faults);
    return new LocalSettings(
        Path.of(environment.getOrDefault("ALLOCATION_DATA", "data")),
        httpPort,
        environment.containsKey("POSTGRES_URI") ? Optional.empty() : Optional.of(postgresPort),
        environment.containsKey("PULSAR_SERVICE_URL")
            ? Optional.empty()
            : Optional.of(new PulsarPorts(pulsarPort, pulsarWebPort)));
  }

  /** Whether any server of ours is to run, so that the data folder is needed. */
  boolean needsData() {
    return postgresPort.isPresent() || pulsarPorts.isPresent();
  }

  /** Fails with every port that is taken. */
  void checkPorts() throws Refused {
    List<String> faults = new ArrayList<>();
    checkPort(httpPort, "HTTP_PORT", faults);
    postgresPort.ifPresent(port -> checkPort(port, "POSTGRES_PORT", faults));
    pulsarPorts.ifPresent(ports -> {
      checkPort(ports.broker(), "PULSAR_PORT", faults);
      checkPort(ports.web(), "PULSAR_WEB_PORT", faults);
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

    Refused(String line) {
      super(line);
    }

    static void ifAny(List<String> faults) throws Refused {
      if (!faults.isEmpty()) {
        throw new Refused(String.join("\n", faults));
      }
    }
  }
}
