package allocation.http;

import allocation.access.Scope;
import allocation.json.JsonText;
import com.fasterxml.jackson.core.JsonGenerator;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Whether this process lives, and whether it can do its work. Anybody may ask, as often as he
 * likes: the servers are asked once for all who ask at about the same time. Belongs to one event
 * loop.
 */
final class HealthEndpoints {
  static final String READY = "/health/ready";

  /** Nanoseconds for which what the servers said is as good as new. */
  private static final long FRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private static final String UP = "UP";
  private static final String DOWN = "DOWN";

  private final Readiness readiness;
  private final LongSupplier nanoClock;
  private Optional<Asked> last = Optional.empty();

  private record Asked(long atNanos, boolean leaving, Future<List<Readiness.Check>> answer) {}

  HealthEndpoints(Readiness readiness) {
    this(readiness, System::nanoTime);
  }

  /** The same with a clock like {@link System#nanoTime}. */
  HealthEndpoints(Readiness readiness, LongSupplier nanoClock) {
    this.readiness = readiness;
    this.nanoClock = nanoClock;
  }

  List<Route> routes() {
    return List.of(Route.open("/health/live", exchange -> live()), Route.open(READY, this::ready));
  }

  private static Future<Reply> live() {
    return Future.succeededFuture(Reply.json(200, JsonText.object("status", UP)));
  }

  /** Whether it is ready is for everybody, since orchestrators ask; why not is for operators. */
  private Future<Reply> ready(Exchange exchange) {
    return checks()
        .map(checks -> {
          boolean up = checks.stream().allMatch(check -> check.up() || !check.required());
          return Reply.json(
              up ? 200 : 503,
              exchange.caller().may(Scope.OPERATE)
                  ? out -> write(out, up, checks)
                  : JsonText.object("status", up ? UP : DOWN));
        });
  }

  /** As of now, or of a moment ago; that this node leaves is never old news. */
  Future<List<Readiness.Check>> checks() {
    long now = nanoClock.getAsLong();
    boolean leaving = readiness.isLeaving();
    Asked asked =
        last.filter(before -> before.leaving() == leaving)
            .filter(before -> !before.answer().isComplete() || now - before.atNanos() < FRESH_NANOS)
            .orElseGet(() -> new Asked(now, leaving, readiness.check()));
    last = Optional.of(asked);
    return asked.answer();
  }

  private static void write(JsonGenerator out, boolean up, List<Readiness.Check> checks)
      throws IOException {
    out.writeStartObject();
    out.writeStringField("status", up ? UP : DOWN);
    out.writeArrayFieldStart("checks");
    for (Readiness.Check check : checks) {
      out.writeStartObject();
      out.writeStringField("name", check.name());
      out.writeStringField("status", check.up() ? UP : DOWN);
      out.writeBooleanField("required", check.required());
      out.writeStringField("state", check.state());
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeEndObject();
  }
}
