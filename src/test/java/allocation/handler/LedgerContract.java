package allocation.handler;

import static allocation.given.Waiting.failure;
import static allocation.given.Waiting.result;
import static allocation.given.Waiting.until;
import static allocation.handler.Units.SHARDS;
import static allocation.handler.Units.decide;
import static allocation.handler.Units.key;
import static allocation.handler.Units.message;
import static allocation.handler.Units.products;
import static allocation.handler.Units.sku;
import static allocation.handler.Units.wanted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import allocation.bus.CommandMessage;
import allocation.domain.Arrival;
import allocation.domain.BatchRef;
import allocation.domain.Command;
import allocation.domain.Command.Allocate;
import allocation.domain.Command.ChangeBatch;
import allocation.domain.Command.CreateBatch;
import allocation.domain.Command.Deallocate;
import allocation.domain.Event;
import allocation.domain.LoggedEvent;
import allocation.domain.OrderId;
import allocation.domain.OrderLine;
import allocation.domain.Outcome;
import allocation.domain.Product;
import allocation.domain.Sku;
import allocation.handler.CommitFailure.LineExists;
import allocation.handler.CommitFailure.LostRace;
import allocation.handler.CommitFailure.Rejected;
import allocation.handler.Effects.BatchChange;
import allocation.handler.Effects.Move;
import allocation.json.EventJson;
import io.vertx.core.Future;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What every ledger does: the one in memory that tests use, and the one in PostgreSQL. */
public abstract class LedgerContract {
  protected static final Sku CHAIR = sku(3, 0);
  protected static final Sku STOOL = sku(3, 1);
  protected static final Sku TABLE = sku(9, 0);

  /** An empty one. */
  protected abstract Ledger ledger();

  /** The log of a shard from its beginning. */
  protected abstract List<LoggedEvent> events(int shard);

  /** Writes what wrong code might want to, under the locks and in one transaction. */
  protected abstract Future<Void> write(Effects effects);

  /** Begins a commit and stops it before its end. */
  protected abstract Writer hold(Effects effects);

  /** How many writers wait for another one's locks. */
  protected abstract int waiting();

  /** A commit that has its locks. */
  public interface Writer {
    void commit();

    void abort();
  }

  @Test
  void an_empty_ledger_knows_nothing() {
    Loaded loaded = load(message(CHAIR, create("b1", CHAIR, 10)), message(CHAIR, free("o1")));

    assertThat(loaded.positions()).isEqualTo(Map.of(3, 0L));
    assertThat(loaded.products()).isEqualTo(Map.of(CHAIR, Product.unknown(CHAIR)));
    assertThat(loaded.lines()).isEmpty();
    assertThat(loaded.owners()).isEmpty();
    assertThat(loaded.answers()).isEmpty();
    assertThat(result(ledger().ownerOf(new BatchRef("b1")))).isEmpty();
  }

  @Test
  void gives_back_what_was_committed() {
    CommandMessage gone = message(CHAIR, free("nobody"), key("gone"));
    UnitOfWork unit =
        commit(
            message(CHAIR, new CreateBatch(new BatchRef("b1"), CHAIR, 10, due(5))),
            message(TABLE, create("b2", TABLE, 3)),
            message(CHAIR, take("o1", CHAIR, 4)),
            message(TABLE, take("o2", TABLE, 9)),
            gone);

    Loaded loaded =
        load(
            message(CHAIR, create("b1", CHAIR, 1)),
            message(CHAIR, take("o1", CHAIR, 1)),
            message(TABLE, take("o2", TABLE, 1)),
            gone);
    assertThat(loaded.positions()).isEqualTo(Map.of(3, 2L, 9, 2L));
    assertThat(loaded.products()).isEqualTo(unit.products());
    assertThat(loaded.products().get(TABLE)).extracting(Product::shortageTold).isEqualTo(true);
    assertThat(loaded.lines().values())
        .containsExactly(new OrderLine(new OrderId("o1"), CHAIR, 4, new BatchRef("b1"), 2));
    assertThat(loaded.owners()).isEqualTo(Map.of(new BatchRef("b1"), CHAIR));
    assertThat(loaded.answers().values()).hasSize(1).hasSameElementsAs(unit.newAnswers());
    assertThat(result(ledger().ownerOf(new BatchRef("b2")))).contains(TABLE);
  }

