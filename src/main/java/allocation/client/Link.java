package allocation.client;

import io.vertx.core.Future;
import java.util.function.Consumer;

/** The way to the service. Its Futures fail with a {@code ReplyException}. */
interface Link {
  /** The reply's JSON, within {@code timeoutMs} milliseconds. */
  Future<String> request(String address, String json, long timeoutMs);

  /** Listens to what is published for all, until it is closed; some of it may be missed. */
  Ear listen(Consumer<String> heard);

  Future<Void> close();

  /** What listens. */
  interface Ear {
    void close();
  }
}
