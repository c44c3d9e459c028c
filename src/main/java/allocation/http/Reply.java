package allocation.http;

import allocation.json.JsonText;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a request is answered with. */
record Reply(
    int status,
    Optional<CharSequence> contentType,
    Buffer body,
    List<Map.Entry<CharSequence, String>> headers) {
  static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
  static final CharSequence PROBLEM_JSON = HttpHeaders.createOptimized("application/problem+json");

  private static final Buffer NOTHING = Buffer.buffer();

  Reply {
    headers = List.copyOf(headers);
  }

  static Reply json(int status, JsonText json) {
    return of(status, JSON, json.bytes());
  }

  static Reply of(int status, CharSequence contentType, byte[] body) {
    return new Reply(status, Optional.of(contentType), Buffer.buffer(body), List.of());
  }

  static Reply empty(int status) {
    return new Reply(status, Optional.empty(), NOTHING, List.of());
  }

  Reply with(CharSequence header, String value) {
    List<Map.Entry<CharSequence, String>> more = new ArrayList<>(headers);
    more.add(Map.entry(header, value));
    return new Reply(status, contentType, body, more);
  }
}
