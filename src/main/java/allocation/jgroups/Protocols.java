package allocation.jgroups;

import io.vertx.core.net.HostAndPort;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import org.jgroups.protocols.Discovery;
import org.jgroups.protocols.FD_ALL3;
import org.jgroups.protocols.FRAG4;
import org.jgroups.protocols.MERGE3;
import org.jgroups.protocols.MFC;
import org.jgroups.protocols.PerDestinationBundler;
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
import org.jgroups.stack.LargestWinningPolicy;
import org.jgroups.stack.Protocol;
import org.jgroups.util.TLSClientAuth;

/**
 * JGroups as this service wants it, the lowest protocol first: TCP from one address, others found
 * by a list or by DNS and never by multicast, the dead found by their connections or their silence.
 */
final class Protocols {
  /** So many ports are tried after the first one by those who listen. */
  private static final int PORTS = 19;

  /** Milliseconds that nobody has answered after which a member takes itself for the first. */
  private static final long JOIN_MS = 2_000;

  /** Milliseconds between two heartbeats. */
  private static final long HEARTBEAT_MS = 1_000;

  /** Milliseconds in which who is suspected may say that it lives. */
  private static final long SUSPECT_MS = 1_000;

  /** Milliseconds more than the silence after which the dead are no longer waited for. */
  private static final long REMOVAL_MS = 3_000;

  /**
   * Milliseconds between two words with which parts of a group find each other. Members that start
   * at one moment are such parts, too.
   */
  private static final long MERGE_MIN_MS = 500;

  private static final long MERGE_MAX_MS = 2_000;

  /** Milliseconds that a connection, its handshake, or what a new one says first may take. */
  private static final int CONNECT_MS = 1_000;

  /** Addresses of members that were there once, at which they are looked for as well. */
  private static final int REMEMBERED = 50;

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
    GMS views = new GMS().setJoinTimeout(JOIN_MS).printLocalAddress(false);
    // The order of the larger part holds, and who was alone for a while comes after it.
    views.setMembershipChangePolicy(new LargestWinningPolicy());
    protocols.add(views);
    protocols.add(new UFC());
    protocols.add(new MFC());
    protocols.add(new FRAG4());
    // Who does not answer is waited for until it is found dead; it gets the message all the same.
    protocols.add(
        new RSVP()
            .setTimeout(TimeUnit.SECONDS.toMillis(group.silenceSeconds()) + REMOVAL_MS)
            .throwExceptionOnTimeout(false)
            .ackOnDelivery(true));
    return protocols;
  }

  private static TCP transport(Group group) throws UnknownHostException {
    TCP tcp = new TCP();
    tcp.setBindAddress(InetAddress.getByName(group.host()));
    tcp.setBindPort(group.port());
    // At a name of many addresses every member is looked for at the one port.
    tcp.setPortRange(group.dns().isPresent() ? 0 : PORTS);
    // Else one that cannot be reached would hold up what is for all others.
    PerDestinationBundler bundler = new PerDestinationBundler();
    bundler.useSingleSenderThread(false);
    tcp.setBundler(bundler);
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

  private static Handshakes mutual(SSLContext context) {
    Handshakes tls = new Handshakes();
    tls.enabled(true)
        .setSSLContext(context)
        .setProtocols(new String[] {"TLSv1.3", "TLSv1.2"})
        .setClientAuth(TLSClientAuth.NEED);
    return tls;
  }

  private static Discovery discovery(Group group) {
    Discovery ping = group.dns().<Discovery>map(Protocols::byName).orElseGet(() -> byList(group));
    // Who knows the address of one member is told those of all, and they are told his.
    ping.returnEntireCache(true).sendCacheOnJoin(true);
    // Names are looked up, and hosts that are away are tried, on threads that may wait.
    return ping.asyncDiscovery(true).asyncDiscoveryUseSeparateThread(true);
  }

  private static DNS_PING byName(String name) {
    DNS_PING ping = new DNS_PING();
    ping.setValue("dns_query", name);
    return ping;
  }

  private static TCPPING byList(Group group) {
    TCPPING ping = new TCPPING();
    ping.setValue(
        "initial_hosts_str",
        group.seeds().stream()
            .flatMap(seed -> places(seed, group.port()).stream())
            .collect(Collectors.joining(",")));
    ping.setValue("max_dynamic_hosts", REMEMBERED);
    return ping.setPortRange(0);
  }

  /** As JGroups writes them: a seed without a port stands for the first few. */
  private static List<String> places(String seed, int defaultPort) {
    HostAndPort place = HostAndPort.parseAuthority(seed, -1);
    if (place == null) {
      throw new IllegalArgumentException("%s is no host or host:port".formatted(seed));
    }
    String host = place.host().replaceAll("[\\[\\]]", "");
    return place.port() >= 0
        ? List.of("%s[%d]".formatted(host, place.port()))
        : IntStream.rangeClosed(defaultPort, defaultPort + Group.SEED_PORTS)
            .mapToObj(port -> "%s[%d]".formatted(host, port))
            .toList();
  }
}
