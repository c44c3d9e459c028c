package allocation.http;

import static allocation.given.Waiting.until;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.View;
import allocation.domain.Sku;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Clients that ask for much and do not read it. */
class UnreadAnswersTest {
  private static final String PAGE = RawClient.head("GET", "/v1/products");
  private static final String BULK =
      "{\"lines\":[%s]}".formatted(String.join(",", Collections.nCopies(1_000, "{}")));

  /** In a page of the stand-in: some 25 MB, of which a kernel takes a part. */
  private static final int PRODUCTS = 400_000;

  private static final int LIMIT = 1024 * 1024;

  @RegisterExtension
  static final HttpService service =
      new HttpService(
          new GivenHttp()
              .answerTimeoutMs(20_000)
              .bodyTimeoutMs(60_000)
              .idleSeconds(60)
              .bodyLimits(64 * 1024, LIMIT)
              .settings());

  private final List<RawClient> clients = new ArrayList<>();

  @BeforeEach
  void thereAreManyProducts() {
    service.shows(
        new View.ProductPage(
            IntStream.range(0, PRODUCTS)
                .mapToObj(i -> new View.Item(new Sku("a-sku-with-a-name-" + i), 5, 2))
                .toList(),
            Optional.empty()));
  }

  @AfterEach
  void everybodyGoes() throws IOException {
    for (RawClient client : clients) {
      client.close();
    }
  }

  @Test
  void the_one_that_waits_is_read_whole_and_others_are_told_to_come_later() throws IOException {
    RawClient slow = connect().send(PAGE);

    // Once the kernel has its fill of the first, the rest of it waits.
    until("there is no more room", () -> statusOfAnother() == 503);

    Response refused = connect().send(PAGE).receive();
    assertThat(refused.problem()).isEqualTo("busy");
    assertThat(refused.header("Retry-After")).isPresent();
    Response ofCommands = connect().send(bulk()).receive();
    assertThat(ofCommands.status()).isEqualTo(503);
    assertThat(ofCommands.problem()).as("its lines may be written").isEqualTo("outcome-unknown");
    assertThat(service.get("/health/live").status()).as("what is small").isEqualTo(200);

    Response whole = slow.receive();

    assertThat(whole.status()).isEqualTo(200);
    assertThat(whole.body().length()).isGreaterThan(LIMIT);
    assertThat(statusOfAnother()).isEqualTo(200);
  }

  @Test
  void who_leaves_without_reading_makes_room() throws IOException {
    RawClient slow = connect().send(PAGE);
    until("there is no more room", () -> statusOfAnother() == 503);

    slow.close();

    until("there is room", () -> statusOfAnother() == 200);
  }

  private int statusOfAnother() {
    try {
      return connect().send(PAGE).receive().status();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String bulk() {
    return RawClient.head(
            "POST",
            "/v1/allocations/bulk",
            "Content-Type: application/json",
            "Content-Length: " + BULK.length())
        + BULK;
  }

  private RawClient connect() throws IOException {
    RawClient client = new RawClient(service.port());
    clients.add(client);
    return client;
  }
}
