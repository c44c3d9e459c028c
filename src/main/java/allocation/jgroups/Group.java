package allocation.jgroups;

import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * A group of members, and how one of them finds the others.
 *
 * @param name only members of the same name join each other
 * @param seeds addresses at which others may be: {@code host} or {@code host:port}
 * @param dns a name that stands for the addresses of all, instead of {@code seeds}
 * @param host the address at which this one listens
 * @param port at which it listens; with {@code seeds}, where that is taken, one of the next
 * @param silenceSeconds a member that was not heard for so long is taken for dead
 * @param tls both sides of every connection show a certificate, which this one has to trust
 */
public record Group(
    String name,
    List<String> seeds,
    Optional<String> dns,
    String host,
    int port,
    int silenceSeconds,
    Optional<SSLContext> tls) {
  /** Where a seed names no port, members are looked for at so many after {@code port}, too. */
  public static final int SEED_PORTS = 2;

  public Group {
    seeds = List.copyOf(seeds);
    if (seeds.isEmpty() == dns.isEmpty()) {
      throw new IllegalArgumentException("either seeds or dns has to be given");
    }
  }
}
