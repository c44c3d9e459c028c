package allocation.http;

import allocation.json.BadInput;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Decodes the parts of a URL, once, and refuses what is not well-formed UTF-8 under it. */
final class Percent {
  private static final String FAULT = "must be percent-encoded UTF-8";

  private Percent() {}

  /** A path segment: {@code %2F} is a slash, a plus is a plus. Throws {@link BadInput}. */
  static String segment(String name, String raw) {
    return decode(name, raw, false);
  }

  /** Query parameters: a plus is a space, and each name comes once. Throws {@link BadInput}. */
  static Map<String, String> query(@Nullable String raw) {
    Map<String, String> parameters = new LinkedHashMap<>();
    if (raw == null) {
      return parameters;
    }
    for (String pair : raw.split("&", -1)) {
      if (pair.isEmpty()) {
        continue;
      }
      int equals = pair.indexOf('=');
      String name = decode("query", equals < 0 ? pair : pair.substring(0, equals), true);
      String value = equals < 0 ? "" : decode(name, pair.substring(equals + 1), true);
      if (parameters.put(name, value) != null) {
        throw new BadInput(name, "must not appear twice");
      }
    }
    return parameters;
  }

  private static String decode(String name, String raw, boolean plusIsSpace) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(raw.length());
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if (c == '%') {
        if (i + 2 >= raw.length()
            || !HexFormat.isHexDigit(raw.charAt(i + 1))
            || !HexFormat.isHexDigit(raw.charAt(i + 2))) {
          throw new BadInput(name, FAULT);
        }
        bytes.write(HexFormat.fromHexDigits(raw, i + 1, i + 3));
        i += 2;
      } else if (c > 0x20 && c < 0x7F) {
        bytes.write(c == '+' && plusIsSpace ? ' ' : c);
      } else {
        throw new BadInput(name, FAULT);
      }
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes.toByteArray()))
          .toString();
    } catch (CharacterCodingException e) {
      throw new BadInput(name, FAULT);
    }
  }
}
