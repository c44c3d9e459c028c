package allocation;

/** The settings of HTTP, some of which have to go together. */
final class HttpConfig {
  private static final int MOST_BODY_BYTES = 1024 * 1024 * 1024;

  /** For the bodies of one event loop, unless set: at the most this … */
  private static final int MOST_BODIES_BYTES = 64 * 1024 * 1024;

  /** … and of all together this part of the heap: a body that grows takes up to twice its size. */
  private static final int PART_OF_HEAP = 4;

  private HttpConfig() {}

  /**
   * The section {@code http}; what does not go together is noted as a fault.
   *
   * @param replyMs milliseconds that a command may take
   * @param viewMs milliseconds that a read waits for its position, and as many for the database
   * @param instances event loops that serve HTTP
   */
  static allocation.http.Settings http(Settings from, int replyMs, int viewMs, int instances) {
    // The wait for the position, the database's time, and the way there and back.
    long queryMs = 2L * viewMs + 500;
    int bodyBytes = from.integer("http.bodyLimitBytes", 2 * 1024 * 1024, 1_024, MOST_BODY_BYTES);
    int bodiesBytes =
        from.integer(
            "http.bodiesLimitBytes",
            Math.max(bodyBytes, bodiesBytes(Runtime.getRuntime().maxMemory(), instances)),
            1_024,
            MOST_BODY_BYTES);
    if (bodiesBytes < bodyBytes) {
      from.fault(
          "http.bodiesLimitBytes",
          "must have room for a body of http.bodyLimitBytes, which are " + bodyBytes,
          String.valueOf(bodiesBytes));
    }
    int longestS = Math.toIntExact(Math.max(replyMs, queryMs) / 1_000);
    int idleS = from.integer("http.idleTimeoutSeconds", 60, 1, 3_600);
    if (idleS <= longestS) {
      from.fault(
          "http.idleTimeoutSeconds",
          "must be longer than a command (http.replyTimeoutMs) and a read"
              + " (twice http.viewTimeoutMs and half a second) may take, which is %d s"
                  .formatted(longestS),
          String.valueOf(idleS));
    }
    // With a fault in either, values that go together: the other faults are to be found as well.
    return new allocation.http.Settings(
        from.text("http.host", "0.0.0.0"),
        from.integer("http.port", 8080, 0, 65_535),
        replyMs,
        queryMs,
        bodyBytes,
        Math.max(bodyBytes, bodiesBytes),
        from.integer("http.bodyTimeoutMs", 10_000, 100, 600_000),
        Math.max(idleS, longestS + 1),
        from.integer("http.retryAfterSeconds", 1, 1, 3_600),
        from.integer("http.connections", 5_000, 1, 1_000_000),
        from.integer("http.requestsAtOnce", 500, 1, 1_000_000),
        TlsConfig.identity(from, "http"));
  }

  /** What the bodies of each event loop may have of a heap. */
  static int bodiesBytes(long heapBytes, int instances) {
    return Math.toIntExact(
        Math.min(MOST_BODIES_BYTES, heapBytes / PART_OF_HEAP / Math.max(1, instances)));
  }
}
