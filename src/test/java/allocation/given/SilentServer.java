package allocation.given;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;

/** Takes requests over HTTP and says nothing, until it is told to speak. */
public final class SilentServer {
  private final HttpServer server;
  private volatile boolean speaks;

  public SilentServer(Vertx vertx, String answer) {
    server =
        vertx
            .createHttpServer(new HttpServerOptions())
            .requestHandler(request -> {
              if (speaks) {
                request.response().end(answer);
              }
            });
    Waiting.result(server.listen(0, "127.0.0.1"));
  }

  public int port() {
    return server.actualPort();
  }

  /** Answers those who come from now on. */
  public void speak() {
    speaks = true;
  }
}
