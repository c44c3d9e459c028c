package allocation.embedded;

import allocation.Main;
import allocation.Service;
import java.util.Map;

/** The service inside the run command's process, for a thread that may wait. */
final class LocalService implements AutoCloseable {
  private final Service service;

  private LocalService(Service service) {
    this.service = service;
  }

  /** Starts the service with these settings, named as in the environment. */
  static LocalService start(Map<String, String> environment) {
    return new LocalService(Main.result(Service.start(environment)));
  }

  /** Lets the service finish what it has been asked, then stops it. */
  @Override
  public void close() {
    Main.result(service.stop());
  }
}
