import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.pulsar.PulsarStandaloneStarter;

/**
 * A Pulsar for trying out and testing, in a process of its own. Takes the options of Pulsar's
 * standalone mode, prints {@code ready} on its standard output when it can be used, and stops in
 * order when its standard input ends: its parent has let go of it, or has died.
 */
final class PulsarProcess {
  private static final Duration STOP_LIMIT = Duration.ofSeconds(20);

  private PulsarProcess() {}

  public static void main(String[] arguments) throws Exception {
    List<String> options = new ArrayList<>(List.of(arguments));
    boolean stopWhenReady = options.remove("--stop-when-ready");
    PrintStream parent = System.out;
    // Nobody reads this pipe after the one line: a chatty library would fill it and hang.
    System.setOut(System.err);
    if (!stopWhenReady) {
      Thread.ofPlatform().daemon().name("parent-watch").start(PulsarProcess::stopWithParent);
    }
    PulsarStandaloneStarter pulsar = new PulsarStandaloneStarter(options.toArray(String[]::new));
    try {
      pulsar.start();
    } catch (Exception e) {
      e.printStackTrace();
      Runtime.getRuntime().halt(1);
    }
    parent.println("ready");
    parent.flush();
    if (stopWhenReady) {
      System.exit(0);
    }
  }

  private static void stopWithParent() {
    try {
      while (System.in.read() >= 0) {
        // Only the end of the input says something.
      }
    } catch (IOException e) {
      e.printStackTrace();
    }
    Thread.ofPlatform().daemon().name("stop-limit").start(PulsarProcess::haltAfterLimit);
    // Pulsar's own shutdown hook closes broker and bookie.
    System.exit(0);
  }

  private static void haltAfterLimit() {
    try {
      Thread.sleep(STOP_LIMIT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    System.err.println("Pulsar did not stop within " + STOP_LIMIT + ", halting");
    Runtime.getRuntime().halt(1);
  }
}
