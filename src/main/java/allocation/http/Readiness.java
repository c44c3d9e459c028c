package allocation.http;

import io.vertx.core.Future;
import java.util.List;

/** Port: the servers that this service needs, asked when somebody wants to know. */
public interface Readiness {
  /** The state of every server; limits its own questions, and a server that is down is a value. */
  Future<List<Check>> check();

  /** Whether this node is about to stop: new work should go elsewhere. */
  default boolean isLeaving() {
    return false;
  }

  /**
   * The state of one server.
   *
   * @param required whether the service is of no use without it
   * @param state in a few words, for the operator, e.g. {@code connected}
   */
  record Check(String name, boolean up, boolean required, String state) {}
}
