package allocation.http;

import allocation.access.Scope;
import allocation.json.JsonText;
import com.fasterxml.jackson.core.JsonGenerator;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.List;

/** Whether this process lives, and whether it can do its work. */
final class HealthEndpoints {
  private static final String UP = "UP";
  private static final String DOWN = "DOWN";

  private final Readiness readiness;

  HealthEndpoints(Readiness readiness) {
    this.readiness = readiness;
  }

  List<Route> routes() {
    return List.of(
        Route.open("/health/live", exchange -> live()), Route.open("/health/ready", this::ready));
  }

  private static Future<Reply> live() {
    return Future.succeededFuture(Reply.json(200, JsonText.object("status", UP)));
  }

  /** Whether it is ready is for everybody, since orchestrators ask; why not is for operators. */
  private Future<Reply> ready(Exchange exchange) {
    return readiness
        .check()
        .map(checks -> {
          boolean up = checks.stream().allMatch(check -> check.up() || !check.required());
          return Reply.json(
              up ? 200 : 503,
              exchange.caller().may(Scope.OPERATE)
                  ? out -> write(out, up, checks)
                  : JsonText.object("status", up ? UP : DOWN));
        });
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
