package allocation.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What came back. */
record Response(int status, Map<String, String> headers, Buffer body) {
  private static final JsonMapper MAPPER = new JsonMapper();

  static Response of(HttpResponse<byte[]> response) {
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    response.headers().map().forEach((name, values) -> headers.put(name, String.join(",", values)));
    return new Response(response.statusCode(), headers, Buffer.buffer(response.body()));
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name));
  }

  /** Without parameters; empty when there is no body. */
  String mediaType() {
    return header("content-type")
        .map(type -> type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT))
        .orElse("");
  }

  String text() {
    return body.toString(StandardCharsets.UTF_8);
  }

  JsonNode json() {
    try {
      return MAPPER.readTree(body.getBytes());
    } catch (JsonProcessingException e) {
      throw new AssertionError("not JSON: " + text(), e);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** The last part of the problem's type. */
  String problem() {
    return json().path("type").asText().replace("urn:allocation:problem:", "");
  }

  /** The fields that the problem names. */
  List<String> fields() {
    return json().path("violations").findValuesAsText("field");
  }
}
