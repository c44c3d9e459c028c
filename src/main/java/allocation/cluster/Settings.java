package allocation.cluster;

import allocation.jgroups.Group;
import allocation.tls.MutualTls;
import java.util.List;
import java.util.Optional;

/**
 * How this node finds the others, and they it.
 *
 * @param name only nodes of the same name join each other
 * @param members addresses at which others may be: {@code host} or {@code host:port}
 * @param dns a name that stands for the addresses of all nodes, instead of {@code members}
 * @param host the address at which others reach this node; empty: that of the machine's name
 * @param port of the membership; where it is taken, the next that is free unless {@code dns} is set
 * @param busPort of the event bus; 0 for any that is free
 * @param silenceSeconds a node that was not heard for so long is taken for dead
 * @param tls with which nodes know each other; without it, plain TCP
 */
public record Settings(
    String name,
    List<String> members,
    Optional<String> dns,
    Optional<String> host,
    int port,
    int busPort,
    int silenceSeconds,
    Optional<MutualTls> tls) {
  /** Where no port is named, nodes are looked for at so many after {@code port}, too. */
  public static final int LOOKED_AT_PORTS = Group.SEED_PORTS;

  public Settings {
    members = List.copyOf(members);
    if (members.isEmpty() == dns.isEmpty()) {
      throw new IllegalArgumentException("either members or dns has to be given");
    }
  }
}
