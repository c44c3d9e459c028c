package allocation.benchmark;

import static org.awaitility.Awaitility.await;

import allocation.embedded.PostgresDatabase;
import allocation.notify.BuyerNoticeVerticle;
import allocation.readmodel.ReadModelVerticle;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** How far the followers of a database's log have got, read from the outside. */
final class Followers {
  static final String VIEWS = ReadModelVerticle.FOLLOWER;
  static final String PUBLISHER = "publisher";

  /** Those that stand still while Pulsar is away. */
  private static final List<String> OF_PULSAR = List.of(PUBLISHER, "line-allocated");

  private static final Duration DRAIN_LIMIT = Duration.ofMinutes(10);

  private final PostgresDatabase server;
  private final String database;
  private final BooleanSupplier pulsarRuns;

  Followers(PostgresDatabase server, String database, BooleanSupplier pulsarRuns) {
    this.server = server;
    this.database = database;
    this.pulsarRuns = pulsarRuns;
  }

  /** Every follower's name, those of Pulsar included. */
  static List<String> all() {
    return Stream.concat(
            Stream.of(ReadModelVerticle.FOLLOWER, BuyerNoticeVerticle.NAME), OF_PULSAR.stream())
        .toList();
  }

  Connection connect() throws SQLException {
    return server.connect(database);
  }

  /** Waits until every follower that can go on has read the whole log. */
  void untilDone() {
    await("followers")
        .atMost(DRAIN_LIMIT)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> behind() == 0);
  }

  /** Events that followers have yet to read, of all that can go on together. */
  long behind() {
    String who =
        pulsarRuns.getAsBoolean()
            ? ""
            : " WHERE f.name NOT IN ('" + String.join("', '", OF_PULSAR) + "')";
    String query =
        "SELECT coalesce(sum(s.position - f.position), 0) FROM follower f JOIN shard s USING (shard)"
            + who;
    try (Connection sql = connect();
        Statement statement = sql.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      rows.next();
      return rows.getLong(1);
    } catch (SQLException e) {
      throw new IllegalStateException(query, e);
    }
  }
}
