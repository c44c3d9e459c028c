package allocation.benchmark;

import java.util.Locale;

/** Numbers as the report shows them: three digits that count. */
final class Numbers {
  private Numbers() {}

  static String of(double value) {
    String format =
        value >= 100 || value == Math.rint(value) ? "%,.0f" : value >= 10 ? "%.1f" : "%.2f";
    return String.format(Locale.ROOT, format, value);
  }
}
