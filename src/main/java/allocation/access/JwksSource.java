package allocation.access;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.RequestOptions;
import java.util.concurrent.TimeUnit;

/** Where the keys of tokens come from. Each read has an end, and a largest size. */
interface JwksSource {
  /** Milliseconds for one read. */
  int LIMIT_MS = 5_000;

  /** Bytes of the largest set of keys. */
  int LIMIT_BYTES = 1024 * 1024;

  Future<Buffer> read();

  default Future<Void> close() {
    return Future.succeededFuture();
  }

  static JwksSource of(Vertx vertx, TokenSettings settings) {
    return settings.isFetched()
        ? new Fetched(vertx, settings.jwks())
        : () -> vertx.fileSystem().readFile(settings.jwks());
  }

  /** From an address. Redirects are not followed: the address is what is trusted. */
  final class Fetched implements JwksSource {
    private final HttpClient client;
    private final RequestOptions request;

    Fetched(Vertx vertx, String address) {
      client =
          vertx.createHttpClient(
              new HttpClientOptions().setConnectTimeout(LIMIT_MS).setKeepAlive(false));
      request =
          new RequestOptions().setAbsoluteURI(address).putHeader("Accept", "application/json");
    }

    @Override
    public Future<Buffer> read() {
      Future<HttpClientRequest> asked = client.request(request);
      return asked
          .compose(HttpClientRequest::send)
          .compose(Fetched::body)
          .timeout(LIMIT_MS, TimeUnit.MILLISECONDS)
          // What is given up must leave its place, however it goes on to answer: there are a few
          // connections, and no more.
          .onFailure(unread -> asked.onSuccess(HttpClientRequest::reset));
    }

    private static Future<Buffer> body(HttpClientResponse response) {
      if (response.statusCode() != 200) {
        return Future.failedFuture(
            new IllegalStateException("it answered with " + response.statusCode()));
      }
      Promise<Buffer> whole = Promise.promise();
      Buffer all = Buffer.buffer();
      response.handler(part -> {
        all.appendBuffer(part);
        if (all.length() > LIMIT_BYTES) {
          whole.tryFail(new IllegalStateException("it has more than " + LIMIT_BYTES + " bytes"));
        }
      });
      response.exceptionHandler(whole::tryFail);
      response.endHandler(ended -> whole.tryComplete(all));
      return whole.future();
    }

    @Override
    public Future<Void> close() {
      return client.close();
    }
  }
}
