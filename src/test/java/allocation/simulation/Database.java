package allocation.simulation;

import allocation.bus.Shards;
import allocation.domain.LoggedEvent;
import allocation.given.LedgerState;
import allocation.handler.CommitFailure;
import allocation.handler.CommitFailure.LostRace;
import allocation.handler.CommitFailure.Unavailable;
import allocation.handler.Effects;
import allocation.readmodel.Views.Run;
import allocation.simulation.Faults.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The one database of all nodes: what is committed, the locks of the shards' rows, cursors, views
 * and the locks of the followers' sessions. What is committed stays; all else ends with a crash.
 */
final class Database {
  private final World world;
  private final Shards shards;
  private LedgerState state;
  private final List<Claim> claims = new ArrayList<>();
  private final Set<Integer> locked = new HashSet<>();
  private final Set<String> settled = new HashSet<>();
  private final Map<String, Long> cursors = new HashMap<>();
  private final Map<String, Object> followers = new HashMap<>();
  final StoredViews views = new StoredViews();

  /** Counts crashes: a session lives in one of them. */
  private int life;

  private boolean away;

  /** Somebody who wants the rows of some shards. */
  private record Claim(Set<Integer> shards, int life, Runnable granted, Runnable lost) {}

  Database(World world, Shards shards) {
    this.world = world;
    this.shards = shards;
    this.state = new LedgerState(shards);
  }

  boolean isAway() {
    return away;
  }

  int life() {
    return life;
  }

  LedgerState state() {
    return state;
  }

  /** Ends every session; nobody is served until {@link #comeBack}. */
  void crash() {
    life++;
    away = true;
    locked.clear();
    followers.clear();
    List<Claim> waiting = List.copyOf(claims);
    claims.clear();
    waiting.forEach(claim -> claim.lost().run());
  }

  void comeBack() {
    away = false;
  }

  /**
   * Calls one of the two: when all the rows are this session's, or when it ends before that.
   *
   * @param sessionsLife that of the database when the session began
   */
  void lock(Set<Integer> rows, int sessionsLife, Runnable granted, Runnable lost) {
    if (away || sessionsLife != life) {
      lost.run();
      return;
    }
    claims.add(new Claim(Set.copyOf(rows), life, granted, lost));
    grant();
  }

  /** Gives them back; after a crash they are nobody's. */
  void unlock(Set<Integer> rows, int sessionsLife) {
    if (sessionsLife == life) {
      locked.removeAll(rows);
      grant();
    }
  }

  private void grant() {
    for (Claim claim : List.copyOf(claims)) {
      if (claim.shards().stream().noneMatch(locked::contains) && claims.remove(claim)) {
        locked.addAll(claim.shards());
        claim.granted().run();
      }
    }
  }

  /** Commits, by a session that has the rows of the unit's shards; nothing is written if not. */
  void commit(Effects effects) throws CommitFailure {
    if (settled.contains(effects.unitId())) {
      throw new LostRace(new IllegalStateException("the unit was settled as not committed"));
    }
    if (world.faults.happens(Kind.SERIALIZATION_FAILURE)) {
      throw new LostRace(new IllegalStateException("could not serialize access"));
    }
    state = state.after(effects);
  }

  /** For a unit that is written only behind another one. */
  void requireWritten(String unitId) throws CommitFailure {
    if (!state.has(unitId)) {
      throw new LostRace(new IllegalStateException("unit %s is not written".formatted(unitId)));
    }
  }

  /** Whether it was committed; if not, it never will be. */
  boolean settle(Effects effects) {
    boolean there = state.has(effects);
    if (!there) {
      settled.add(effects.unitId());
    }
    return there;
  }

  Map<Integer, Long> positions() {
    Map<Integer, Long> all = new TreeMap<>();
    for (int shard : shards.all()) {
      all.put(shard, position(shard));
    }
    return all;
  }

  long position(int shard) {
    List<LoggedEvent> events = state.events(shard);
    return events.isEmpty() ? 0 : events.getLast().position();
  }

  List<LoggedEvent> after(int shard, long position, int limit) {
    List<LoggedEvent> events = state.events(shard);
    int from = (int) Math.min(position, events.size());
    return events.subList(from, Math.min(events.size(), from + limit));
  }

  long cursor(String follower, int shard) {
    return cursors.getOrDefault(follower + shard, 0L);
  }

  void setCursor(String follower, int shard, long position) {
    cursors.put(follower + shard, position);
  }

  boolean isTaken(String follower, int shard) {
    return followers.containsKey(follower + shard);
  }

  void take(String follower, int shard, Object session) {
    followers.put(follower + shard, session);
  }

  boolean holds(String follower, int shard, Object session) {
    return session.equals(followers.get(follower + shard));
  }

  void release(String follower, int shard, Object session) {
    followers.remove(follower + shard, session);
  }

  /** Brings the views on, all of the runs or none. */
  List<Long> apply(List<Run> runs) {
    return views.apply(runs);
  }

  static Unavailable unavailable(String why) {
    return new Unavailable(new IllegalStateException("simulated: " + why));
  }
}
