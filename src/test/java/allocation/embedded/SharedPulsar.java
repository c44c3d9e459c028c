package allocation.embedded;

import org.testcontainers.pulsar.PulsarContainer;
import org.testcontainers.utility.DockerImageName;

/** The one Pulsar of a test JVM; starts when the class is first used. */
final class SharedPulsar {
  static final Urls URLS = Docker.IS_AVAILABLE ? container() : embedded();

  private SharedPulsar() {}

  private static Urls embedded() {
    PulsarServer server = new PulsarServer(TestFolder.PATH, Ports.free(), Ports.free());
    server.start();
    Runtime.getRuntime().addShutdownHook(new Thread(server::stop, "stop-pulsar"));
    Urls urls = new Urls(server.serviceUrl(), server.adminUrl());
    System.out.println("Pulsar for tests: embedded, " + urls);
    return urls;
  }

  // Testcontainers' own reaper removes it when this JVM is gone.
  @SuppressWarnings("resource")
  private static Urls container() {
    PulsarContainer container =
        new PulsarContainer(
            DockerImageName.parse("apachepulsar/pulsar").withTag(PulsarSettings.VERSION));
    PulsarSettings.BROKER.forEach(
        (name, value) -> container.withEnv("PULSAR_PREFIX_" + name, value));
    container.start();
    Urls urls = new Urls(container.getPulsarBrokerUrl(), container.getHttpServiceUrl());
    System.out.println("Pulsar for tests: container, " + urls);
    return urls;
  }

  record Urls(String serviceUrl, String adminUrl) {}
}
