package allocation.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import allocation.domain.LoggedEvent;
import allocation.given.InMemoryCursors;
import allocation.given.InMemoryEventLog;
import allocation.given.InMemoryLocks;
import allocation.given.Later;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class LockedWorkTest {
  private static final int SHARD = 3;

  private static Vertx vertx;

  private final InMemoryLocks locks = new InMemoryLocks();
  private final InMemoryCursors cursors = new InMemoryCursors();
  private final NotedAction action = new NotedAction();
  private final LockedWork work =
      new LockedWork(vertx, System::nanoTime, "test", locks, cursors, action);
  private final List<LoggedEvent> events = new InMemoryEventLog().append(SHARD, "LAMP", 9);

  @BeforeAll
  static void start() {
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void stop() {
    Later.await(vertx.close());
  }

  @Test
  void begins_after_its_cursor() {
    cursors.set("test", SHARD, 4);

    assertThat(Later.await(work.begin(SHARD))).hasValue(4);
    assertThat(locks.isTaken("test", SHARD)).isTrue();
  }

  @Test
  void does_not_begin_while_another_service_has_the_lock() {
    Later.await(locks.tryLock("test", SHARD));

    assertThat(Later.await(work.begin(SHARD))).isEmpty();
    assertThat(action.notes).isEmpty();
  }

  @Test
  void moves_its_cursor_up_to_what_was_done_before_a_crash() {
    cursors.set("test", SHARD, 4);
    action.done = 6;

    assertThat(Later.await(work.begin(SHARD))).hasValue(6);
    assertThat(cursors.at("test", SHARD)).isEqualTo(6);
  }

  @Test
  void moves_the_cursor_after_the_act() {
    Later.await(work.begin(SHARD));

    assertThat(Later.await(work.apply(SHARD, 0, events))).isEqualTo(9);
    assertThat(action.notes).containsExactly("open", "act 9");
    assertThat(cursors.at("test", SHARD)).isEqualTo(9);
  }

  @Test
  void keeps_the_cursor_when_the_act_fails() {
    Later.await(work.begin(SHARD));
    action.failing = true;

    assertThatThrownBy(() -> Later.await(work.apply(SHARD, 0, events)))
        .hasMessageContaining("act failed");
    assertThat(cursors.at("test", SHARD)).isZero();
  }

  @Test
  void does_not_act_once_its_lock_is_lost() {
    Later.await(work.begin(SHARD));
    locks.lose("test", SHARD);

    assertThatThrownBy(() -> Later.await(work.apply(SHARD, 0, events)))
        .hasMessageContaining("lock of follower=test shard=3 is lost");
    assertThat(action.notes).containsExactly("open");
  }

  @Test
  void fails_when_another_service_moved_the_cursor() {
    Later.await(work.begin(SHARD));
    cursors.set("test", SHARD, 2);

    assertThatThrownBy(() -> Later.await(work.apply(SHARD, 0, events)))
        .hasMessageContaining("no longer at 0");
    assertThat(cursors.at("test", SHARD)).isEqualTo(2);
  }

  @Test
  void lets_go_of_the_lock_last_and_also_when_closing_fails() {
    Later.await(work.begin(SHARD));
    action.failing = true;

    Later.await(work.end(SHARD));

    assertThat(action.notes).containsExactly("open", "close");
    assertThat(locks.isTaken("test", SHARD)).isFalse();
  }

  @Test
  void lets_go_of_the_lock_when_opening_failed() {
    action.failing = true;
    assertThatThrownBy(() -> Later.await(work.begin(SHARD))).hasMessageContaining("open failed");

    Later.await(work.end(SHARD));

    assertThat(locks.isTaken("test", SHARD)).isFalse();
  }

  private static final class NotedAction implements LockedWork.Action {
    private final List<String> notes = new ArrayList<>();
    private long done;
    private boolean failing;

    @Override
    public Future<Long> open(int shard) {
      notes.add("open");
      return failing ? Future.failedFuture("open failed") : Future.succeededFuture(done);
    }

    @Override
    public Future<Boolean> act(int shard, List<LoggedEvent> events) {
      notes.add("act " + events.size());
      return failing ? Future.failedFuture("act failed") : Future.succeededFuture(false);
    }

    @Override
    public Future<Void> close(int shard) {
      notes.add("close");
      return failing ? Future.failedFuture("close failed") : Future.succeededFuture();
    }
  }
}
