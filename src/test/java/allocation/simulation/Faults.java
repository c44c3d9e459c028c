package allocation.simulation;

import java.util.EnumMap;
import java.util.Map;
import java.util.Random;

/**
 * What goes wrong in a world, and how often: each kind in about half of all worlds, so that none
 * hides another. Nothing does once the world is healed.
 */
final class Faults {
  /** Everything that can go wrong. */
  enum Kind {
    /** Of the database: nobody can be served for a while, and what was open is lost. */
    DATABASE_CRASH,
    CONNECTION_REFUSED,
    /** A session ends before its COMMIT is sent. */
    SESSION_LOST,
    /** COMMIT never arrives. */
    COMMIT_LOST,
    /** COMMIT is done and its reply is lost. */
    COMMIT_REPLY_LOST,
    /** COMMIT arrives when the client has long given it up. */
    COMMIT_LATE,
    SERIALIZATION_FAILURE,
    SLOW_DATABASE,
    READ_FAILED,
    /** A follower's write is done and its reply is lost. */
    WRITE_REPLY_LOST,
    /** Of the event bus between nodes. */
    MESSAGE_LOST,
    MESSAGE_TWICE,
    MESSAGE_LATE,
    NETWORK_CUT,
    /** It is sent while the network is cut, and comes when that is mended. */
    MESSAGE_HELD,
    /** Of nodes. */
    NODE_CRASH,
    NODE_FROZEN,
    /** Two nodes believe that a shard is theirs, or none does. */
    SHARDS_MOVED,
    /** Of topics. */
    TOPIC_AWAY,
    PUBLISHED_IN_PART,
    PUBLISHED_UNANSWERED,
    REDELIVERED,
    SUBSCRIPTION_LOST
  }

  private final Random random;
  private final Map<Kind, Double> rates = new EnumMap<>(Kind.class);
  private final Map<Kind, Integer> fired = new EnumMap<>(Kind.class);
  private boolean healed;

  Faults(Random random) {
    this.random = random;
    // Some worlds are nearly whole, in some hardly anything works.
    double badness = 0.02 + 0.2 * random.nextDouble();
    for (Kind kind : Kind.values()) {
      rates.put(kind, random.nextBoolean() ? badness * random.nextDouble() : 0.0);
    }
  }

  /** Whether it happens now; then it is counted. */
  boolean happens(Kind kind) {
    boolean now = !healed && random.nextDouble() < rates.getOrDefault(kind, 0.0);
    if (now) {
      fired.merge(kind, 1, Integer::sum);
    }
    return now;
  }

  /** Whether this world knows it at all. */
  boolean isPossible(Kind kind) {
    return !healed && rates.getOrDefault(kind, 0.0) > 0;
  }

  /** It is made to happen. */
  void count(Kind kind) {
    fired.merge(kind, 1, Integer::sum);
  }

  void heal() {
    healed = true;
  }

  boolean isHealed() {
    return healed;
  }

  Map<Kind, Integer> fired() {
    return fired;
  }
}
