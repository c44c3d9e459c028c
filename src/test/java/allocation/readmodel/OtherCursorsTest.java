package allocation.readmodel;

import static allocation.given.Waiting.failure;
import static allocation.given.Waiting.result;
import static allocation.given.Waiting.until;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.View;
import allocation.given.Later;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class OtherCursorsTest {
  private static final long LONG_MS = 600_000;

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final FakeViews views = new FakeViews();
  private final ViewsWork work =
      new ViewsWork(
          vertx,
          System::nanoTime,
          views,
          new RecentProducts(sku -> Future.succeededFuture(new View.Unknown()), System::nanoTime));

  @AfterEach
  void close() {
    result(vertx.close());
  }

  @Test
  void a_position_that_others_have_passed_is_reached() {
    views.cursors.put(3, 8L);

    result(reached(over(LONG_MS), 3, 7));

    assertThat(isAt(3, 8)).isTrue();
    assertThat(isAt(3, 9)).isFalse();
  }

  @Test
  void many_who_wait_are_told_by_one_look() {
    OtherCursors cursors = over(LONG_MS);
    Promise<Void> database = Promise.promise();
    views.database = database.future();
    List<Future<Void>> all =
        Stream.of(1L, 2L, 3L, 4L).map(position -> reached(cursors, 3, position)).toList();
    until("the first look is under way", () -> views.looks.get() == 1);
    turn();
    assertThat(views.looks).hasValue(1);

    views.cursors.put(3, 4L);
    database.complete();

    result(Future.all(all));
    assertThat(views.looks).hasValue(1);
  }

  @Test
  void each_is_told_when_it_is_there_and_not_before() {
    OtherCursors cursors = over(LONG_MS);
    views.cursors.put(3, 1L);
    Future<Void> later = reached(cursors, 3, 2);
    Future<Void> elsewhere = reached(cursors, 4, 1);
    result(reached(cursors, 3, 1));
    assertThat(later.isComplete()).isFalse();

    views.cursors.put(3, 2L);

    result(later);
    assertThat(elsewhere.isComplete()).isFalse();
    views.cursors.put(4, 9L);
    result(elsewhere);
  }

  @Test
  void a_wait_has_its_end() {
    assertThat(failure(reached(over(500), 3, 7))).hasMessage("shard 3 is followed elsewhere");
  }

  @Test
  void nobody_looks_when_nobody_waits() {
    OtherCursors cursors = over(500);
    failure(reached(cursors, 3, 7));
    // The look that was due finds nobody; one that comes now begins anew.
    untilNoLookIsDue();
    int looks = views.looks.get();
    views.cursors.put(3, 7L);

    result(reached(cursors, 3, 7));

    assertThat(views.looks).hasValue(looks + 1);
  }

  @Test
  void a_database_that_is_away_for_a_while_is_asked_again() {
    OtherCursors cursors = over(LONG_MS);
    views.database = Future.failedFuture("away");
    Future<Void> there = reached(cursors, 3, 7);
    until("it is asked in vain", () -> views.looks.get() > 1);
    views.cursors.put(3, 7L);
    turn();
    assertThat(there.isComplete()).isFalse();

    views.database = Future.succeededFuture();

    result(there);
  }

  private OtherCursors over(long timeoutMs) {
    return new OtherCursors(vertx, views, work, timeoutMs);
  }

  private Future<Void> reached(OtherCursors cursors, int shard, long position) {
    Promise<Void> reached = Promise.promise();
    context.runOnContext(now -> cursors.reached(shard, position).onComplete(reached));
    return reached.future();
  }

  private boolean isAt(int shard, long position) {
    return Later.on(context, () -> Future.succeededFuture(work.isAt(shard, position)));
  }

  private void untilNoLookIsDue() {
    // Longer than from one look to the next.
    int[] last = {-1};
    until(
        "it looks no more",
        () -> {
          result(vertx.timer(100).mapEmpty());
          int before = last[0];
          last[0] = views.looks.get();
          return before == last[0];
        });
  }

  /** Whatever could have happened by now has. */
  private void turn() {
    for (int i = 0; i < 20; i++) {
      Later.on(context, Future::succeededFuture);
    }
  }
}
