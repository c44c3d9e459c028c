package allocation.cluster;

import allocation.bus.Role;
import java.util.Set;

/**
 * What a node says of itself.
 *
 * @param id of the node in the cluster
 * @param roles what it runs
 * @param leaving it hands over what it has
 */
record Node(String id, Set<Role> roles, boolean leaving) {
  Node {
    roles = Set.copyOf(roles);
  }
}
