package allocation.given;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerResponse;

/** Takes requests over HTTP and does not answer them to the end, until it is told to speak. */
public final class StallingServer {
  /** What it does until then. */
  public enum Stall {
    SILENCE,
    /** A byte now and then, and never the last, so that its connection is not idle. */
    DRIP
  }

  private static final int DRIP_MS = 100;

  private final Vertx vertx;
  private final HttpServer server;
  private volatile boolean speaks;

  public StallingServer(Vertx vertx, Stall stall, String answer) {
    this.vertx = vertx;
    server =
        vertx
            .createHttpServer()
            .requestHandler(request -> {
              if (speaks) {
                request.response().end(answer);
              } else if (stall == Stall.DRIP) {
                drip(request.response().setChunked(true));
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

  private void drip(HttpServerResponse response) {
    if (!response.closed()) {
      response.write(" ");
      vertx.setTimer(DRIP_MS, id -> drip(response));
    }
  }
}
