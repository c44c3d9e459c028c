package allocation;

import allocation.http.Readiness;
import allocation.postgres.PgInstallation;
import allocation.pulsar.VertxPulsar;
import io.vertx.core.Future;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Asks PostgreSQL with a query, without which nothing can be promised, and Pulsar, without which
 * allocation goes on and the backlog grows.
 */
final class ServerStates implements Readiness {
  private static final long LIMIT_MS = 2_000;

  /** Its state does not count, so nobody waits long for it: who asks may have less patience. */
  private static final long PULSAR_LIMIT_MS = 250;

  private final PgInstallation postgres;
  private final VertxPulsar pulsar;
  private final BooleanSupplier leaving;

  ServerStates(PgInstallation postgres, VertxPulsar pulsar, BooleanSupplier leaving) {
    this.postgres = postgres;
    this.pulsar = pulsar;
    this.leaving = leaving;
  }

  @Override
  public Future<List<Check>> check() {
    Future<Check> database = state("postgresql", true, postgres.ping(LIMIT_MS));
    Future<Check> topics =
        state("pulsar", false, pulsar.reached().timeout(PULSAR_LIMIT_MS, TimeUnit.MILLISECONDS));
    boolean leaves = leaving.getAsBoolean();
    Check node = new Check("node", !leaves, true, leaves ? "leaving" : "serving");
    return Future.all(database, topics)
        .map(both -> List.of(database.result(), topics.result(), node));
  }

  @Override
  public boolean isLeaving() {
    return leaving.getAsBoolean();
  }

  private static Future<Check> state(String name, boolean required, Future<Void> asked) {
    return asked.transform(answer ->
        Future.succeededFuture(
            new Check(
                name,
                answer.succeeded(),
                required,
                answer.succeeded() ? "connected" : "not reachable")));
  }
}
