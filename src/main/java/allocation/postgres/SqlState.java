package allocation.postgres;

import io.vertx.pgclient.PgException;

/** What PostgreSQL means by its error codes; the one place that knows them. */
final class SqlState {
  private SqlState() {}

  /** Another writer was there first: load again, decide again. */
  static boolean isLostRace(Throwable cause) {
    return cause instanceof PgException pg
        && switch (pg.getSqlState()) {
          // commit_lines raises AL001: moved, AL003: settled. 23505 unique, 40001
          // serialization, 40P01 deadlock.
          case "AL001", "AL003", "23505", "40001", "40P01" -> true;
          default -> false;
        };
  }

  /** A new line is not new; the table is the line's partition. */
  static boolean isExistingLine(Throwable cause) {
    return cause instanceof PgException pg
        && pg.getSqlState().equals("23505")
        && String.valueOf(pg.getTable()).startsWith("order_line");
  }

  /** {@code expect_rows} met other rows than were expected. */
  static boolean isOtherRows(Throwable cause) {
    return cause instanceof PgException pg && pg.getSqlState().equals("AL002");
  }

  /** The server had no room or no time for it: the same again may go through later. */
  static boolean isPassing(Throwable cause) {
    return cause instanceof PgException pg
        && (pg.getSqlState().startsWith("53") // out of disk, memory, connections
            || pg.getSqlState().startsWith("57") // cancelled by a time-out, starting, leaving
            || pg.getSqlState().startsWith("58") // I/O
            || pg.getSqlState().equals("55P03") // lock time-out
            || pg.getSqlState().equals("25006")); // read-only: a standby
  }

  /**
   * Whether the server has spoken about this statement. The end of a session (08…, 57P01 and its
   * like, 25P03 and 25P04 for what it let go by in a transaction) is no answer: it may hit between
   * a COMMIT and the word of it.
   */
  static boolean isAnswer(Throwable cause) {
    return cause instanceof PgException pg
        && !pg.getSqlState().startsWith("08")
        && !pg.getSqlState().startsWith("57P")
        && !pg.getSqlState().equals("25P03")
        && !pg.getSqlState().equals("25P04");
  }

  /** The statement came after one that failed: it says nothing by itself. */
  static boolean isConsequence(Throwable cause) {
    return cause instanceof PgException pg && pg.getSqlState().equals("25P02");
  }
}
