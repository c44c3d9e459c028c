package allocation.http;

import static allocation.given.Waiting.result;
import static allocation.given.Waiting.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PiecesTest {
  private static final int LARGE = 32 * 1024 * 1024;

  private final Vertx vertx = Vertx.vertx();
  private final List<HttpServerResponse> responses = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    result(vertx.close());
  }

  @ParameterizedTest
  @ValueSource(
      ints = {Pieces.SIZE, Pieces.SIZE + 1, 2 * Pieces.SIZE, 2 * Pieces.SIZE + 1, 5_000_000})
  void a_body_comes_as_it_is(int size) throws IOException {
    Buffer body = body(size);
    try (RawClient client = new RawClient(serve(body))) {
      Response response = client.send(RawClient.head("GET", "/")).receive();

      assertThat(response.body()).isEqualTo(body);
    }
  }

  @Test
  void who_does_not_read_has_little_of_it_waiting_and_all_of_it_when_he_reads() throws IOException {
    Buffer body = body(LARGE);
    try (RawClient client = new RawClient(serve(body))) {
      client.send(RawClient.head("GET", "/"));
      until(
          "no more is written",
          () -> !responses.isEmpty() && responses.getFirst().writeQueueFull());

      // The rest is what the kernel has taken: some megabytes on this machine.
      assertThat(responses.getFirst().bytesWritten()).isLessThan(LARGE / 2);

      assertThat(client.receive().body()).isEqualTo(body);
    }
  }

  private int serve(Buffer body) {
    HttpServer server =
        vertx
            .createHttpServer()
            .requestHandler(request -> {
              responses.add(request.response());
              new Pieces(LARGE).send(request.response(), body);
            });
    return result(server.listen(0, "127.0.0.1")).actualPort();
  }

  private static Buffer body(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return Buffer.buffer(bytes);
  }
}
