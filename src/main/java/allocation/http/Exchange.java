package allocation.http;

import allocation.access.Caller;
import allocation.domain.Ids;
import allocation.json.BadInput;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * A request that found its route, with its body read to the end.
 *
 * @param caller who sent it; {@link Caller#ANYBODY} where nobody is asked
 */
record Exchange(
    HttpServerRequest request, Route route, Buffer body, String correlationId, Caller caller) {

  /** An id from the path, decoded once; throws {@link BadInput}. */
  <T> T pathId(String name, Function<String, T> make) {
    String id = Percent.segment(name, rawPathParameter(name));
    Ids.fault(id)
        .ifPresent(fault -> {
          throw new BadInput(name, fault);
        });
    return make.apply(id);
  }

  /** As it was sent. */
  String rawPathParameter(String name) {
    return route.rawParameter(name, Objects.requireNonNull(request.path()));
  }

  /** Throws {@link BadInput}. */
  Map<String, String> query() {
    return Percent.query(request.query());
  }

  List<String> headers(CharSequence name) {
    return request.headers().getAll(name);
  }

  boolean hasBody() {
    return body.length() > 0;
  }

  byte[] bodyBytes() {
    return body.getBytes();
  }
}
