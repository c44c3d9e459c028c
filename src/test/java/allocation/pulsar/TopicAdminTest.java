package allocation.pulsar;

import static allocation.given.Waiting.failure;
import static allocation.given.Waiting.result;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.given.StallingServer;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TopicAdminTest {
  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() {
    result(vertx.close());
  }

  /** Guard: what is given up leaves its connection. There are five by default. */
  @ParameterizedTest
  @EnumSource
  void an_admin_that_stalled_is_heard_when_it_speaks_again(StallingServer.Stall stall) {
    StallingServer server = new StallingServer(vertx, stall, "");
    TopicAdmin admin = admin("http://127.0.0.1:" + server.port(), 1_000);
    List<Future<Void>> unheard =
        Stream.generate(() -> admin.ensureUnpartitioned("a-topic")).limit(5).toList();

    assertThat(unheard).allSatisfy(made -> assertThat(failure(made)).isNotNull());
    server.speak();

    result(admin.ensureUnpartitioned("a-topic"));
  }

  @Test
  void what_another_broker_owns_is_asked_of_that_one() {
    List<String> got = new CopyOnWriteArrayList<>();
    int owner =
        listen(request ->
            request
                .body()
                .onSuccess(body -> {
                  got.add(
                      "%s %s %s %s"
                          .formatted(
                              request.method(),
                              request.uri(),
                              request.getHeader("Authorization"),
                              body));
                  request.response().setStatusCode(204).end();
                }));
    int other =
        listen(request ->
            request
                .response()
                .setStatusCode(307)
                .putHeader(
                    "Location",
                    "http://127.0.0.1:%d%s?authoritative=true".formatted(owner, request.uri()))
                .end());

    result(admin("http://127.0.0.1:" + other).ensurePartitions("a-topic", 4));

    assertThat(got)
        .containsExactly(
            "PUT /admin/v2/persistent/public/default/a-topic/partitions?authoritative=true"
                + " Bearer secret 4");
  }

  @Test
  void who_sends_on_for_ever_is_followed_for_a_while() {
    AtomicInteger asked = new AtomicInteger();
    int round =
        listen(request -> {
          asked.incrementAndGet();
          request.response().setStatusCode(307).putHeader("Location", request.absoluteURI()).end();
        });

    assertThat(failure(admin("http://127.0.0.1:" + round).ensureUnpartitioned("a-topic")))
        .hasMessageContaining("PUT answered 307");
    assertThat(asked).as("a PUT and a GET").hasValue(2 * 4);
  }

  private int listen(Handler<HttpServerRequest> answer) {
    return result(vertx.createHttpServer().requestHandler(answer).listen(0, "127.0.0.1"))
        .actualPort();
  }

  private TopicAdmin admin(String url) {
    return admin(url, 10_000);
  }

  private TopicAdmin admin(String url, int timeoutMs) {
    return new TopicAdmin(
        vertx,
        new Settings(
            "pulsar://127.0.0.1:1",
            url,
            Settings.DEFAULT_NAMESPACE,
            Optional.of("secret"),
            Optional.empty(),
            timeoutMs,
            1,
            1_024));
  }
}
