package allocation.http;

import allocation.json.JsonText;
import allocation.json.ProblemType;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * The contract and its page, for people. Everything comes from the class path and is read when it
 * is asked for first. Belongs to one event loop.
 */
final class DocsEndpoints {
  private static final CharSequence HTML = HttpHeaders.createOptimized("text/html; charset=utf-8");
  private static final CharSequence YAML = HttpHeaders.createOptimized("application/yaml");
  private static final CharSequence CSS = HttpHeaders.createOptimized("text/css; charset=utf-8");
  private static final CharSequence SCRIPT =
      HttpHeaders.createOptimized("text/javascript; charset=utf-8");
  private static final CharSequence PNG = HttpHeaders.createOptimized("image/png");

  // The page's own scripts and nothing from elsewhere; swagger-ui styles its elements in place.
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self'"
          + " data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors"
          + " 'none'";

  private final Vertx vertx;
  private final Map<String, Asset> assets;

  /** Once read, the same for everybody who asks. */
  private final Map<String, Future<Buffer>> contents = new HashMap<>();

  private record Asset(String resource, CharSequence contentType) {}

  DocsEndpoints(Vertx vertx) {
    this.vertx = vertx;
    String swaggerUi = "/META-INF/resources/webjars/swagger-ui/" + swaggerUiVersion() + "/";
    this.assets =
        Map.of(
            "docs.js", new Asset("/allocation/http/docs.js", SCRIPT),
            "docs.css", new Asset("/allocation/http/docs.css", CSS),
            "swagger-ui.css", new Asset(swaggerUi + "swagger-ui.css", CSS),
            "swagger-ui-bundle.js", new Asset(swaggerUi + "swagger-ui-bundle.js", SCRIPT),
            "favicon-32x32.png", new Asset(swaggerUi + "favicon-32x32.png", PNG));
  }

  List<Route> routes() {
    return List.of(
        Route.open("/", this::welcome),
        Route.open("/openapi.yaml", exchange -> read(new Asset("/openapi.yaml", YAML))),
        Route.open("/docs", exchange -> page("/allocation/http/docs.html")),
        Route.open("/docs/{asset}", this::asset));
  }

  private Future<Reply> welcome(Exchange exchange) {
    Future<Reply> reply =
        Accept.prefersHtml(exchange.headers(HttpHeaders.ACCEPT))
            ? page("/allocation/http/welcome.html")
            : Future.succeededFuture(
                Reply.json(200, JsonText.object("message", "Welcome to the allocation service")));
    return reply.map(page -> page.with(HttpHeaders.VARY, "Accept"));
  }

  private Future<Reply> asset(Exchange exchange) {
    Asset asset = assets.get(exchange.rawPathParameter("asset"));
    return asset == null
        ? Future.failedFuture(new ProblemException(ProblemType.NOT_FOUND, "There is no such file"))
        : read(asset).map(reply -> reply.with(HttpHeaders.CACHE_CONTROL, "public, max-age=3600"));
  }

  private Future<Reply> page(String resource) {
    return read(new Asset(resource, HTML))
        .map(reply -> reply.with("Content-Security-Policy", POLICY));
  }

  private Future<Reply> read(Asset asset) {
    return contents
        .computeIfAbsent(asset.resource(), this::content)
        .map(content ->
            new Reply(200, Optional.of(asset.contentType()), content, List.of())
                .with(HttpHeaders.CACHE_CONTROL, "no-cache"));
  }

  private Future<Buffer> content(String resource) {
    return vertx.executeBlocking(() -> bytes(resource), false).map(Buffer::buffer);
  }

  private static byte[] bytes(String resource) throws IOException {
    try (InputStream in = open(resource)) {
      return in.readAllBytes();
    }
  }

  /** The build writes it there: the version stands in the pom and nowhere else. */
  private static String swaggerUiVersion() {
    Properties versions = new Properties();
    try (InputStream in = open("/allocation/http/webjars.properties")) {
      versions.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return versions.getProperty("swagger-ui");
  }

  private static InputStream open(String resource) {
    return Optional.ofNullable(DocsEndpoints.class.getResourceAsStream(resource))
        .orElseThrow(() -> new IllegalStateException("the class path has no " + resource));
  }
}
