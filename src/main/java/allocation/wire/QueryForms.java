package allocation.wire;

import allocation.bus.Query;
import allocation.bus.QueryGroup;
import allocation.bus.View;
import allocation.json.Fields;
import allocation.json.JsonText;
import allocation.json.QueryJson;
import allocation.json.ViewJson;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The forms of questions and of what the views answer. */
final class QueryForms {
  private QueryForms() {}

  static JsonText members(Query query) {
    return out -> write(out, query);
  }

  static Query query(Fields in) {
    Optional<Query> query = in.object("query", QueryJson::read);
    in.finish();
    return query.orElseThrow();
  }

  static JsonText members(QueryGroup group) {
    return out -> {
      out.writeArrayFieldStart("queries");
      for (Query query : group.queries()) {
        QueryJson.of(query).write(out);
      }
      out.writeEndArray();
    };
  }

  static QueryGroup group(Fields in) {
    List<Query> queries = in.list("queries", QueryJson::read);
    in.finish();
    return new QueryGroup(queries);
  }

  static JsonText members(View view) {
    return out -> write(out, view);
  }

  static View view(Fields in) {
    Optional<View> view = in.object("view", ViewJson::read);
    in.finish();
    return view.orElseThrow();
  }

  static JsonText members(QueryGroup.Views views) {
    return out -> {
      out.writeArrayFieldStart("views");
      for (Optional<View> view : views.views()) {
        out.writeStartObject();
        if (view.isPresent()) {
          write(out, view.get());
        }
        out.writeEndObject();
      }
      out.writeEndArray();
    };
  }

  static QueryGroup.Views views(Fields in) {
    List<Optional<View>> views = in.list("views", QueryForms::oneOfMany);
    in.finish();
    return new QueryGroup.Views(views);
  }

  /** An object without a view: the read side was busy. */
  private static Optional<View> oneOfMany(Fields in) {
    return in.has("view") ? Optional.of(view(in)) : Optional.empty();
  }

  private static void write(JsonGenerator out, Query query) throws IOException {
    out.writeFieldName("query");
    QueryJson.of(query).write(out);
  }

  private static void write(JsonGenerator out, View view) throws IOException {
    out.writeFieldName("view");
    ViewJson.typed(view).write(out);
  }
}
