package allocation.notify;

import allocation.bus.Addresses;
import allocation.bus.Role;
import allocation.bus.ShardOwner;
import allocation.bus.TimeLimit;
import allocation.log.Cursors;
import allocation.log.EventLog;
import allocation.log.Follower;
import allocation.log.LockedWork;
import allocation.log.ShardLocks;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Log to mail: word to the buyer of everything that ran out, once each as far as SMTP allows. While
 * the mail server is away the log keeps them. One is enough for a node: its shards share mails.
 */
public final class BuyerNoticeVerticle extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(BuyerNoticeVerticle.class);

  /** The follower's name. */
  public static final String NAME = "buyer-notices";

  /** Milliseconds that a stop waits for the mail that is under way. */
  private static final long STOP_MS = 5_000;

  private final int instance;
  private final List<Integer> first;
  private final EventLog log;
  private final ShardLocks locks;
  private final Cursors cursors;
  private final Mailbox mailbox;
  private final MeterRegistry metrics;

  @SuppressWarnings("NullAway.Init") // start() makes it
  private Follower follower;

  @SuppressWarnings("NullAway.Init") // start() makes it
  private ShardOwner owner;

  /**
   * @param instance tells those of a node apart
   * @param first the shards that are followed until {@link Addresses#own} is told others
   * @param mailbox of this verticle alone, closed by it
   */
  public BuyerNoticeVerticle(
      int instance,
      List<Integer> first,
      EventLog log,
      ShardLocks locks,
      Cursors cursors,
      Mailbox mailbox,
      MeterRegistry metrics) {
    this.instance = instance;
    this.first = List.copyOf(first);
    this.log = log;
    this.locks = locks;
    this.cursors = cursors;
    this.mailbox = mailbox;
    this.metrics = metrics;
  }

  @Override
  public Future<?> start() {
    LockedWork work =
        new LockedWork(vertx, System::nanoTime, NAME, locks, cursors, new MailRound(mailbox));
    follower = new Follower(vertx, NAME, first, log, work, MailRound.MAX_LINES, metrics);
    owner = ShardOwner.listen(vertx, Role.NOTICES, instance, follower::own);
    return follower.start();
  }

  @Override
  public Future<?> stop() {
    return TimeLimit.of(vertx, STOP_MS, stopFollowing())
        .recover(late -> {
          LOG.warn("the mail server does not answer, stopping without it follower={}", NAME);
          return Future.succeededFuture();
        })
        .eventually(mailbox::close);
  }

  private Future<Void> stopFollowing() {
    return owner.stop().transform(deaf -> follower.stop());
  }
}
