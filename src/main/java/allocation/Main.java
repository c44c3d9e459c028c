package allocation;

import java.util.Map;

/** Starts the allocation service. */
public final class Main {
  private Main() {}

  /** Runs the service until it is told to stop. */
  public static void main(String[] arguments) {
    System.out.println(Map.of("arguments", arguments.length));
  }
}
