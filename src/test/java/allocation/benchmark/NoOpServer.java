package allocation.benchmark;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * The least that a Vert.x service can do with an allocation: read its JSON, answer JSON of the same
 * size. Same server options, router, JSON library and number of event loops as the service.
 */
public final class NoOpServer extends VerticleBase {
  private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int EVENT_LOOPS = 2;

  private final int port;

  private record Line(String orderId, String sku, int quantity) {}

  private record Allocated(
      String orderId, String sku, int quantity, String batchRef, String eta, long position) {}

  private NoOpServer(int port) {
    this.port = port;
  }

  /** Listens on the port that is its argument, until it is killed. */
  public static void main(String[] arguments) throws Exception {
    int port = Integer.parseInt(arguments[0]);
    Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    vertx
        .deployVerticle(
            () -> new NoOpServer(port), new DeploymentOptions().setInstances(EVENT_LOOPS))
        .toCompletionStage()
        .toCompletableFuture()
        .get(20, TimeUnit.SECONDS);
  }

  @Override
  public Future<?> start() {
    Router router = Router.router(vertx);
    router.post("/v1/allocations").handler(BodyHandler.create(false)).handler(NoOpServer::answer);
    router.get("/health/ready").handler(context -> context.response().end());
    return vertx
        .createHttpServer(new HttpServerOptions().setHost("127.0.0.1").setPort(port))
        .requestHandler(router)
        .listen();
  }

  private static void answer(RoutingContext context) {
    try {
      Line line = MAPPER.readValue(context.body().buffer().getBytes(), Line.class);
      Allocated allocated =
          new Allocated(
              line.orderId(), line.sku(), line.quantity(), "batch-of-" + line.sku(), "", 1);
      context
          .response()
          .setStatusCode(201)
          .putHeader(HttpHeaders.CONTENT_TYPE, JSON)
          .end(Buffer.buffer(MAPPER.writeValueAsBytes(allocated)));
    } catch (JsonProcessingException e) {
      context.fail(400, e);
    } catch (IOException e) {
      context.fail(500, e);
    }
  }
}
