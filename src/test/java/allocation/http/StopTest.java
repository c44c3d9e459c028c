package allocation.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import allocation.access.Gate;
import allocation.bus.Addresses;
import allocation.bus.CommandMessage;
import allocation.bus.CommandReply;
import allocation.bus.CurrentPlacement;
import allocation.wire.WireCodec;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import java.io.IOException;
import java.net.BindException;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StopTest {
  private static final String BODY = "{\"orderId\":\"o1\",\"sku\":\"LAMP\",\"quantity\":12}";
  private static final String REQUEST =
      "POST /v1/allocations HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
          + "Content-Length: %d\r\n\r\n%s".formatted(BODY.length(), BODY);

  private final Vertx vertx = Vertx.vertx();
  private final CompletableFuture<Message<CommandMessage>> arrived = new CompletableFuture<>();

  @BeforeEach
  void handlers() {
    WireCodec.register(vertx.eventBus());
    for (int shard : HttpService.SHARDS.all()) {
      vertx.eventBus().<CommandMessage>consumer(Addresses.commands(shard), arrived::complete);
    }
  }

  @AfterEach
  void close() throws Exception {
    await(vertx.close());
  }

  @Test
  void a_request_under_way_is_answered_before_it_stops() throws Exception {
    HttpVerticle verticle = verticle(0);
    String id = await(vertx.deployVerticle(verticle));
    try (RawClient client = new RawClient(verticle.port());
        RawClient idle = new RawClient(verticle.port())) {
      client.send(REQUEST);
      Message<CommandMessage> message = arrived.get(10, TimeUnit.SECONDS);

      Future<Void> stopped = vertx.undeploy(id);

      assertThat(idle.isClosedByServer()).isTrue();
      assertThat(stopped.isComplete()).isFalse();
      message.reply(new CommandReply(3, 41, Examples.accepted(Examples.LINE)));
      assertThat(client.receive().status()).isEqualTo(201);
      await(stopped);
    }
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> new RawClient(verticle.port()).close());
  }

  @Test
  void a_refusal_that_is_held_back_is_told_before_it_stops() throws Exception {
    HttpVerticle verticle = verticle(0, 1);
    String id = await(vertx.deployVerticle(verticle));
    try (RawClient client = new RawClient(verticle.port());
        RawClient hasty = new RawClient(verticle.port())) {
      client.send(REQUEST);
      Message<CommandMessage> message = arrived.get(10, TimeUnit.SECONDS);
      hasty.send(REQUEST.repeat(2));
      assertThat(hasty.receive().status()).isEqualTo(503);

      Future<Void> stopped = vertx.undeploy(id);

      assertThat(hasty.receive().status()).isEqualTo(503);
      message.reply(new CommandReply(3, 41, Examples.accepted(Examples.LINE)));
      assertThat(client.receive().status()).isEqualTo(201);
      await(stopped);
    }
  }

  @Test
  void several_instances_share_one_port() throws Exception {
    List<HttpVerticle> instances = new CopyOnWriteArrayList<>();

    await(
        vertx.deployVerticle(
            () -> {
              HttpVerticle verticle = verticle(-1);
              instances.add(verticle);
              return verticle;
            },
            new DeploymentOptions().setInstances(3)));

    assertThat(instances).extracting(HttpVerticle::port).containsOnly(instances.get(0).port());
    int port = instances.get(0).port();
    for (int i = 0; i < 6; i++) {
      try (RawClient client = new RawClient(port)) {
        assertThat(
                client
                    .send("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    .receive()
                    .status())
            .isEqualTo(200);
      }
    }
  }

  @Test
  void a_port_that_is_taken_stops_the_start() throws Exception {
    HttpVerticle first = verticle(0);
    await(vertx.deployVerticle(first));
    Vertx other = Vertx.vertx();
    try {
      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(() -> await(other.deployVerticle(verticle(first.port()))))
          .withCauseInstanceOf(BindException.class);
    } finally {
      await(other.close());
    }
  }

  private static HttpVerticle verticle(int port) {
    return verticle(port, 100);
  }

  private static HttpVerticle verticle(int port, int places) {
    return new HttpVerticle(
        new GivenHttp()
            .port(port)
            .answerTimeoutMs(5_000)
            .bodyLimits(1_000, 10_000)
            .bodyTimeoutMs(1_000)
            .places(places)
            .settings(),
        HttpService.SHARDS,
        CurrentPlacement.alone(),
        Clock.systemUTC(),
        new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
        () -> Future.succeededFuture(List.of()),
        Gate.of(allocation.access.Settings.OFF));
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }
}
