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
import allocation.given.Waiting;
import allocation.handler.CommitFailure.LineExists;
import allocation.handler.CommitFailure.LostRace;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
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

  /** What is sent there is sent before any answer is heard, as a handler does it. */
  protected abstract <T> T inOneTurn(Supplier<T> sending);

  @BeforeEach
  protected void stock() {
    under(message(CHAIR, create("chairs", CHAIR)), message(TABLE, create("tables", TABLE)));
  }

  @Test
  void it_is_written_after_the_one_that_it_was_sent_behind() {
    UnitOfWork first = decide(now(), List.of(message(CHAIR, take("o1", CHAIR))));
    UnitOfWork second = decide(after(first), List.of(message(CHAIR, take("o2", CHAIR))));
    UnitOfWork third = decide(after(second), List.of(message(CHAIR, take("o3", CHAIR))));

    sent(first, second, third).forEach(Waiting::result);

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

    List<Future<Void>> answers = sent(repeats, behind, last);

    assertThat(failure(answers.get(0))).isInstanceOf(LineExists.class);
    assertThat(failure(answers.get(1))).isInstanceOf(LostRace.class);
    assertThat(failure(answers.get(2))).isInstanceOf(LostRace.class);
    assertThat(events(9)).hasSize(1);
    assertThat(now().products().get(TABLE).available()).isEqualTo(10);
  }

  /** Guard: as above. What stands there is as long as what it was decided on, and not the same. */
  @Test
  void it_is_not_taken_in_by_somebody_else_who_has_moved_the_shard_just_as_far() {
    UnitOfWork first = decide(now(), List.of(message(CHAIR, take("o1", CHAIR))));
    UnitOfWork second = decide(after(first), List.of(message(CHAIR, take("o2", CHAIR))));
    under(message(CHAIR, take("theirs", CHAIR)));

    assertThat(sent(first, second))
        .allSatisfy(answer -> assertThat(failure(answer)).isInstanceOf(LostRace.class));

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

  /** Sends each behind the one before it; gives their answers. */
  protected final List<Future<Void>> sent(UnitOfWork first, UnitOfWork... others) {
    return inOneTurn(() -> {
      List<Future<Void>> answers = new ArrayList<>();
      answers.add(ledger().commit(first.effects()));
      String before = first.unitId();
      for (UnitOfWork unit : others) {
        answers.add(ledger().commitBehind(before, unit.effects()));
        before = unit.unitId();
      }
      return answers;
    });
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
