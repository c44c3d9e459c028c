package allocation.notify;

import allocation.log.Cursors;
import allocation.log.EventLog;
import allocation.log.Follower;
import allocation.log.LockedWork;
import allocation.log.ShardLocks;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Log to mail: word to the buyer of everything that ran out, once each as far as SMTP allows. While
 * the mail server is away the log keeps them. One for a node, so that shards share mails.
 */
public final class BuyerNoticeVerticle extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(BuyerNoticeVerticle.class);

  /** The follower's name. */
  public static final String NAME = "buyer-notices";

  /** Milliseconds that a stop waits for the mail that is under way. */
  private static final long STOP_MS = 5_000;

  private final List<Integer> shards;
  private final EventLog log;
  private final ShardLocks locks;
  private final Cursors cursors;
  private final Mailbox mailbox;
  private final MeterRegistry metrics;

  @SuppressWarnings("NullAway.Init") // start() makes it
  private Follower follower;

  /**
   * @param mailbox of this verticle alone, closed by it
   */
  public BuyerNoticeVerticle(
      List<Integer> shards,
      EventLog log,
      ShardLocks locks,
      Cursors cursors,
      Mailbox mailbox,
      MeterRegistry metrics) {
    this.shards = List.copyOf(shards);
    this.log = log;
    this.locks = locks;
    this.cursors = cursors;
    this.mailbox = mailbox;
    this.metrics = metrics;
  }

  @Override
  public Future<?> start() {
    LockedWork work = new LockedWork(vertx, NAME, locks, cursors, new MailRound(mailbox));
    follower = new Follower(vertx, NAME, shards, log, work, MailRound.MAX_LINES, metrics);
    return follower.start();
  }

  @Override
  public Future<?> stop() {
    // Home first: a time-out of a future without a context fires on a foreign thread.
    return Future.fromCompletionStage(follower.stop().toCompletionStage(), context)
        .timeout(STOP_MS, TimeUnit.MILLISECONDS)
        .recover(late -> {
          LOG.warn("the mail server does not answer, stopping without it follower={}", NAME);
          return Future.succeededFuture();
        })
        .eventually(mailbox::close);
  }
}
