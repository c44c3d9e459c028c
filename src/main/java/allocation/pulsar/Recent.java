package allocation.pulsar;

import java.util.LinkedHashSet;

/** The last few message ids that were seen through, so that a reconnect does not repeat them. */
final class Recent {
  private final int size;
  private final LinkedHashSet<String> ids = new LinkedHashSet<>();

  Recent(int size) {
    this.size = size;
  }

  void add(String id) {
    ids.add(id);
    if (ids.size() > size) {
      ids.removeFirst();
    }
  }

  boolean has(String id) {
    return ids.contains(id);
  }
}
