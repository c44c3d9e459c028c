package allocation.cluster;

import allocation.bus.CurrentPlacement;
import allocation.bus.Placement;
import allocation.bus.Role;
import allocation.bus.Shards;
import allocation.jgroups.Group;
import allocation.jgroups.JGroupsClusterManager;
import allocation.tls.MutualTls;
import allocation.tls.Unusable;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.http.ClientAuth;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** This node in its cluster: joins, takes its share of the shards, leaves. */
public final class ClusterNode {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterNode.class);

  private static final long PING_MS = 2_000;

  private final Vertx vertx;
  private final JGroupsClusterManager group;
  private final CurrentPlacement placement;
  private @Nullable PlacementVerticle placing;

  private ClusterNode(Vertx vertx, JGroupsClusterManager group) {
    this.vertx = vertx;
    this.group = group;
    String self = group.getNodeId();
    this.placement = new CurrentPlacement(new Placement(self, Set.of(self), Map.of()));
  }

  /** Makes a Vert.x that is a member; fails when it cannot bind its addresses. */
  public static Future<ClusterNode> join(
      VertxBuilder builder, VertxOptions options, Settings settings) {
    String host = settings.host().orElseGet(ClusterNode::ownAddress);
    int silenceMs = Math.toIntExact(TimeUnit.SECONDS.toMillis(settings.silenceSeconds()));
    EventBusOptions bus =
        new EventBusOptions()
            .setHost(host)
            .setPort(settings.busPort())
            // A connection to a node that is gone without a word is closed as soon as the node is,
            // and one that was just being made is given up.
            .setConnectTimeout(silenceMs)
            .setClusterPingInterval(PING_MS)
            .setClusterPingReplyInterval(silenceMs);
    JGroupsClusterManager group;
    try {
      settings.tls().ifPresent(tls -> secure(bus, tls));
      group = new JGroupsClusterManager(group(settings, host));
    } catch (Unusable e) {
      return Future.failedFuture(e);
    }
    return builder
        .with(new VertxOptions(options).setEventBusOptions(bus))
        .withClusterManager(group)
        .buildClustered()
        .map(vertx -> {
          LOG.info(
              "joined the cluster node={} host={} found={}",
              group.getNodeId(),
              host,
              group.getNodes().size() - 1);
          return new ClusterNode(vertx, group);
        });
  }

  private static Group group(Settings settings, String host) {
    return new Group(
        settings.name(),
        settings.members(),
        settings.dns(),
        host,
        settings.port(),
        settings.silenceSeconds(),
        settings.tls().map(MutualTls::context));
  }

  /** Nodes are known by their authority: it should sign certificates of nodes and no others. */
  private static void secure(EventBusOptions bus, MutualTls tls) {
    bus.setSsl(true)
        // The bus believes everybody unless it is told not to.
        .setTrustAll(false)
        .setClientAuth(ClientAuth.REQUIRED)
        .setKeyCertOptions(tls.identity().read().options())
        .setTrustOptions(tls.authorities().options());
  }

  public Vertx vertx() {
    return vertx;
  }

  public CurrentPlacement placement() {
    return placement;
  }

  /**
   * Takes part from now on: what the other nodes send is taken in, and shards come and go. Fails
   * when a node that is there works on another database.
   *
   * @param databaseId of the one that this node works on
   * @param instances of each role that are deployed here
   * @param deployer of what is deployed for it, until this Vert.x is closed
   */
  public Future<Void> takePart(
      Function<Deployable, Future<?>> deployer,
      String databaseId,
      Map<Role, Integer> instances,
      Shards shards,
      Clock clock,
      MeterRegistry metrics) {
    Membership membership = new GroupMembership(group, databaseId);
    PlacementVerticle verticle =
        new PlacementVerticle(
            membership, databaseId, placement, instances, shards.count(), metrics);
    placing = verticle;
    return deployer
        .apply(new NodeGateVerticle(group.getNodeId(), shards, clock, metrics))
        .compose(gate -> deployer.apply(new NudgesAbroad(placement, shards)))
        .compose(nudges -> deployer.apply(verticle))
        .mapEmpty();
  }

  /** Hands over what others can take; completes when that is done. */
  public Future<Void> leave() {
    PlacementVerticle verticle = placing;
    return verticle == null ? Future.succeededFuture() : verticle.leave();
  }

  private static String ownAddress() {
    try {
      return InetAddress.getLocalHost().getHostAddress();
    } catch (UnknownHostException e) {
      throw new UncheckedIOException("this machine's name has no address: set cluster.host", e);
    }
  }
}
