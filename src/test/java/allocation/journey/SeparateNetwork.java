package allocation.journey;

import allocation.embedded.OsProcess;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A network namespace of Linux with two cables to this machine: one for what nodes say to each
 * other, which can be cut, and one for all else. What runs in it reaches the servers of this
 * machine at the same addresses.
 */
final class SeparateNetwork implements AutoCloseable {
  /** Where this machine is on the cable between nodes. */
  static final String HERE = "10.231.7.1";

  /** Where the inside is on it. */
  static final String THERE = "10.231.7.2";

  /** Where the inside serves HTTP. */
  static final String SERVED = "10.231.8.2";

  private static final String SERVERS = "10.231.8.1";

  private static final String PREFIX = "alloc";

  private final String name = PREFIX + ProcessHandle.current().pid();
  private final String cable = "an" + ProcessHandle.current().pid();
  private final String other = "as" + ProcessHandle.current().pid();
  private final Vertx vertx = Vertx.vertx();
  private Process inside;

  private SeparateNetwork() {}

  /** Whether this user may make one here. */
  static boolean isPossible() {
    String probe = "allocprobe" + ProcessHandle.current().pid();
    try {
      OsProcess.run(List.of("ip", "netns", "add", probe));
      OsProcess.run(List.of("ip", "netns", "delete", probe));
      return true;
    } catch (IllegalStateException | UncheckedIOException e) {
      return false;
    }
  }

  /**
   * Makes it.
   *
   * @param ports of the servers on 127.0.0.1 that the inside may use
   */
  static SeparateNetwork make(List<Integer> ports) {
    removeLeftOvers();
    SeparateNetwork network = new SeparateNetwork();
    try {
      network.lay(ports);
      return network;
    } catch (RuntimeException e) {
      network.close();
      throw e;
    }
  }

  /** What a killed run has left has the same addresses. */
  private static void removeLeftOvers() {
    for (String line : OsProcess.run(List.of("ip", "netns", "list")).lines().toList()) {
      String left = line.split(" ", 2)[0];
      if (left.matches(PREFIX + "[0-9]+")
          && ProcessHandle.of(Long.parseLong(left.substring(PREFIX.length()))).isEmpty()) {
        ip("netns", "delete", left);
      }
    }
  }

  private void lay(List<Integer> ports) {
    ip("netns", "add", name);
    cable(cable, HERE, THERE);
    cable(other, SERVERS, SERVED);
    inside("ip", "link", "set", "lo", "up");
    ports.forEach(port -> Forward.start(vertx, SERVERS, port, "127.0.0.1", port));
    List<String> command = new ArrayList<>(prefix());
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            Forward.class.getName(),
            SERVERS));
    ports.forEach(port -> command.add(String.valueOf(port)));
    try {
      inside = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      String said = inside.inputReader(StandardCharsets.UTF_8).readLine();
      if (!Forward.READY.equals(said)) {
        throw new IllegalStateException("the way out of the network is not there: " + said);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void cable(String device, String here, String there) {
    ip("link", "add", device, "type", "veth", "peer", "name", device + "i", "netns", name);
    ip("address", "add", here + "/30", "dev", device);
    ip("link", "set", device, "up");
    inside("ip", "address", "add", there + "/30", "dev", device + "i");
    inside("ip", "link", "set", device + "i", "up");
  }

  /** Put before a command, makes it run inside. */
  List<String> prefix() {
    return List.of("ip", "netns", "exec", name);
  }

  /** From now on nothing goes between the nodes here and those inside. */
  void cut() {
    inside("ip", "link", "set", cable + "i", "down");
  }

  /** The cable is whole again. */
  void heal() {
    inside("ip", "link", "set", cable + "i", "up");
  }

  private void inside(String... command) {
    List<String> all = new ArrayList<>(prefix());
    all.addAll(List.of(command));
    OsProcess.run(all);
  }

  private static void ip(String... arguments) {
    List<String> command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(arguments));
    OsProcess.run(command);
  }

  @Override
  public void close() {
    if (inside != null) {
      inside.destroyForcibly();
    }
    vertx.close();
    // Its cables go with it.
    ip("netns", "delete", name);
  }
}
