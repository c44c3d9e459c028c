package allocation.benchmark;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.BitSet;

/**
 * Which numbered order lines the service said to have allocated, to be compared with what is
 * stored. Line {@code n} is of order {@code order-n}.
 */
final class Answers {
  private static final String ORDER = "order-";
  private static final int ROWS_AT_A_TIME = 10_000;

  private final BitSet allocated = new BitSet();

  static String order(long line) {
    return ORDER + line;
  }

  void allocated(long line) {
    allocated.set(Math.toIntExact(line));
  }

  long count() {
    return allocated.cardinality();
  }

  /**
   * Says what is stored otherwise than it was answered, in words; fails when anything is. Counts
   * every line, and every batch's sum.
   */
  String check(Connection database) throws SQLException {
    BitSet stored = new BitSet();
    database.setAutoCommit(false);
    try (Statement statement = database.createStatement()) {
      statement.setFetchSize(ROWS_AT_A_TIME);
      try (ResultSet rows =
          statement.executeQuery(
              "SELECT order_id FROM order_line WHERE order_id LIKE '" + ORDER + "%'")) {
        while (rows.next()) {
          stored.set(Integer.parseInt(rows.getString(1).substring(ORDER.length())));
        }
      }
      try (ResultSet wrong =
          statement.executeQuery(
              """
              SELECT count(*) FROM batch b
              LEFT JOIN (SELECT shard, batch_ref, sum(quantity) AS quantity FROM order_line
                         GROUP BY shard, batch_ref) l
                ON l.shard = b.shard AND l.batch_ref = b.ref
              WHERE b.allocated <> coalesce(l.quantity, 0)
              """)) {
        wrong.next();
        if (wrong.getLong(1) != 0) {
          throw new IllegalStateException(wrong.getLong(1) + " batches do not add up");
        }
      }
    }
    if (!stored.equals(allocated)) {
      BitSet lost = (BitSet) allocated.clone();
      lost.andNot(stored);
      BitSet unsaid = (BitSet) stored.clone();
      unsaid.andNot(allocated);
      throw new IllegalStateException(
          "%d lines were answered and are not stored, %d are stored and were not answered"
              .formatted(lost.cardinality(), unsaid.cardinality()));
    }
    return "every one of %,d answered lines is stored, no other is, and every batch adds up"
        .formatted(count());
  }
}
