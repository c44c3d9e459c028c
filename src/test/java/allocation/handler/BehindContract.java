package allocation.handler;

import static allocation.given.Waiting.failure;
import static allocation.given.Waiting.result;
import static allocation.handler.Units.decide;
import static allocation.handler.Units.message;
import static allocation.handler.Units.sku;
import static allocation.handler.Units.wanted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import allocation.bus.CommandMessage;
import allocation.domain.Arrival;
import allocation.domain.BatchRef;
import allocation.domain.Command;
import allocation.domain.Command.Allocate;
import allocation.domain.Command.CreateBatch;
import allocation.domain.LoggedEvent;
import allocation.domain.OrderId;
import allocation.domain.Product;
import allocation.domain.Sku;
import allocation.handler.CommitFailure.LineExists;
import allocation.handler.CommitFailure.LostRace;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every ledger does with a unit that is sent behind one that has no answer yet. */
public abstract class BehindContract {
  protected static final Sku CHAIR = sku(3, 0);
  protected static final Sku TABLE = sku(9, 0);

  /** An empty one. */
  protected abstract Ledger ledger();

  /** The log of a shard from its beginning. */
  protected abstract List<LoggedEvent> events(int shard);

  @BeforeEach
  protected void stock() {
    under(message(CHAIR, create("chairs", CHAIR)), message(TABLE, create("tables", TABLE)));
  }

  @Test
  void it_is_written_after_the_one_that_it_was_sent_behind() {
    UnitOfWork first = decide(now(), List.of(message(CHAIR, take("o1", CHAIR))));
    UnitOfWork second = decide(after(first), List.of(message(CHAIR, take("o2", CHAIR))));
    UnitOfWork third = decide(after(second), List.of(message(CHAIR, take("o3", CHAIR))));

    Future<Void> one = ledger().commit(first.effects());
    Future<Void> two = ledger().commitBehind(first.unitId(), second.effects());
    Future<Void> three = ledger().commitBehind(second.unitId(), third.effects());

    result(Future.join(one, two, three));
    assertThat(events(3)).extracting(LoggedEvent::position).containsExactly(1L, 2L, 3L, 4L);
    assertThat(events(3).subList(1, 4))
        .extracting(LoggedEvent::unitId)
        .containsExactly(first.unitId(), second.unitId(), third.unitId());
    assertThat(now().products().get(CHAIR).available()).isEqualTo(7);
  }

  /** Guard: the question for the one before. The positions of the other shard are what it wants. */
  @Test
  void it_falls_with_the_one_that_it_was_sent_behind_whatever_it_is_about() {
    under(message(CHAIR, take("o1", CHAIR)));
    UnitOfWork repeats = decide(blind(now()), List.of(message(CHAIR, take("o1", CHAIR))));
    UnitOfWork behind = decide(now(), List.of(message(TABLE, take("o2", TABLE))));
    UnitOfWork last = decide(after(behind), List.of(message(TABLE, take("o3", TABLE))));

    Future<Void> first = ledger().commit(repeats.effects());
    Future<Void> second = ledger().commitBehind(repeats.unitId(), behind.effects());
    Future<Void> third = ledger().commitBehind(behind.unitId(), last.effects());

    assertThat(failure(first)).isInstanceOf(LineExists.class);
    assertThat(failure(second)).isInstanceOf(LostRace.class);
    assertThat(failure(third)).isInstanceOf(LostRace.class);
    assertThat(events(9)).hasSize(1);
    assertThat(now().products().get(TABLE).available()).isEqualTo(10);
  }

  /** Guard: as above. What stands there is as long as what it was decided on, and not the same. */
  @Test
  void it_is_not_taken_in_by_somebody_else_who_has_moved_the_shard_just_as_far() {
    UnitOfWork first = decide(now(), List.of(message(CHAIR, take("o1", CHAIR))));
    UnitOfWork second = decide(after(first), List.of(message(CHAIR, take("o2", CHAIR))));
    under(message(CHAIR, take("theirs", CHAIR)));

    Future<Void> one = ledger().commit(first.effects());
    Future<Void> two = ledger().commitBehind(first.unitId(), second.effects());

    assertThat(failure(one)).isInstanceOf(LostRace.class);
    assertThat(failure(two)).isInstanceOf(LostRace.class);
    assertThat(events(3)).hasSize(2);
    assertThat(now().products().get(CHAIR).available()).isEqualTo(9);
  }

  @Test
  void more_than_new_lines_is_not_sent_behind_anything() {
    UnitOfWork first = decide(now(), List.of(message(CHAIR, take("o1", CHAIR))));
    Effects more = decide(after(first), List.of(message(CHAIR, create("more", CHAIR)))).effects();

    assertThatThrownBy(() -> ledger().commitBehind(first.unitId(), more))
        .isInstanceOf(IllegalArgumentException.class);

    assertThat(events(3)).hasSize(1);
  }

  /** What stands after a unit, if it is written. */
  private static Loaded after(UnitOfWork unit) {
    Map<Integer, Long> positions = Map.of(3, unit.position(3), 9, unit.position(9));
    return new Loaded(
        positions,
        Map.of(CHAIR, product(unit, CHAIR), TABLE, product(unit, TABLE)),
        Map.of(),
        Map.of(),
        Map.of(),
        List.of());
  }

  private static Product product(UnitOfWork unit, Sku sku) {
    Product touched = unit.products().get(sku);
    return touched == null ? unit.loaded().products().get(sku) : touched;
  }

  private static Loaded blind(Loaded loaded) {
    return new Loaded(
        loaded.positions(), loaded.products(), Map.of(), Map.of(), Map.of(), List.of());
  }

  protected final Loaded now() {
    return result(Units.load(ledger(), Units.products(CHAIR, TABLE)));
  }

  protected final void under(CommandMessage... commands) {
    List<CommandMessage> all = List.of(commands);
    result(ledger().commitLocked(wanted(all), loaded -> decide(loaded, all)));
  }

  private static Command create(String ref, Sku sku) {
    return new CreateBatch(new BatchRef(ref), sku, 10, Arrival.inStock());
  }

  protected static Command take(String order, Sku sku) {
    return new Allocate(new OrderId(order), sku, 1);
  }
}