  @Test
  void keeps_ids_exactly_as_they_are() {
    Sku odd = new Sku(" Stühle/1 \uD83E\uDE91' ");
    BatchRef ref = new BatchRef("B1 ");
    commit(message(odd, new CreateBatch(ref, odd, 10, Arrival.inStock())));
    commit(message(odd, new Allocate(new OrderId("o\u00E9"), odd, 1)));

    Loaded loaded =
        load(
            message(odd, new Allocate(new OrderId("o\u00E9"), odd, 1)),
            message(odd, new Allocate(new OrderId("oe\u0301"), odd, 1)));
    assertThat(loaded.lines()).containsOnlyKeys(new LineKey(new OrderId("o\u00E9"), odd));
    assertThat(result(ledger().ownerOf(ref))).contains(odd);
    assertThat(result(ledger().ownerOf(new BatchRef("B1")))).isEmpty();
    assertThat(result(ledger().ownerOf(new BatchRef("b1 ")))).isEmpty();
  }

  @Test
  void a_key_has_its_answer_whatever_shard_it_is_asked_for() {
    UnitOfWork unit = commit(message(CHAIR, free("o1"), key("same")));

    Loaded loaded = load(message(TABLE, new Deallocate(new OrderId("o1"), TABLE), key("same")));
    assertThat(loaded.answers().values()).hasSize(1).hasSameElementsAs(unit.newAnswers());
  }

