package allocation.postgres;

import allocation.bus.Shards;
import allocation.domain.Arrival;
import allocation.domain.OrderLine;
import allocation.domain.Sku;
import allocation.handler.Effects;
import allocation.handler.Effects.BatchChange;
import allocation.handler.Effects.Move;
import allocation.handler.Effects.NewBatch;
import allocation.handler.LineKey;
import allocation.handler.StoredAnswer;
import allocation.json.OutcomeJson;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The statements of a unit of work: each table once, each row once, sent at once. Where rows have
 * to be there already the server counts them, since nobody here waits to look.
 */
final class LedgerWrites {
  private static final String INSERT_REFS =
      "INSERT INTO batch_ref (ref, sku) SELECT * FROM unnest($1::text[], $2::text[])";

  private static final String INSERT_BATCHES =
      """
      INSERT INTO batch (shard, sku, ref, purchased, allocated, eta, created_quantity, created_eta,
                         position)
      SELECT * FROM unnest($1::int[], $2::text[], $3::text[], $4::int[], $5::int[], $6::date[],
                           $7::int[], $8::date[], $9::bigint[])
      """;

  /** Adds, never sets: what another statement did to the row before stays in it. */
  private static final String CHANGE_BATCHES =
      """
      WITH changed AS (
        UPDATE batch b
        SET purchased = b.purchased + change.purchased_by,
            allocated = b.allocated + change.allocated_by,
            eta = CASE WHEN change.arrival_changed THEN change.eta ELSE b.eta END
        FROM unnest($1::int[], $2::text[], $3::text[], $4::int[], $5::int[], $6::boolean[],
                    $7::date[])
          AS change (shard, sku, ref, purchased_by, allocated_by, arrival_changed, eta)
        WHERE b.shard = change.shard AND b.sku = change.sku COLLATE "C"
          AND b.ref = change.ref COLLATE "C"
        RETURNING 1)
      SELECT expect_rows('change of batches', cardinality($1::int[]), count(*)) FROM changed
      """;

  private static final String DELETE_LINES =
      """
      WITH gone AS (
        DELETE FROM order_line l
        USING unnest($1::int[], $2::text[], $3::text[]) AS line (shard, order_id, sku)
        WHERE l.shard = line.shard AND l.order_id = line.order_id COLLATE "C"
          AND l.sku = line.sku COLLATE "C"
        RETURNING 1)
      SELECT expect_rows('deallocation of lines', cardinality($1::int[]), count(*)) FROM gone
      """;

  private static final String CHANGE_LINES =
      """
      WITH changed AS (
        UPDATE order_line l
        SET quantity = line.quantity, batch_ref = line.batch_ref, position = line.position
        FROM unnest($1::int[], $2::text[], $3::text[], $4::int[], $5::text[], $6::bigint[])
          AS line (shard, order_id, sku, quantity, batch_ref, position)
        WHERE l.shard = line.shard AND l.order_id = line.order_id COLLATE "C"
          AND l.sku = line.sku COLLATE "C"
        RETURNING 1)
      SELECT expect_rows('change of lines', cardinality($1::int[]), count(*)) FROM changed
      """;

  private static final String INSERT_LINES =
      """
      INSERT INTO order_line (shard, order_id, sku, quantity, batch_ref, position)
      SELECT * FROM unnest($1::int[], $2::text[], $3::text[], $4::int[], $5::text[], $6::bigint[])
      """;

  private static final String BEGIN_SHORTAGES =
      "INSERT INTO shortage (shard, sku) SELECT * FROM unnest($1::int[], $2::text[])";

  private static final String END_SHORTAGES =
      """
      DELETE FROM shortage s
      USING unnest($1::int[], $2::text[]) AS ended (shard, sku)
      WHERE s.shard = ended.shard AND s.sku = ended.sku COLLATE "C"
      """;

  private static final String INSERT_ANSWERS =
      """
      INSERT INTO command_answer (shard, scope, id, fingerprint, outcome, unit_id, at)
      SELECT shard, scope, id, fingerprint, outcome, $6, $7
      FROM unnest($1::int[], $2::text[], $3::text[], $4::text[], $5::text[])
        AS answer (shard, scope, id, fingerprint, outcome)
      """;

