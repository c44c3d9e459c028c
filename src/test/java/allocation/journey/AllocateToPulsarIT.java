package allocation.journey;

import static org.assertj.core.api.Assertions.assertThat;

import allocation.pulsar.Topics;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** One allocation, from the request to Pulsar and the buyer's mail, with a restart on the way. */
class AllocateToPulsarIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @Test
  void an_allocation_from_http_to_pulsar_and_the_buyer() {
    try (PostBox post = new PostBox();
        Installation installation = new Installation("journey")) {
      Client client = installation.start(post.settings());
      create(client, "here", 10, null);
      create(client, "ship", 5, "2027-01-01");

      Client.Answer allocated = allocate(client, "o1", 8);

      assertThat(allocated.status()).isEqualTo(201);
      assertThat(allocated.body().getString("batchRef")).isEqualTo("here");
      assertThat(order(client, "o1", allocated))
          .isEqualTo(line(8, "here", null, allocated.body().getLong("position")));
      installation.settle();
      assertThat(types(installation)).containsExactly("BatchCreated", "BatchCreated", "Allocated");
      assertThat(installation.topic(Topics.LINE_ALLOCATED).all())
          .extracting(Topic.Stored::data)
          .containsExactly(
              "{\"orderid\":\"o1\",\"sku\":\"CHAIR\",\"qty\":8,\"batchref\":\"here\"}");

      a_cut_that_arrives_from_pulsar_takes_the_line_away(installation, client, post);
      installation.stop();
      Client restarted = installation.start(post.settings());

      everything_is_still_there(restarted);
      assertThat(allocate(restarted, "o1", 8).status())
          .as("forgotten, so it is new")
          .isEqualTo(409);
      assertThat(allocate(restarted, "o2", 3).body().getString("batchRef")).isEqualTo("here");
      Agreement.check(installation, restarted);
      assertThat(types(installation))
          .containsExactly(
              "BatchCreated",
              "BatchCreated",
              "Allocated",
              "Deallocated",
              "OutOfStock",
              "BatchQuantityChanged",
              "OutOfStock",
              "Allocated");
      assertThat(post.lines()).containsExactly("Out of stock for CHAIR", "Out of stock for CHAIR");
    }
  }

  private static void a_cut_that_arrives_from_pulsar_takes_the_line_away(
      Installation installation, Client client, PostBox post) {
    installation
        .topic(Topics.CHANGE_BATCH_QUANTITY)
        .send("here", "{\"batchref\": \"here\", \"qty\": 7}");

    Awaitility.await("the buyer has mail")
        .atMost(PATIENCE)
        .until(() -> post.lines().equals(List.of("Out of stock for CHAIR")));
    Awaitility.await("the order has nothing")
        .atMost(PATIENCE)
        .until(() -> client.get("/v1/orders/o1/allocations", Map.of()).status() == 404);
  }

  private static void everything_is_still_there(Client client) {
    Awaitility.await("the view is there")
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(client.get("/v1/batches/here", Map.of()).body())
                .isEqualTo(
                    new JsonObject()
                        .put("ref", "here")
                        .put("sku", "CHAIR")
                        .put("purchased", 7)
                        .put("allocated", 0)
                        .put("available", 7)
                        .putNull("eta")));
  }

  private static void create(Client client, String ref, int quantity, @Nullable String eta) {
    Client.Answer made =
        client.post(
            "/v1/batches",
            new JsonObject()
                .put("ref", ref)
                .put("sku", "CHAIR")
                .put("quantity", quantity)
                .put("eta", eta));
    assertThat(made.status()).isEqualTo(201);
  }

  private static Client.Answer allocate(Client client, String orderId, int quantity) {
    return client.post(
        "/v1/allocations",
        new JsonObject().put("orderId", orderId).put("sku", "CHAIR").put("quantity", quantity));
  }

  private static JsonObject order(Client client, String orderId, Client.Answer after) {
    return client
        .get(
            "/v1/orders/%s/allocations".formatted(orderId),
            Map.of("Allocation-Position", after.position().orElseThrow()))
        .body();
  }

  private static JsonObject line(int quantity, String ref, @Nullable String eta, long position) {
    return new JsonObject()
        .put("orderId", "o1")
        .put(
            "lines",
            new JsonArray()
                .add(
                    new JsonObject()
                        .put("sku", "CHAIR")
                        .put("quantity", quantity)
                        .put("batchRef", ref)
                        .put("eta", eta)
                        .put("position", position)));
  }

  private static List<String> types(Installation installation) {
    return installation.topic(Topics.EVENTS).all().stream()
        .map(message -> new JsonObject(message.data()).getString("type"))
        .toList();
  }
}
