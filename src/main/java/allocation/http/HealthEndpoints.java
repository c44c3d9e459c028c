package allocation.http;

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
        Route.get("/health/live", exchange -> live()),
        Route.get("/health/ready", exchange -> ready()));
  }

  private static Future<Reply> live() {
    return Future.succeededFuture(Reply.json(200, JsonText.object("status", UP)));
  }

  private Future<Reply> ready() {
    return readiness
        .check()
        .map(checks -> {
          boolean up = checks.stream().allMatch(check -> check.up() || !check.required());
          return Reply.json(up ? 200 : 503, out -> write(out, up, checks));
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
