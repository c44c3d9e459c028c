package allocation.wire;

import allocation.bus.Query;
import allocation.bus.View;

/**
 * A request to {@code allocation.public.queries} and its reply: {@code {"v": 1, "query": {…}}} and
 * {@code {"v": 1, "view": {…}}}.
 */
public final class PublicQuery {
  private PublicQuery() {}

  public static String text(Query query) {
    return PublicJson.text(QueryForms.members(query));
  }

  /** Throws {@link allocation.json.BadInput} with all that is wrong. */
  public static Query read(String text) {
    return PublicJson.request(text, QueryForms::query);
  }

  public static String text(View view) {
    return PublicJson.text(QueryForms.members(view));
  }

  /** Throws a {@link RuntimeException} on what is none. */
  public static View readView(String text) {
    return PublicJson.told(text, QueryForms::view);
  }
}
