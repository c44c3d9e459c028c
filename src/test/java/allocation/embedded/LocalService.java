package allocation.embedded;

import allocation.Main;
import allocation.Service;
import java.util.Map;

/** The service inside the run command's process; the one place where the two meet. */
final class LocalService implements AutoCloseable {
  private final Service service;

  private LocalService(Service service) {
    this.service = service;
  }

  /**
   * Starts the service with these settings, named as in the environment. Fails with {@link
   * IllegalStateException} whose message is for the one who starts it.
   */
  static LocalService start(Map<String, String> environment) {
    try {
      return new LocalService(Main.result(Service.start(environment)));
    } catch (RuntimeException e) {
      throw new IllegalStateException(Main.message(e), e);
    }
  }

  /** Answers what has been asked already, then stops. */
  @Override
  public void close() {
    Main.result(service.stop());
  }
}
