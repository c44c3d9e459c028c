package allocation.given;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What the fuzzer starts from: good input, and input that has broken other decoders. */
public final class Seeds {
  private static final List<String> NASTY_VALUES =
      List.of(
          "null",
          "true",
          "[]",
          "{}",
          "\"\"",
          "0",
          "-0",
          "-1",
          "1.0",
          "1e2",
          "1e400",
          "-1e-400",
          "1e2147483648",
          "2147483648",
          "9223372036854775808",
          "1" + "0".repeat(1_500),
          "0." + "1".repeat(1_500),
          "NaN",
          "\"\\u0000\"",
          "\"\\ud800\"",
          "\"\\udc00\\ud800\"",
          "\"\uFEFF\u202E\u0085\"",
          "\"\\ud83e\\ude91\"",
          "\"0000-00-00\"",
          "\"9999-12-31\"",
          "\"" + "x".repeat(101) + "\"",
          "{\"a\":1,\"a\":2}",
          "{\"\\ud800\":1}",
          "[".repeat(1_001),
          "[".repeat(900) + "]".repeat(900),
          "{\"a\":".repeat(1_001));

  private static final List<String> NASTY_TEXTS =
      List.of(
          "",
          " ",
          "\u0000",
          "\r\n",
          "%",
          "%00",
          "%2F",
          "%ZZ",
          "%C0%AF",
          "%ED%A0%80",
          "%F0%9F%AA%91",
          "+",
          "&",
          "=",
          "&&=&=",
          "a=1&a=2",
          "\uFEFF",
          "\u0085",
          ",",
          ":",
          ";",
          ";q=",
          "9".repeat(400),
          "-".repeat(400),
          "x".repeat(10_000));

  private static final Pattern FIELD =
      Pattern.compile("\"[A-Za-z]+\":(\"[^\"]*\"|-?[0-9]+|null|true)");
  private static final int STEP = 13;

  private Seeds() {}

  /** Good JSON, JSON in which one value is nasty, and what is hardly JSON. */
  public static Stream<byte[]> json(String... good) {
    List<byte[]> all = new ArrayList<>();
    for (String text : good) {
      all.add(text.getBytes(UTF_8));
      all.add(text.getBytes(UTF_16));
      all.add(text.substring(0, text.length() / 2).getBytes(UTF_8));
      all.add((text + text).getBytes(UTF_8));
      all.add((text + "\u0000").getBytes(UTF_8));
      all.add(("\uFEFF" + text).getBytes(UTF_8));
      all.add(text.replaceFirst("\\{", "{\"more\":1,").getBytes(UTF_8));
      all.add(text.replaceFirst("\"([^\"]*)\":", "\"$1\":1,\"$1\":").getBytes(UTF_8));
      // As bytes: the first half of a character, and half of a surrogate pair.
      all.add(text.replaceFirst(":\"", ":\"\u00C3").getBytes(ISO_8859_1));
      all.add(text.replaceFirst(":\"", ":\"\u00ED\u00A0\u0080").getBytes(ISO_8859_1));
      nastyFields(text).forEach(nasty -> all.add(nasty.getBytes(UTF_8)));
    }
    NASTY_VALUES.forEach(value -> all.add(value.getBytes(UTF_8)));
    all.add("[".repeat(100_000).getBytes(UTF_8));
    all.add("{\"a\":".repeat(100_000).getBytes(UTF_8));
    return all.stream();
  }

  private static List<String> nastyFields(String text) {
    List<String> all = new ArrayList<>();
    for (MatchResult field : FIELD.matcher(text).results().toList()) {
      // Enough, and not too many: two or three of them at each place.
      for (int i = all.size() % STEP; i < NASTY_VALUES.size(); i += STEP) {
        all.add(
            text.substring(0, field.start(1)) + NASTY_VALUES.get(i) + text.substring(field.end(1)));
      }
    }
    return all;
  }

  /** Good text, its halves and doubles, and what stands for something else elsewhere. */
  public static Stream<byte[]> text(String... good) {
    List<byte[]> all = new ArrayList<>();
    for (String text : good) {
      all.add(text.getBytes(UTF_8));
      all.add(text.substring(0, text.length() / 2).getBytes(UTF_8));
      all.add((text + text).getBytes(UTF_8));
      all.add((text + "\u0000").getBytes(UTF_8));
    }
    NASTY_TEXTS.forEach(text -> all.add(text.getBytes(UTF_8)));
    return all.stream();
  }
}
