package allocation;

import allocation.http.Readiness;
import allocation.postgres.PgInstallation;
import allocation.pulsar.VertxPulsar;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * Asks PostgreSQL with a query, without which nothing can be promised; and those without which
 * allocation goes on, though not all else: Pulsar, and the views' database if it is one of its own.
 */
final class ServerStates implements Readiness {
  private static final long LIMIT_MS = 2_000;

  /** Of those whose state does not count: who asks may have less patience than that is worth. */
  private static final long OPTIONAL_LIMIT_MS = 250;

  private final PgInstallation postgres;
  private final Optional<PgInstallation> views;
  private final VertxPulsar pulsar;
  private final BooleanSupplier leaving;

  /**
   * @param views their database, if it is another one
   */
  ServerStates(
      PgInstallation postgres,
      Optional<PgInstallation> views,
      VertxPulsar pulsar,
      BooleanSupplier leaving) {
    this.postgres = postgres;
    this.views = views;
    this.pulsar = pulsar;
    this.leaving = leaving;
  }

  @Override
  public Future<List<Check>> check() {
    List<Future<Check>> servers = new ArrayList<>();
    servers.add(state("postgresql", true, postgres.ping(LIMIT_MS)));
    servers.add(
        state("pulsar", false, pulsar.reached().timeout(OPTIONAL_LIMIT_MS, TimeUnit.MILLISECONDS)));
    views.ifPresent(
        database -> servers.add(state("views", false, database.ping(OPTIONAL_LIMIT_MS))));
    boolean leaves = leaving.getAsBoolean();
    Check node = new Check("node", !leaves, true, leaves ? "leaving" : "serving");
    return Future.all(servers)
        .map(all -> Stream.concat(all.<Check>list().stream(), Stream.of(node)).toList());
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
