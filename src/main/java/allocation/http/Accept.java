package allocation.http;

import java.util.List;
import java.util.Locale;

/** Reads the header Accept as far as one choice needs it: a page or JSON. */
final class Accept {
  private Accept() {}

  /** Whether HTML is wanted more than JSON; both the same, or no header, is a program. */
  static boolean prefersHtml(List<String> headers) {
    String accept = String.join(",", headers).toLowerCase(Locale.ROOT);
    return weight(accept, "text", "html") > weight(accept, "application", "json");
  }

  private static double weight(String accept, String type, String subtype) {
    double weight = 0;
    int best = 0;
    for (String range : accept.split(",", -1)) {
      String[] parts = range.split(";", -1);
      int precision = precision(parts[0].strip(), type, subtype);
      if (precision > best) {
        best = precision;
        weight = quality(parts);
      }
    }
    return weight;
  }

  /** 3 for the very type, 2 and 1 for the wildcards, 0 for something else. */
  private static int precision(String range, String type, String subtype) {
    if (range.equals(type + "/" + subtype)) {
      return 3;
    }
    if (range.equals(type + "/*")) {
      return 2;
    }
    return range.equals("*/*") ? 1 : 0;
  }

  private static double quality(String[] parts) {
    for (String part : parts) {
      String parameter = part.strip();
      if (parameter.startsWith("q=")) {
        // A caller that writes nonsense here wants nothing in particular.
        return parameter.matches("q=(0(\\.\\d{0,3})?|1(\\.0{0,3})?)")
            ? Double.parseDouble(parameter.substring(2))
            : 0;
      }
    }
    return 1;
  }
}
