package allocation.cluster;

import allocation.bus.Role;
import java.util.Set;

/**
 * What a node says of itself.
 *
 * @param id of the node in the cluster
 * @param database the id of the one that it works on; empty when an earlier version did not say
 * @param roles what it runs
 * @param leaving it hands over what it has
 */
record Node(String id, String database, Set<Role> roles, boolean leaving) {
  Node {
    roles = Set.copyOf(roles);
  }

  /** It is of another installation: nothing is to be shared with it. */
  boolean isStrangerTo(String otherDatabase) {
    return !database.isEmpty() && !database.equals(otherDatabase);
  }
}
