package allocation.http;

import java.util.Optional;

/**
 * The usual settings of a service under test, with short waits; a test changes what it is about.
 */
final class GivenHttp {
  private int port;
  private long answerTimeoutMs = 2_000;
  private int bodyLimitBytes = 64 * 1024;
  private int bodiesLimitBytes = 1024 * 1024;
  private long bodyTimeoutMs = 2_000;
  private int idleSeconds = 10;
  private int retryAfterSeconds = 1;
  private int connections = 100;
  private int places = 100;

  GivenHttp port(int number) {
    port = number;
    return this;
  }

  /** For a command, and for a query. */
  GivenHttp answerTimeoutMs(long ms) {
    answerTimeoutMs = ms;
    return this;
  }

  GivenHttp bodyLimits(int oneBytes, int allBytes) {
    bodyLimitBytes = oneBytes;
    bodiesLimitBytes = allBytes;
    return this;
  }

  GivenHttp bodyTimeoutMs(long ms) {
    bodyTimeoutMs = ms;
    return this;
  }

  GivenHttp idleSeconds(int seconds) {
    idleSeconds = seconds;
    return this;
  }

  GivenHttp retryAfterSeconds(int seconds) {
    retryAfterSeconds = seconds;
    return this;
  }

  GivenHttp connections(int most) {
    connections = most;
    return this;
  }

  /** Requests at once. */
  GivenHttp places(int most) {
    places = most;
    return this;
  }

  Settings settings() {
    return new Settings(
        "127.0.0.1",
        port,
        answerTimeoutMs,
        answerTimeoutMs,
        bodyLimitBytes,
        bodiesLimitBytes,
        bodyTimeoutMs,
        idleSeconds,
        retryAfterSeconds,
        connections,
        places,
        Optional.empty());
  }
}
