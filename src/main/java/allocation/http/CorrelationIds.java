package allocation.http;

import io.vertx.core.http.HttpHeaders;
import java.util.List;
import java.util.UUID;

/**
 * Gives each request its id: the caller's own, or a new one. An unfit one is replaced and never an
 * error: it helps to read logs, nothing else. Belongs to one event loop.
 */
final class CorrelationIds {
  static final CharSequence HEADER = HttpHeaders.createOptimized("X-Correlation-Id");

  private static final int MAX_CHARACTERS = 100;

  // Unique over processes by the prefix, within this one by the count: a UUID for each costs more.
  private final String prefix;
  private long count;

  CorrelationIds(UUID seed) {
    this.prefix = seed + "-";
  }

  String of(List<String> headers) {
    return headers.size() == 1 && isVisible(headers.getFirst(), MAX_CHARACTERS)
        ? headers.getFirst()
        : next();
  }

  String next() {
    return prefix + Long.toHexString(++count);
  }

  /** 1 to {@code most} characters of visible ASCII: nothing that could forge a line of a log. */
  static boolean isVisible(String text, int most) {
    return !text.isEmpty()
        && text.length() <= most
        && text.chars().allMatch(c -> c > 0x20 && c < 0x7F);
  }
}
