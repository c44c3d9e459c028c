package allocation.bus;

import java.util.List;
import java.util.Optional;

/**
 * Questions that came to an entrance at about the same time, which costs one request instead of one
 * for each. Each is answered on its own, and none of them waits for fresher views.
 */
public record QueryGroup(List<Query> queries) implements BusMessage {
  public QueryGroup {
    if (queries.isEmpty()) {
      throw new IllegalArgumentException("a group without questions would have no answer");
    }
    queries = List.copyOf(queries);
  }

  /** The views, in the order of the questions; empty where the read side was busy. */
  public record Views(List<Optional<View>> views) implements BusMessage {
    public Views {
      views = List.copyOf(views);
    }
  }
}
