package allocation;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.vertx.core.transport.Transport;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.slf4j.LoggerFactory;

final class TransportsTest {
  private final Logger logger = (Logger) LoggerFactory.getLogger(Transports.class);
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  @BeforeEach
  void listen() {
    logger.setLevel(Level.INFO);
    logger.addAppender(log);
    log.start();
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(log);
    logger.setLevel(null);
  }

  @Test
  @EnabledOnOs(
      value = OS.LINUX,
      architectures = {"amd64", "aarch64"})
  void the_systems_own_is_taken_and_named() {
    Transport best = Transports.best();

    assertThat(best).isSameAs(Transport.EPOLL);
    assertThat(said()).containsExactly("transport=epoll");
  }

  @Test
  void one_that_cannot_be_loaded_is_left_and_the_reason_told() {
    Throwable cause =
        new IllegalStateException("failed", new UnsatisfiedLinkError("not permitted\nat all"));

    Transport best = Transports.bestOf(new Unavailable(cause));

    assertThat(best).isSameAs(Transport.NIO);
    assertThat(said())
        .containsExactly(
            "transport=nio because carrier-pigeon is not available:"
                + " java.lang.UnsatisfiedLinkError: not permitted");
  }

  private List<String> said() {
    return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  private record Unavailable(Throwable unavailabilityCause) implements Transport {
    @Override
    public String name() {
      return "carrier-pigeon";
    }

    @Override
    public boolean available() {
      return false;
    }

    @Override
    public io.vertx.core.spi.transport.Transport implementation() {
      throw new UnsupportedOperationException();
    }
  }
}
