package allocation.http;

import static allocation.http.Examples.LINE;
import static allocation.http.Examples.accepted;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.access.NewKey;
import allocation.access.Scope;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.LoggerFactory;

/** What callers send to say who they are is heard by nobody else. The whole service: SecretsIT. */
class SecretsTest {
  @RegisterExtension
  static final HttpService service = new HttpService(HttpService.SETTINGS, Callers.gate());

  private final Logger logger = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
  private final Level level = logger.getLevel();
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  @BeforeEach
  void listenToEverything() {
    logger.setLevel(Level.TRACE);
    logger.addAppender(log);
    log.start();
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(log);
    logger.setLevel(level);
  }

  @Test
  void credentials_good_or_bad_are_in_no_answer_no_log_and_no_metric() {
    service.decides(accepted(LINE));
    List<String> secrets = new ArrayList<>();
    StringBuilder said = new StringBuilder();
    Stream.concat(
            Callers.strangers().values().stream(),
            Callers.known().values().stream().map(Callers.Known::authorization))
        .filter(authorization -> authorization.length() > 20)
        .forEach(authorization -> {
          secrets.add(authorization.split(" ", 2)[1]);
          for (Route route : service.routes()) {
            said.append(answer(route, authorization));
          }
        });
    Stream.concat(Stream.of(Callers.ALL), Callers.KEYS.values().stream())
        .map(NewKey::line)
        .forEach(line -> secrets.add(line.split(" ", -1)[1]));
    // Also a part would be too much: the signature of a token, say.
    List<String> parts =
        secrets.stream()
            .flatMap(secret -> Stream.of(secret.split("\\.", -1)))
            .filter(part -> part.length() > 20)
            .distinct()
            .toList();

    said.append(service.get("/metrics", "Authorization", Callers.bearer(Scope.OPERATE)));
    // Taken out at once: the loop may log meanwhile.
    List.copyOf(log.list).forEach(event -> said.append(text(event)));

    assertThat(parts).hasSizeGreaterThan(30);
    assertThat(said).contains("not let in because=");
    assertThat(parts).noneMatch(part -> said.indexOf(part) >= 0);
  }

  private static String answer(Route route, String authorization) {
    boolean hasBody = route.body() == Route.Body.JSON;
    Response response =
        service.call(
            route.method().name(),
            route.template().replaceAll("\\{\\w+}", "x"),
            hasBody ? "{}".getBytes(StandardCharsets.UTF_8) : new byte[0],
            "Content-Type",
            "application/json",
            "Authorization",
            authorization);
    return response.headers() + response.text();
  }

  private static String text(ILoggingEvent event) {
    String trace =
        event.getThrowableProxy() == null
            ? ""
            : ThrowableProxyUtil.asString(event.getThrowableProxy());
    // What the HTTP client of this test says about itself is not said by the service.
    return event.getLoggerName().startsWith("jdk.") ? "" : event.getFormattedMessage() + trace;
  }
}