  @Test
  void nets_every_kind_of_change_and_leaves_no_gap_in_the_log() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 60; i++) {
      List<CommandMessage> commands = new ArrayList<>();
      int size = 1 + random.nextInt(12);
      for (int j = 0; j < size; j++) {
        commands.add(anyCommand(random));
      }
      // A change of quantity goes alone.
      if (random.nextInt(3) == 0) {
        Sku sku = anySku(random);
        commands =
            List.of(
                message(
                    sku,
                    new ChangeBatch(
                        ref(sku, random.nextInt(4)),
                        OptionalInt.of(random.nextInt(30)),
                        random.nextBoolean()
                            ? Optional.of(due(random.nextInt(3)))
                            : Optional.empty())));
      }
      UnitOfWork unit = commit(commands);

      Loaded after = load(commands);
      assertThat(after.products()).as("seed %d unit %d", seed, i).isEqualTo(unit.products());
      for (CommandMessage command : commands) {
        int shard = SHARDS.of(command.sku());
        assertThat(after.positions().get(shard)).isEqualTo(unit.position(shard));
      }
      for (LineKey line : unit.lines().touched()) {
        Loaded now = load(message(line.sku(), new Allocate(line.orderId(), line.sku(), 1)));
        assertThat(Optional.ofNullable(now.lines().get(line)))
            .as("seed %d unit %d %s", seed, i, line)
            .isEqualTo(unit.lines().now(line));
      }
    }
    for (int shard : List.of(3, 9)) {
      List<LoggedEvent> log = events(shard);
      assertThat(log).isNotEmpty();
      for (int i = 0; i < log.size(); i++) {
        assertThat(log.get(i).position()).as("seed %d", seed).isEqualTo(i + 1L);
      }
    }
  }

  private static CommandMessage anyCommand(Random random) {
    Sku sku = anySku(random);
    OrderId order = new OrderId("o" + random.nextInt(12));
    return message(
        sku,
        switch (random.nextInt(6)) {
          case 0 -> new CreateBatch(ref(sku, random.nextInt(4)), sku, 20, due(random.nextInt(3)));
          case 1 ->
              new ChangeBatch(
                  ref(sku, random.nextInt(4)), OptionalInt.empty(), Optional.of(Arrival.inStock()));
          case 2 -> new Deallocate(order, sku);
          default -> new Allocate(order, sku, 1 + random.nextInt(8));
        });
  }

  private static Sku anySku(Random random) {
    return List.of(CHAIR, STOOL, TABLE).get(random.nextInt(3));
  }

  private static BatchRef ref(Sku sku, int n) {
    return new BatchRef(sku + "-batch-" + n);
  }

  @Test
  void a_cut_gets_the_newest_lines_and_exactly_enough_of_them() {
    commit(message(CHAIR, create("b1", CHAIR, 100)), message(CHAIR, create("b2", CHAIR, 100)));
    for (int i = 1; i <= 4; i++) {
      commit(message(CHAIR, take("o" + i, CHAIR, 10)));
    }
    commit(message(CHAIR, take("elsewhere", CHAIR, 90)));

    assertThat(above(40)).isEmpty();
    assertThat(above(39)).containsExactly("o4");
    assertThat(above(30)).containsExactly("o4");
    assertThat(above(29)).containsExactly("o4", "o3");
    assertThat(above(0)).containsExactly("o4", "o3", "o2", "o1");
  }

  @Test
  void of_more_than_are_wanted_it_gets_the_oldest() {
    commit(message(CHAIR, create("b1", CHAIR, 100)));
    for (int i = 1; i <= 5; i++) {
      commit(message(CHAIR, take("o" + i, CHAIR, 10)));
    }
    Wanted two =
        new Wanted(
            Set.of(3),
            Set.of(),
            Set.of(),
            Set.of(),
            Set.of(),
            Optional.of(new Wanted.BatchCut(CHAIR, new BatchRef("b1"), 15, 2)));

    assertThat(result(Units.load(ledger(), two)).linesAbove())
        .extracting(line -> line.orderId().value())
        .containsExactly("o3", "o2");
  }

  private List<String> above(int quantity) {
    return load(message(CHAIR, cut("b1", quantity))).linesAbove().stream()
        .map(line -> line.orderId().value())
        .toList();
  }

  @Test
  void a_position_that_another_has_moved_is_a_lost_race_and_nothing_is_written() {
    commit(message(CHAIR, create("b1", CHAIR, 10)));
    CommandMessage mine = message(CHAIR, take("o1", CHAIR, 4));
    UnitOfWork stale = decide(load(mine), List.of(mine));
    UnitOfWork first = commit(message(STOOL, create("s1", STOOL, 10)));

    assertThat(failure(ledger().commit(stale.effects()))).isInstanceOf(LostRace.class);

    Loaded after = load(mine);
    assertThat(after.lines()).isEmpty();
    assertThat(after.positions()).isEqualTo(Map.of(3, first.position(3)));
    assertThat(after.products().values()).extracting(Product::available).containsExactly(10L);
    assertThat(events(3)).hasSize(2);
  }

  @Test
  void more_than_new_lines_is_not_written_unseen() {
    CommandMessage mine = message(CHAIR, create("b1", CHAIR, 10));
    Effects unit = decide(load(mine), List.of(mine)).effects();

    assertThatThrownBy(() -> ledger().commit(unit)).isInstanceOf(IllegalArgumentException.class);

    assertThat(events(3)).isEmpty();
  }

  @Test
  void a_line_that_was_taken_to_be_new_and_is_there_is_told_apart_and_nothing_is_written() {
    commit(message(CHAIR, create("b1", CHAIR, 10)), message(CHAIR, take("o1", CHAIR, 4)));
    CommandMessage again = message(CHAIR, take("o1", CHAIR, 4));
    CommandMessage more = message(CHAIR, take("o2", CHAIR, 1));
    Loaded known = load(again, more);
    Loaded withoutLines =
        new Loaded(known.positions(), known.products(), Map.of(), Map.of(), Map.of(), List.of());
    Effects blind = decide(withoutLines, List.of(more, again)).effects();

    assertThat(failure(ledger().commit(blind))).isInstanceOf(LineExists.class);

    assertThat(load(again, more)).isEqualTo(known);
    assertThat(events(3)).hasSize(2);
  }

  @Test
  void a_ref_that_another_shard_has_taken_is_a_lost_race() {
    CommandMessage mine = message(CHAIR, create("same", CHAIR, 10));
    UnitOfWork late = decide(load(mine), List.of(mine));
    commit(message(TABLE, create("same", TABLE, 10)));

    assertThat(failure(ledger().commitLocked(wanted(List.of(mine)), loaded -> late)))
        .isInstanceOf(LostRace.class);

    Loaded after = load(mine);
    assertThat(after.positions()).isEqualTo(Map.of(3, 0L));
    assertThat(after.products().get(CHAIR)).isEqualTo(Product.unknown(CHAIR));
    assertThat(after.owners()).isEqualTo(Map.of(new BatchRef("same"), TABLE));
  }

  @Test
  void an_answer_that_is_stored_already_is_a_lost_race() {
    CommandMessage mine = message(CHAIR, free("o1"), key("k"));
    Loaded before = load(mine);
    commit(mine);

    UnitOfWork again = decide(before, List.of(mine));

    assertThat(failure(ledger().commitLocked(wanted(List.of(mine)), loaded -> again)))
        .isInstanceOf(LostRace.class);
  }

  @Test
  void a_key_that_another_shard_was_given_meanwhile_is_a_lost_race() {
    CommandMessage mine = message(CHAIR, free("o1"), key("k"));
    UnitOfWork late = decide(load(mine), List.of(mine));
    commit(message(TABLE, new Deallocate(new OrderId("o1"), TABLE), key("k")));

    assertThat(failure(ledger().commitLocked(wanted(List.of(mine)), loaded -> late)))
        .isInstanceOf(LostRace.class);
    assertThat(load(mine).answers().get(key("k")).shard()).isEqualTo(9);
  }

  @Test
  void an_oversell_is_impossible_for_wrong_code_too() {
    commit(message(CHAIR, create("b1", CHAIR, 10)), message(CHAIR, take("o1", CHAIR, 7)));

    rejects(change("b1", 0, 4));
    rejects(change("b1", -4, 0));
    rejects(change("b1", 0, -8));
    rejects(change("b1", -11, -7));
  }

  @Test
  void a_row_that_is_not_there_spoils_the_whole_unit() {
    commit(message(CHAIR, create("b1", CHAIR, 10)), message(CHAIR, take("o1", CHAIR, 7)));
    OrderLine nobodys = new OrderLine(new OrderId("o9"), CHAIR, 1, new BatchRef("b1"), 3);

    rejects(change("b2", 0, 1));
    rejects(new Changes(List.of(), List.of(nobodys), List.of()));
    rejects(new Changes(List.of(), List.of(), List.of(LineKey.of(nobodys))));
  }

  @Test
  void new_lines_that_would_oversell_or_come_from_no_batch_are_refused_with_their_unit() {
    commit(message(CHAIR, create("b1", CHAIR, 10)), message(CHAIR, take("o1", CHAIR, 7)));
    CommandMessage mine = message(CHAIR, take("o2", CHAIR, 1));
    Loaded before = load(mine);
    Effects sound = decide(before, List.of(mine)).effects();
    assertThat(sound.isNewLinesOnly()).isTrue();

    for (BatchChange wrong : List.of(takes("b1", 4), takes("b2", 1))) {
      Effects unit =
          new Effects(
              sound.unitId(),
              sound.at(),
              sound.shards(),
              List.of(),
              List.of(wrong),
              sound.newLines(),
              List.of(),
              List.of(),
              List.of(),
              List.of(),
              List.of(),
              sound.events());
      assertThat(failure(ledger().commit(unit))).isInstanceOf(Rejected.class);
    }

    assertThat(load(mine)).isEqualTo(before);
    assertThat(events(3)).hasSize(2);
    result(ledger().commit(sound));
    assertThat(load(mine).lines()).hasSize(1);
  }

  private static BatchChange takes(String ref, int quantity) {
    return new BatchChange(CHAIR, new BatchRef(ref), 0, quantity, Optional.empty());
  }

  @Test
  void the_events_of_a_unit_stand_shard_by_shard_in_the_order_of_their_positions() {
    commit(
        message(CHAIR, create("b1", CHAIR, 10)),
        message(TABLE, create("b2", TABLE, 10)),
        message(CHAIR, take("o1", CHAIR, 1)),
        message(TABLE, take("o2", TABLE, 1)),
        message(CHAIR, take("o3", CHAIR, 1)));

    assertThat(events(3)).extracting(LoggedEvent::position).containsExactly(1L, 2L, 3L);
    assertThat(events(9)).extracting(LoggedEvent::position).containsExactly(1L, 2L);
  }

  private static Changes change(String ref, int purchasedBy, int allocatedBy) {
    return new Changes(
        List.of(
            new BatchChange(CHAIR, new BatchRef(ref), purchasedBy, allocatedBy, Optional.empty())),
        List.of(),
        List.of());
  }

  /** What wrong code might want to write. */
  private record Changes(List<BatchChange> batches, List<OrderLine> lines, List<LineKey> gone) {}

  private void rejects(Changes wrong) {
    CommandMessage look = message(CHAIR, take("o1", CHAIR, 7));
    Loaded before = load(look);

    assertThat(failure(write(effects(before, wrong)))).isInstanceOf(Rejected.class);

    assertThat(load(look)).isEqualTo(before);
    assertThat(events(3)).hasSize(2);
  }

  private static Effects effects(Loaded before, Changes wrong) {
    long from = before.positions().getOrDefault(3, 0L);
    Event event = new Event.OutOfStock(new OrderId("o9"), 1, Event.OutOfStock.Reason.REFUSED);
    UnitOfWork nothing = decide(before, List.of());
    LoggedEvent logged =
        EventJson.logged(3, from + 1, CHAIR, event, nothing.at(), nothing.unitId(), "c");
    SortedMap<Integer, Move> moves = new TreeMap<>(Map.of(3, new Move(from, from + 1)));
    return new Effects(
        nothing.unitId(),
        nothing.at(),
        moves,
        List.of(),
        wrong.batches(),
        List.of(),
        wrong.lines(),
        wrong.gone(),
        List.of(),
        List.of(),
        List.of(),
        List.of(logged));
  }

  @Test
  void a_locked_commit_waits_for_another_writer_and_then_cannot_lose() {
    commit(message(CHAIR, create("b1", CHAIR, 10)));
    CommandMessage theirs = message(CHAIR, take("theirs", CHAIR, 4));
    Writer other = hold(decide(load(theirs), List.of(theirs)).effects());
    CommandMessage mine = message(CHAIR, take("mine", CHAIR, 7));
    AtomicBoolean decided = new AtomicBoolean();

    Future<UnitOfWork> committed =
        ledger()
            .commitLocked(
                wanted(List.of(mine)),
                loaded -> {
                  decided.set(true);
                  return decide(loaded, List.of(mine));
                });
    until("it waits", () -> waiting() == 1);
    assertThat(decided).isFalse();
    other.commit();

    UnitOfWork unit = result(committed);
    assertThat(unit.outcomes()).singleElement().isInstanceOf(Outcome.Refused.class);
    assertThat(load(mine, theirs).lines())
        .containsOnlyKeys(new LineKey(new OrderId("theirs"), CHAIR));
    assertThat(events(3))
        .hasSize(3)
        .last()
        .extracting(LoggedEvent::unitId)
        .isEqualTo(unit.unitId());
  }

  @Test
  void a_locked_commit_whose_decision_throws_writes_nothing_and_lets_go() {
    CommandMessage mine = message(CHAIR, create("b1", CHAIR, 10));
    IllegalArgumentException mistake = new IllegalArgumentException("a mistake of ours");

    Throwable cause =
        failure(
            ledger()
                .commitLocked(
                    wanted(List.of(mine)),
                    loaded -> {
                      throw mistake;
                    }));

    assertThat(cause).isSameAs(mistake);
    assertThat(commit(mine).position(3)).isEqualTo(1);
  }

  @Test
  void a_locked_commit_of_nothing_writes_nothing() {
    commit(message(CHAIR, create("b1", CHAIR, 10)), message(CHAIR, take("o1", CHAIR, 1)));
    List<CommandMessage> again = List.of(message(CHAIR, take("o1", CHAIR, 1)));

    UnitOfWork unit = result(ledger().commitLocked(wanted(again), loaded -> decide(loaded, again)));

    assertThat(unit.outcomes()).singleElement().isInstanceOf(Outcome.Repeated.class);
    assertThat(events(3)).hasSize(2);
  }

  @Test
  void tells_whether_a_unit_was_committed() {
    CommandMessage mine = message(CHAIR, create("b1", CHAIR, 10));
    Effects written = commit(mine).effects();
    CommandMessage more = message(CHAIR, create("b2", CHAIR, 10));
    Effects never = decide(load(more), List.of(more)).effects();
    commit(message(CHAIR, create("b3", CHAIR, 10)));

    assertThat(result(ledger().wasCommitted(written))).isTrue();
    assertThat(result(ledger().wasCommitted(never))).isFalse();
  }

  @Test
  void tells_whether_a_unit_of_answers_alone_was_committed() {
    CommandMessage mine = message(CHAIR, free("o1"), key("k"));
    Effects never = decide(load(mine), List.of(mine)).effects();
    Effects written = commit(mine).effects();

    assertThat(written.events()).isEmpty();
    assertThat(result(ledger().wasCommitted(written))).isTrue();
    assertThat(result(ledger().wasCommitted(never))).isFalse();
  }

  @Test
  void waits_for_the_end_of_the_unit_that_it_is_asked_about() {
    CommandMessage first = message(CHAIR, create("b1", CHAIR, 10));
    Effects committed = decide(load(first), List.of(first)).effects();
    Writer one = hold(committed);
    Future<Boolean> was = ledger().wasCommitted(committed);
    until("it waits", () -> waiting() == 1);
    one.commit();
    assertThat(result(was)).isTrue();

    CommandMessage second = message(CHAIR, create("b2", CHAIR, 10));
    Effects aborted = decide(load(second), List.of(second)).effects();
    Writer two = hold(aborted);
    Future<Boolean> wasNot = ledger().wasCommitted(aborted);
    until("it waits", () -> waiting() == 1);
    two.abort();
    assertThat(result(wasNot)).isFalse();
  }

  @Test
  void units_of_other_shards_do_not_disturb_each_other() {
    UnitOfWork chair = commit(message(CHAIR, create("b1", CHAIR, 10)));
    UnitOfWork table = commit(message(TABLE, create("b2", TABLE, 10)));

    assertThat(chair.position(3)).isEqualTo(1);
    assertThat(table.position(9)).isEqualTo(1);
    assertThat(load(message(CHAIR, free("x"))).positions()).isEqualTo(Map.of(3, 1L));
    assertThat(result(Units.load(ledger(), products(CHAIR, TABLE))).positions().keySet())
        .isEqualTo(Set.of(3, 9));
  }

  protected final Loaded load(CommandMessage... commands) {
    return load(List.of(commands));
  }

  private Loaded load(List<CommandMessage> commands) {
    return result(Units.load(ledger(), wanted(commands)));
  }

  protected final UnitOfWork commit(CommandMessage... commands) {
    return commit(List.of(commands));
  }

  private UnitOfWork commit(List<CommandMessage> commands) {
    return result(ledger().commitLocked(wanted(commands), loaded -> decide(loaded, commands)));
  }

  protected static Command create(String ref, Sku sku, int quantity) {
    return new CreateBatch(new BatchRef(ref), sku, quantity, Arrival.inStock());
  }

  protected static Command take(String order, Sku sku, int quantity) {
    return new Allocate(new OrderId(order), sku, quantity);
  }

  private static Command free(String order) {
    return new Deallocate(new OrderId(order), CHAIR);
  }

  protected static Command cut(String ref, int quantity) {
    return new ChangeBatch(new BatchRef(ref), OptionalInt.of(quantity), Optional.empty());
  }

  private static Arrival due(int day) {
    return Arrival.due(LocalDate.of(2027, 1, 1).plusDays(day));
  }
}
