package allocation.given;

import static allocation.given.Waiting.result;
import static allocation.given.Waiting.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class FaultyNetworkTest {
  private final Vertx vertx = Vertx.vertx();
  private final Queue<String> arrived = new ConcurrentLinkedQueue<>();

  @AfterEach
  void close() {
    result(vertx.close());
  }

  /** Guard: else a broker takes what was overtaken for a repeat, and the loss for the service's. */
  @Test
  void nothing_overtakes_what_is_late_when_the_network_is_whole_again() {
    NetServer server =
        result(
            vertx
                .createNetServer()
                .connectHandler(socket -> socket.handler(bytes -> arrived.add(bytes.toString())))
                .listen(0, "127.0.0.1"));
    try (FaultyNetwork network = new FaultyNetwork(vertx, server.actualPort())) {
      NetSocket client = result(vertx.createNetClient().connect(network.port(), "127.0.0.1"));
      result(client.write("in time, "));
      until("the way is there", () -> text().equals("in time, "));

      network.delay();
      result(client.write("late, "));
      // Seen soon: it arrives in a moment.
      Awaitility.await("it is on its way")
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(1))
          .until(() -> network.late() + network.delayed() > 0);
      network.heal();
      result(client.write("behind it"));

      until("all is there", () -> text().length() == "in time, late, behind it".length());
      assertThat(text()).isEqualTo("in time, late, behind it");
    }
  }

  private String text() {
    return String.join("", arrived);
  }
}
