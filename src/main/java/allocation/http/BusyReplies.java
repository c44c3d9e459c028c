package allocation.http;

import allocation.bus.CommandFailure;
import allocation.json.Problem;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The answer to those for whom there is no place. In a flood no answer is given more often, and
 * what it costs is missing to the others: so it is written once, and only the id is filled in.
 */
final class BusyReplies {
  /** Ends the id and the object, whose last member it is. */
  private static final byte[] END = "\"}".getBytes(StandardCharsets.US_ASCII);

  private static final Problem BUSY = Problem.of(CommandFailure.BUSY);

  private final byte[] beforeId = beforeId(false);
  private final byte[] beforeIdOfOriginal = beforeId(true);
  private final List<Map.Entry<CharSequence, String>> headers;

  BusyReplies(String retryAfterSeconds) {
    headers = List.of(Map.entry(HttpHeaders.RETRY_AFTER, retryAfterSeconds));
  }

  /**
   * @param original whether the route is one of the original's, whose clients read {@code message}
   */
  Reply reply(String correlationId, boolean original) {
    byte[] before = original ? beforeIdOfOriginal : beforeId;
    byte[] id = JsonStringEncoder.getInstance().quoteAsUTF8(correlationId);
    Buffer body =
        Buffer.buffer(before.length + id.length + END.length)
            .appendBytes(before)
            .appendBytes(id)
            .appendBytes(END);
    return new Reply(BUSY.status(), Optional.of(Reply.PROBLEM_JSON), body, headers);
  }

  private static byte[] beforeId(boolean original) {
    String whole = new String(BUSY.json("", original).bytes(), StandardCharsets.US_ASCII);
    return whole.substring(0, whole.length() - END.length).getBytes(StandardCharsets.US_ASCII);
  }
}
