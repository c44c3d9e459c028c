package allocation.jgroups;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import org.jgroups.protocols.Discovery;
import org.jgroups.protocols.FD_ALL3;
import org.jgroups.protocols.FRAG4;
import org.jgroups.protocols.MERGE3;
import org.jgroups.protocols.MFC;
import org.jgroups.protocols.RSVP;
import org.jgroups.protocols.TCP;
import org.jgroups.protocols.TCPPING;
import org.jgroups.protocols.UFC;
import org.jgroups.protocols.UNICAST3;
import org.jgroups.protocols.VERIFY_SUSPECT2;
import org.jgroups.protocols.dns.DNS_PING;
import org.jgroups.protocols.pbcast.GMS;
import org.jgroups.protocols.pbcast.NAKACK2;
import org.jgroups.protocols.pbcast.STABLE;
import org.jgroups.stack.Protocol;
import org.jgroups.util.TLS;
import org.jgroups.util.TLSClientAuth;

/**
 * JGroups as this service wants it, the lowest protocol first: TCP from one address, others found
 * by a list or by DNS and never by multicast, the dead found by their connections or their silence.
 */
final class Protocols {
  /** So many ports are tried after the first one by those who listen. */
  private static final int PORTS = 19;

  /** Members of one machine are looked for at so many ports after the first one. */
  private static final int SEED_PORTS = 2;

  /** Milliseconds that nobody has answered after which a member takes itself for the first. */
  private static final long JOIN_MS = 2_000;

  /** Milliseconds between two heartbeats. */
  private static final long HEARTBEAT_MS = 1_000;

  /** Milliseconds in which who is suspected may say that it lives. */
  private static final long SUSPECT_MS = 1_000;

  /**
   * Milliseconds between two words with which parts of a group find each other; they become one
   * within twice the longest. Members that start at one moment are such parts, too.
   */
  private static final long MERGE_MIN_MS = 500;

  private static final long MERGE_MAX_MS = 2_000;

  /** Milliseconds that a connection, or what a new one says first, may take. */
  private static final int CONNECT_MS = 1_000;

  private Protocols() {}

  /** Throws {@link UnknownHostException} when the group's host has no address. */
  static List<Protocol> of(Group group) throws UnknownHostException {
    List<Protocol> protocols = new ArrayList<>();
    protocols.add(transport(group));
    protocols.add(discovery(group));
    protocols.add(new MERGE3().setMinInterval(MERGE_MIN_MS).setMaxInterval(MERGE_MAX_MS));
    protocols.add(
        new FD_ALL3()
            .setTimeout(TimeUnit.SECONDS.toMillis(group.silenceSeconds()))
            .setInterval(HEARTBEAT_MS));
    protocols.add(new VERIFY_SUSPECT2().setTimeout(SUSPECT_MS));
    protocols.add(new NAKACK2().useMcastXmit(false));
    protocols.add(new UNICAST3());
    protocols.add(new STABLE());
    protocols.add(new GMS().setJoinTimeout(JOIN_MS).printLocalAddress(false));
    protocols.add(new UFC());
    protocols.add(new MFC());
    protocols.add(new FRAG4());
    // Who does not answer is waited for until it is found dead; it gets the message all the same.
    protocols.add(new RSVP().throwExceptionOnTimeout(false).ackOnDelivery(true));
    return protocols;
  }

  private static TCP transport(Group group) throws UnknownHostException {
    TCP tcp = new TCP();
    tcp.setBindAddress(InetAddress.getByName(group.host()));
    tcp.setBindPort(group.port());
    // At a name of many addresses every member is looked for at the one port.
    tcp.setPortRange(group.dns().isPresent() ? 0 : PORTS);
    tcp.setValue("sock_conn_timeout", CONNECT_MS);
    tcp.setValue("peer_addr_read_timeout", CONNECT_MS);
    tcp.setValue("tcp_nodelay", true);
    // Who is killed is known by its connections a moment later.
    tcp.setValue("enable_suspect_events", true);
    // A stack trace for each stranger would be theirs to fill a disk with.
    tcp.setValue("log_details", false);
    group.tls().ifPresent(context -> tcp.tls(mutual(context)));
    return tcp;
  }

  private static TLS mutual(SSLContext context) {
    return new TLS()
        .enabled(true)
        .setSSLContext(context)
        .setProtocols(new String[] {"TLSv1.3", "TLSv1.2"})
        .setClientAuth(TLSClientAuth.NEED);
  }

  private static Discovery discovery(Group group) {
    if (group.dns().isPresent()) {
      DNS_PING ping = new DNS_PING();
      ping.setValue("dns_query", group.dns().get());
      return ping;
    }
    TCPPING ping = new TCPPING();
    ping.setValue(
        "initial_hosts_str",
        group.seeds().stream()
            .map(seed -> jgroups(seed, group.port()))
            .collect(Collectors.joining(",")));
    return ping.setPortRange(SEED_PORTS);
  }

  /** {@code host:port} as JGroups has it. */
  private static String jgroups(String seed, int defaultPort) {
    int colon = seed.lastIndexOf(':');
    return colon < 0
        ? seed + '[' + defaultPort + ']'
        : seed.substring(0, colon) + '[' + seed.substring(colon + 1) + ']';
  }
}
