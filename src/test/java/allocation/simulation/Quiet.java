package allocation.simulation;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.function.Supplier;
import org.slf4j.LoggerFactory;

/** Thousands of worlds in which everything fails would fill the log. */
final class Quiet {
  private Quiet() {}

  static <T> T during(Supplier<T> what) {
    if (!(LoggerFactory.getLogger("allocation") instanceof Logger logger)) {
      throw new IllegalStateException("not logged by logback");
    }
    Level before = logger.getLevel();
    logger.setLevel(Boolean.getBoolean("loud") ? Level.DEBUG : Level.OFF);
    try {
      return what.get();
    } finally {
      logger.setLevel(before);
    }
  }
}
