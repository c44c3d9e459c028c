package allocation.journey;

import static org.assertj.core.api.Assertions.assertThat;

import allocation.domain.Arrival;
import allocation.domain.BatchRef;
import allocation.domain.Command;
import allocation.domain.Sku;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/** A program that uses the service over HTTP, and sends again what got no answer. */
final class Client {
  private static final int MOST_TRIES = 200;

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(20))
          .build();
  private final URI service;
  private final AtomicInteger sentAgain = new AtomicInteger();

  /** A status and a body; without one it is empty. */
  record Answer(int status, JsonObject body, Optional<String> position, boolean replayed) {}

  Client(int port) {
    this("127.0.0.1", port);
  }

  Client(String host, int port) {
    service = URI.create("http://%s:%d".formatted(host, port));
  }

  /** How many requests were answered with a 503 and sent again. */
  int sentAgain() {
    return sentAgain.get();
  }

  /** Makes a batch of each SKU that is larger than what anybody will take from it. */
  void stockUp(List<Sku> skus) {
    for (Sku sku : skus) {
      Command stock =
          new Command.CreateBatch(
              new BatchRef("of-" + sku.value()), sku, 1_000_000, Arrival.inStock());
      // 200 if it had to be sent again, and was there already.
      assertThat(send(stock).status()).isIn(200, 201);
    }
  }

  Answer send(Command command) {
    return send(command, UUID.randomUUID().toString());
  }

  /** Sends the command under this key until it is known what became of it. */
  Answer send(Command command, String key) {
    for (int i = 0; i < MOST_TRIES; i++) {
      Answer answer = once(command, key);
      boolean isInFlight =
          "urn:allocation:problem:in-flight".equals(answer.body().getString("type"));
      if (answer.status() != 503 && !isInFlight) {
        return answer;
      }
      sentAgain.incrementAndGet();
    }
    throw new AssertionError("no answer to " + command);
  }

  Answer get(String path, Map<String, String> headers) {
    HttpRequest.Builder request = request(path).GET();
    headers.forEach(request::header);
    return exchange(request);
  }

  Answer post(String path, JsonObject body) {
    return exchange(json(request(path), "POST", body));
  }

  /** The status of a GET; 0 when nobody answers. */
  int status(String path) {
    HttpRequest get = request(path).timeout(Duration.ofSeconds(5)).GET().build();
    try {
      return http.send(get, BodyHandlers.discarding()).statusCode();
    } catch (IOException e) {
      return 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** The sum of a counter over its tags, or its value for one; 0 when it is not there. */
  double metric(String name) {
    return metric(name, "");
  }

  /** The same of those alone that have this label. */
  double metric(String name, String label) {
    return text("/metrics")
        .lines()
        .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
        .filter(line -> line.contains(label))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  String text(String path) {
    return response(request(path).GET()).body();
  }

  /** Everything that comes back. */
  String raw(String method, String path, String body, Map<String, String> headers) {
    HttpRequest.Builder request =
        request(path)
            .header("Content-Type", "application/json")
            .method(method, BodyPublishers.ofString(body));
    headers.forEach(request::header);
    HttpResponse<String> response = response(request);
    return response.statusCode() + " " + response.headers() + " " + response.body();
  }

  /** One segment of a path. */
  static String segment(String id) {
    return URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private Answer once(Command command, String key) {
    return exchange(
        switch (command) {
          case Command.CreateBatch create ->
              json(
                  request("/v1/batches"),
                  "POST",
                  withEta(
                      new JsonObject()
                          .put("ref", create.ref().value())
                          .put("sku", create.sku().value())
                          .put("quantity", create.quantity()),
                      create.arrival()));
          case Command.ChangeBatch change -> {
            JsonObject body = new JsonObject();
            change.quantity().ifPresent(quantity -> body.put("quantity", quantity));
            change.arrival().ifPresent(arrival -> withEta(body, arrival));
            yield json(
                request("/v1/batches/" + segment(change.ref().value()))
                    .header("Idempotency-Key", key),
                "PATCH",
                body);
          }
          case Command.Allocate allocate ->
              json(
                  request("/v1/allocations"),
                  "POST",
                  new JsonObject()
                      .put("orderId", allocate.orderId().value())
                      .put("sku", allocate.sku().value())
                      .put("quantity", allocate.quantity()));
          case Command.Deallocate deallocate ->
              request(
                      "/v1/allocations/%s/%s"
                          .formatted(
                              segment(deallocate.orderId().value()),
                              segment(deallocate.sku().value())))
                  .header("Idempotency-Key", key)
                  .DELETE();
        });
  }

  private static JsonObject withEta(JsonObject body, Arrival arrival) {
    return body.put("eta", arrival.eta().map(LocalDate::toString).orElse(null));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(service.resolve(path)).timeout(Duration.ofSeconds(30));
  }

  private static HttpRequest.Builder json(
      HttpRequest.Builder request, String method, JsonObject body) {
    return request
        .header("Content-Type", "application/json")
        .method(method, BodyPublishers.ofString(body.encode()));
  }

  private Answer exchange(HttpRequest.Builder request) {
    HttpResponse<String> response = response(request);
    return new Answer(
        response.statusCode(),
        response.body().startsWith("{") ? new JsonObject(response.body()) : new JsonObject(),
        response.headers().firstValue("Allocation-Position"),
        response.headers().firstValue("Idempotent-Replayed").isPresent());
  }

  private HttpResponse<String> response(HttpRequest.Builder request) {
    try {
      return http.send(request.build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new AssertionError("no answer from " + service, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
