package allocation.benchmark;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Optional;

/** Puts in stock what the workloads ask for. */
final class Stock {
  private static final int MOST = 1_000_000_000;

  private Stock() {}

  static void make(int port) throws IOException, InterruptedException {
    make(port, Optional.empty());
  }

  /** Where a key or a token has to be shown. */
  static void make(int port, Optional<String> credential) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      for (int n = 0; n < Workloads.SKUS; n++) {
        make(client, port, credential, "SKU-" + n);
      }
      make(client, port, credential, Workloads.HOT_SKU);
    }
  }

  private static void make(HttpClient client, int port, Optional<String> credential, String sku)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/v1/batches".formatted(port)))
            .header("Content-Type", "application/json")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "{\"ref\":\"batch-of-%s\",\"sku\":\"%s\",\"quantity\":%d}"
                        .formatted(sku, sku, MOST)));
    credential.ifPresent(shown -> request.header("Authorization", "Bearer " + shown));
    HttpResponse<String> answer =
        client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 201) {
      throw new IllegalStateException("no stock: " + answer.body());
    }
  }
}
