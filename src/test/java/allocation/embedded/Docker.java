package allocation.embedded;

import org.testcontainers.DockerClientFactory;

/** Whether a Docker engine answers; asked once, half a second where there is none. */
final class Docker {
  static final boolean IS_AVAILABLE = DockerClientFactory.instance().isDockerAvailable();

  private Docker() {}
}