  private static final String MOVE_SHARDS =
      """
      UPDATE shard s SET position = move.position
      FROM unnest($1::int[], $2::bigint[]) AS move (shard, position)
      WHERE s.shard = move.shard
      """;

  private static final String COMMIT_LINES =
      """
      SELECT commit_lines($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
                          $18, $19, $20)
      """;

  private final Shards shards;

  LedgerWrites(Shards shards) {
    this.shards = shards;
  }

  /**
   * A whole transaction in one statement, for effects that are {@link Effects#isNewLinesOnly}: what
   * a statement costs by itself, eight times over, is most of what a small unit costs.
   *
   * @param behind the unit that this session was sent before, and that has to be written for this
   *     one to be; null: it depends on none
   */
  Future<Void> commitLines(SqlConnection sql, @Nullable String behind, Effects effects) {
    List<BatchChange> changes = effects.changedBatches();
    List<OrderLine> lines = effects.newLines();
    List<PgEventLog.Run> runs = PgEventLog.runs(effects.events());
    return sql.preparedQuery(COMMIT_LINES)
        .execute(
            Columns.row(
                effects.unitId(),
                behind,
                effects.at().atOffset(ZoneOffset.UTC),
                effects.shards().keySet().toArray(Integer[]::new),
                Columns.longs(effects.shards().values(), Move::from),
                Columns.longs(effects.shards().values(), Move::to),
                Columns.ints(changes, change -> shards.of(change.sku())),
                Columns.texts(changes, change -> change.sku().value()),
                Columns.texts(changes, change -> change.ref().value()),
                Columns.ints(changes, BatchChange::allocatedBy),
                Columns.ints(lines, line -> shards.of(line.sku())),
                Columns.texts(lines, line -> line.orderId().value()),
                Columns.texts(lines, line -> line.sku().value()),
                Columns.ints(lines, OrderLine::quantity),
                Columns.texts(lines, line -> line.batchRef().value()),
                Columns.longs(lines, OrderLine::position),
                Columns.ints(runs, PgEventLog.Run::shard),
                Columns.longs(runs, PgEventLog.Run::first),
                Columns.longs(runs, PgEventLog.Run::last),
                Columns.texts(runs, PgEventLog.Run::data)))
        .mapEmpty();
  }

  /** Sends all of it; the caller has the shards locked and compared. */
  List<Future<?>> write(SqlConnection sql, Effects effects) {
    List<Future<?>> sent = new ArrayList<>();
    if (!effects.newBatches().isEmpty()) {
      sent.add(insertRefs(sql, effects.newBatches()));
      sent.add(insertBatches(sql, effects.newBatches()));
    }
    if (!effects.changedBatches().isEmpty()) {
      sent.add(changeBatches(sql, effects.changedBatches()));
    }
    if (!effects.goneLines().isEmpty()) {
      sent.add(deleteLines(sql, effects.goneLines()));
    }
    if (!effects.changedLines().isEmpty()) {
      sent.add(sql.preparedQuery(CHANGE_LINES).execute(lines(effects.changedLines())));
    }
    if (!effects.newLines().isEmpty()) {
      sent.add(sql.preparedQuery(INSERT_LINES).execute(lines(effects.newLines())));
    }
    if (!effects.shortagesBegun().isEmpty()) {
      sent.add(sql.preparedQuery(BEGIN_SHORTAGES).execute(skus(effects.shortagesBegun())));
    }
    if (!effects.shortagesEnded().isEmpty()) {
      sent.add(sql.preparedQuery(END_SHORTAGES).execute(skus(effects.shortagesEnded())));
    }
    if (!effects.answers().isEmpty()) {
      sent.add(insertAnswers(sql, effects));
    }
    if (!effects.events().isEmpty()) {
      sent.add(PgEventLog.append(sql, effects.events()));
      sent.add(moveShards(sql, effects));
    }
    return sent;
  }

