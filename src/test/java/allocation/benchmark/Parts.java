package allocation.benchmark;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Parts of the service, and which of them a stack was at work for. */
final class Parts {
  /** And whatever else names nobody whom it works for. */
  static final String SOCKETS = "event loops and sockets";

  /** The stack could not be read. */
  static final String NOT_KNOWN = "not known";

  /** Threads that have no Java frames. */
  static final String JVM = "collector and compilers";

  /** What does not say whom it works for (collections, Netty, the core of Vert.x) is not here. */
  private static final Map<String, String> BY_PREFIX = new LinkedHashMap<>();

  static {
    BY_PREFIX.put("allocation.json.", "JSON");
    BY_PREFIX.put("com.fasterxml.jackson.", "JSON");
    BY_PREFIX.put("allocation.http.", "HTTP");
    BY_PREFIX.put("io.vertx.core.http.", "HTTP");
    BY_PREFIX.put("io.vertx.ext.web.", "HTTP");
    BY_PREFIX.put("io.netty.handler.codec.http.", "HTTP");
    BY_PREFIX.put("allocation.bus.", "event bus");
    BY_PREFIX.put("io.vertx.core.eventbus.", "event bus");
    BY_PREFIX.put("allocation.domain.", "rules and units of work");
    BY_PREFIX.put("allocation.handler.", "rules and units of work");
    BY_PREFIX.put("allocation.readmodel.", "views");
    BY_PREFIX.put("allocation.postgres.", "way to PostgreSQL");
    BY_PREFIX.put("io.vertx.pgclient.", "way to PostgreSQL");
    BY_PREFIX.put("io.vertx.sqlclient.", "way to PostgreSQL");
    BY_PREFIX.put("allocation.", "log, followers and the rest");
    BY_PREFIX.put("org.apache.pulsar.", "way to Pulsar");
  }

  private Parts() {}

  /**
   * The innermost frame that says whom it works for decides.
   *
   * @param types whose methods are on the stack, the innermost first
   */
  static String of(List<String> types) {
    for (String type : types) {
      for (Map.Entry<String, String> part : BY_PREFIX.entrySet()) {
        if (type.startsWith(part.getKey())) {
          return part.getValue();
        }
      }
    }
    return SOCKETS;
  }
}
