package allocation.jgroups;

import io.vertx.core.Completable;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.AsyncMap;
import io.vertx.core.shareddata.Counter;
import io.vertx.core.shareddata.Lock;
import io.vertx.core.spi.cluster.ClusterManager;
import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.core.spi.cluster.NodeListener;
import io.vertx.core.spi.cluster.RegistrationInfo;
import io.vertx.core.spi.cluster.RegistrationListener;
import io.vertx.core.spi.cluster.RegistrationUpdateEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jgroups.Address;
import org.jgroups.BytesMessage;
import org.jgroups.JChannel;
import org.jgroups.MergeView;
import org.jgroups.Message;
import org.jgroups.Receiver;
import org.jgroups.View;
import org.jgroups.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Vert.x' cluster on JGroups: JGroups says who is there, and every member says of itself where its
 * event bus is reached and who listens there. Beyond that, members can {@linkplain #say say more of
 * themselves} and {@linkplain #agree agree}. Shared maps, locks and counters of Vert.x are not
 * offered: what has to be right is in the database.
 */
public final class JGroupsClusterManager implements ClusterManager {
  private static final Logger LOG = LoggerFactory.getLogger(JGroupsClusterManager.class);

  /** A member that is frozen says nothing. */
  private static final Duration FIRST_WORDS = Duration.ofSeconds(2);

  /** As JGroups addresses a message to all members. */
  private static final @Nullable Address EVERYBODY = null;

  private static final String NOT_OFFERED = "this cluster shares no maps, locks and counters";

  private final Group group;
  private final UUID address = UUID.randomUUID();
  private final String self = address.toStringLong();
  private final Registry registry = new Registry(self);
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

  private @Nullable Vertx vertx;
  private @Nullable Context context;
  private @Nullable Promise<Void> nextWord;
  private @Nullable RegistrationListener registrations;
  private @Nullable NodeListener nodes;
  private volatile @Nullable JChannel channel;

  public JGroupsClusterManager(Group group) {
    this.group = group;
  }

  @Override
  public void init(Vertx owner) {
    vertx = owner;
  }

  @Override
  public void registrationListener(RegistrationListener listener) {
    registrations = listener;
  }

  @Override
  public void nodeListener(NodeListener listener) {
    nodes = listener;
  }

  /** Fails when the address or every port is taken. */
  @Override
  public void join(Completable<Void> joined) {
    context = vertx().getOrCreateContext();
    vertx()
        .<Void>executeBlocking(() -> {
          JChannel opened = new JChannel(Protocols.of(group));
          opened.addAddressGenerator(() -> address).setReceiver(new Ear());
          channel = opened;
          try {
            opened.connect(group.name());
            // Else the first who is asked for would be nobody.
            if (!registry.awaitWords(FIRST_WORDS)) {
              LOG.info("not every node that is there has said what it is");
            }
          } catch (Exception e) {
            channel = null;
            opened.close();
            throw e;
          }
          return null;
        })
        .onComplete(joined);
  }

  @Override
  public void leave(Completable<Void> left) {
    vertx()
        .<Void>executeBlocking(() -> {
          JChannel open = channel;
          channel = null;
          if (open != null) {
            open.close();
          }
          return null;
        })
        .onComplete(left);
  }

  @Override
  public boolean isActive() {
    return channel != null;
  }

  @Override
  public String getNodeId() {
    return self;
  }

  /** The ids of all that are there, the eldest first. */
  @Override
  public List<String> getNodes() {
    return registry.members();
  }

  @Override
  public void setNodeInfo(NodeInfo info, Completable<Void> heard) {
    registry.info(info);
    tell().onComplete(heard);
  }

  @Override
  public NodeInfo getNodeInfo() {
    return registry.info().orElseThrow();
  }

  @Override
  public void getNodeInfo(String id, Completable<NodeInfo> found) {
    registry
        .info(id)
        .ifPresentOrElse(
            found::succeed,
            () -> found.fail(new NoSuchElementException(id + " is not in the cluster")));
  }

  @Override
  public void addRegistration(
      String listened, RegistrationInfo registration, Completable<Void> heard) {
    registry.add(listened, registration);
    changed(listened, registration, heard);
  }

  @Override
  public void removeRegistration(
      String listened, RegistrationInfo registration, Completable<Void> heard) {
    registry.remove(listened, registration);
    changed(listened, registration, heard);
  }

  private void changed(String listened, RegistrationInfo registration, Completable<Void> heard) {
    tellVertx(Set.of(listened));
    if (registration.localOnly()) {
      heard.succeed();
    } else {
      tell().onComplete(heard);
    }
  }

  @Override
  public void getRegistrations(String listened, Completable<List<RegistrationInfo>> found) {
    found.succeed(registry.registrations(listened));
  }

  /** Says more of this member; completes when all that are there have heard it. */
  public Future<Void> say(String name, String value) {
    registry.say(name, value);
    listeners.forEach(Runnable::run);
    // Those who speak at a time share a word, and each goes on where he is at home.
    return Future.fromCompletionStage(tell().toCompletionStage(), vertx().getOrCreateContext());
  }

  /** What each member says under that name, by its id, the eldest first. */
  public Map<String, String> said(String name) {
    return registry.said(name);
  }

  /** What holds for all under that name. */
  public Optional<String> agreed(String name) {
    return registry.agreed(name);
  }

  /**
   * Makes it hold, here at once and for all others when they hear it; false when something else
   * held here than {@code before}. Two members may each succeed at one moment: then one of the two
   * holds in the end, the same for everybody. Of two parts of a group that become one, what held in
   * the larger holds.
   */
  public boolean agree(String name, Optional<String> before, String after) {
    if (!registry.agree(name, before, after)) {
      return false;
    }
    listeners.forEach(Runnable::run);
    tell().onFailure(cause -> LOG.warn("the others cannot be told what is agreed", cause));
    return true;
  }

  /** Called, on any thread, when members, what they say or what is agreed may have changed. */
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }

  @Override
  public <K, V> void getAsyncMap(String name, Completable<AsyncMap<K, V>> found) {
    found.fail(new UnsupportedOperationException(NOT_OFFERED));
  }

  @Override
  public <K, V> Map<K, V> getSyncMap(String name) {
    throw new UnsupportedOperationException(NOT_OFFERED);
  }

  @Override
  public void getLockWithTimeout(String name, long timeoutMs, Completable<Lock> locked) {
    locked.fail(new UnsupportedOperationException(NOT_OFFERED));
  }

  @Override
  public void getCounter(String name, Completable<Counter> found) {
    found.fail(new UnsupportedOperationException(NOT_OFFERED));
  }

  private Vertx vertx() {
    return Objects.requireNonNull(vertx, "init comes first");
  }

  /**
   * Completes when all that are there have heard it, or are found dead. What is to be told before
   * the word is said goes into it.
   */
  private synchronized Future<Void> tell() {
    Promise<Void> waiting = nextWord;
    if (waiting != null) {
      return waiting.future();
    }
    Promise<Void> said = Promise.promise();
    nextWord = said;
    vertx()
        .executeBlocking(
            () -> {
              synchronized (this) {
                nextWord = null;
              }
              return sendNow(EVERYBODY, Message.Flag.RSVP);
            },
            false)
        .<Void>mapEmpty()
        .onComplete(said);
    return said.future();
  }

  /** Says everything to one who came, or to all. */
  private void greet(@Nullable Address whom) {
    JChannel open = channel;
    // One that is just joining says everything when it has.
    if (open != null && open.isConnected()) {
      vertx()
          .executeBlocking(() -> sendNow(whom), false)
          .onFailure(cause -> LOG.warn("those who came cannot be told of this node", cause));
    }
  }

  private Word sendNow(@Nullable Address whom, Message.Flag... flags) throws Exception {
    JChannel open = channel;
    if (open == null) {
      throw new IllegalStateException("this node is not in a cluster");
    }
    Word word = registry.word();
    open.send(new BytesMessage(whom, word.write()).setFlag(flags));
    return word;
  }

  /**
   * On one context: in the order in which it became known, and with no lock of JGroups or Vert.x
   * held, since Vert.x goes on with what waited for it.
   */
  private void tellVertx(Set<String> addresses) {
    RegistrationListener listener = registrations;
    Context known = context;
    if (listener == null || known == null || addresses.isEmpty()) {
      return;
    }
    known.runOnContext(told -> {
      for (String changed : addresses) {
        if (listener.wantsUpdatesFor(changed)) {
          listener.registrationsUpdated(
              new RegistrationUpdateEvent(changed, registry.registrations(changed)));
        }
      }
    });
  }

  private void tell(Registry.News news) {
    tellVertx(news.addresses());
    if (news.isMore()) {
      listeners.forEach(Runnable::run);
    }
  }

  /** What JGroups tells, on its threads. */
  private final class Ear implements Receiver {
    @Override
    public void receive(Message message) {
      String from = id(message.getSrc());
      try {
        byte[] bytes =
            Arrays.copyOfRange(
                message.getArray(), message.getOffset(), message.getOffset() + message.getLength());
        Word word = Word.read(bytes);
        boolean isFirst = !registry.hasHeard(from);
        tell(registry.hear(from, word));
        if (isFirst && !from.equals(self)) {
          // It speaks, so it is there to hear: what was said when it came may have been too early.
          greet(message.getSrc());
        }
      } catch (RuntimeException e) {
        LOG.warn("node {} says what cannot be read", from, e);
      }
    }

    @Override
    public void viewAccepted(View view) {
      List<String> now = view.getMembers().stream().map(JGroupsClusterManager::id).toList();
      List<String> come = new ArrayList<>(now);
      List<String> gone = new ArrayList<>(registry.members());
      come.removeAll(gone);
      gone.removeAll(now);
      LOG.debug("nodes come={} gone={}", come, gone);
      tell(
          view instanceof MergeView merged
              ? registry.merge(now, largest(merged))
              : registry.view(now));
      tellVertx(come, gone);
      // Who sees all that it has seen before may have been forgotten by them: it was frozen, say.
      if (!come.isEmpty() || view instanceof MergeView) {
        greet(EVERYBODY);
      }
    }
  }

  private void tellVertx(List<String> come, List<String> gone) {
    NodeListener listener = nodes;
    Context known = context;
    if (listener != null && known != null) {
      known.runOnContext(told -> {
        come.forEach(listener::nodeAdded);
        gone.forEach(listener::nodeLeft);
      });
    }
  }

  /** As JGroups decides whose order holds: the first of the largest. */
  private static List<String> largest(MergeView view) {
    List<String> largest = List.of();
    for (View part : view.getSubgroups()) {
      if (part.size() > largest.size()) {
        largest = part.getMembers().stream().map(JGroupsClusterManager::id).toList();
      }
    }
    return largest;
  }

  private static String id(Address member) {
    return ((UUID) member).toStringLong();
  }
}