  private static Future<?> insertRefs(SqlConnection sql, List<NewBatch> batches) {
    // In key order: two units in different shards may want the same refs.
    List<NewBatch> byRef =
        batches.stream().sorted((a, b) -> a.batch().ref().compareTo(b.batch().ref())).toList();
    return sql.preparedQuery(INSERT_REFS)
        .execute(
            Columns.row(
                Columns.texts(byRef, made -> made.batch().ref().value()),
                Columns.texts(byRef, made -> made.sku().value())));
  }

  private Future<?> insertBatches(SqlConnection sql, List<NewBatch> batches) {
    return sql.preparedQuery(INSERT_BATCHES)
        .execute(
            Columns.row(
                Columns.ints(batches, made -> shards.of(made.sku())),
                Columns.texts(batches, made -> made.sku().value()),
                Columns.texts(batches, made -> made.batch().ref().value()),
                Columns.ints(batches, made -> made.batch().purchased()),
                Columns.ints(batches, made -> made.batch().allocated()),
                Columns.dates(batches, made -> Columns.eta(made.batch().arrival())),
                Columns.ints(batches, made -> made.batch().created().quantity()),
                Columns.dates(batches, made -> Columns.eta(made.batch().created().arrival())),
                Columns.longs(batches, NewBatch::position)));
  }

  private Future<?> changeBatches(SqlConnection sql, List<BatchChange> changes) {
    return sql.preparedQuery(CHANGE_BATCHES)
        .execute(
            Columns.row(
                Columns.ints(changes, change -> shards.of(change.sku())),
                Columns.texts(changes, change -> change.sku().value()),
                Columns.texts(changes, change -> change.ref().value()),
                Columns.ints(changes, BatchChange::purchasedBy),
                Columns.ints(changes, BatchChange::allocatedBy),
                changes.stream()
                    .map(change -> change.arrival().isPresent())
                    .toArray(Boolean[]::new),
                Columns.dates(
                    changes, change -> change.arrival().flatMap(Arrival::eta).orElse(null))));
  }

  private Future<?> deleteLines(SqlConnection sql, List<LineKey> gone) {
    return sql.preparedQuery(DELETE_LINES)
        .execute(
            Columns.row(
                Columns.ints(gone, key -> shards.of(key.sku())),
                Columns.texts(gone, key -> key.orderId().value()),
                Columns.texts(gone, key -> key.sku().value())));
  }

  private Tuple lines(List<OrderLine> lines) {
    return Columns.row(
        Columns.ints(lines, line -> shards.of(line.sku())),
        Columns.texts(lines, line -> line.orderId().value()),
        Columns.texts(lines, line -> line.sku().value()),
        Columns.ints(lines, OrderLine::quantity),
        Columns.texts(lines, line -> line.batchRef().value()),
        Columns.longs(lines, OrderLine::position));
  }

  private Tuple skus(List<Sku> skus) {
    return Columns.row(Columns.ints(skus, shards::of), Columns.texts(skus, Sku::value));
  }

  private Future<?> insertAnswers(SqlConnection sql, Effects effects) {
    // In key order: two units in different shards may have been given the same keys.
    List<StoredAnswer> answers =
        effects.answers().stream()
            .sorted(
                Comparator.comparing((StoredAnswer answer) -> answer.key().scope())
                    .thenComparing(answer -> answer.key().id()))
            .toList();
    return sql.preparedQuery(INSERT_ANSWERS)
        .execute(
            Columns.row(
                Columns.ints(answers, StoredAnswer::shard),
                Columns.texts(answers, answer -> answer.key().scope()),
                Columns.texts(answers, answer -> answer.key().id()),
                Columns.texts(answers, StoredAnswer::fingerprint),
                Columns.texts(answers, answer -> OutcomeJson.write(answer.outcome())),
                effects.unitId(),
                effects.at().atOffset(ZoneOffset.UTC)));
  }

  private static Future<?> moveShards(SqlConnection sql, Effects effects) {
    return sql.preparedQuery(MOVE_SHARDS)
        .execute(
            Columns.row(
                effects.shards().keySet().toArray(Integer[]::new),
                Columns.longs(effects.shards().values(), Move::to)));
  }
}
