package allocation.handler;

import allocation.domain.Batch;
import allocation.domain.BatchRef;
import allocation.domain.LoggedEvent;
import allocation.domain.OrderLine;
import allocation.domain.Product;
import allocation.domain.Sku;
import allocation.handler.Effects.BatchChange;
import allocation.handler.Effects.Move;
import allocation.handler.Effects.NewBatch;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Nets what a unit of work did: each row once, in the order in which they were first touched. The
 * locks of its shards keep others from these rows, so no order is needed to keep writers apart.
 */
final class EffectsOf {
  private final UnitOfWork unit;
  private final List<NewBatch> newBatches = new ArrayList<>();
  private final List<BatchChange> changedBatches = new ArrayList<>();
  private final List<OrderLine> newLines = new ArrayList<>();
  private final List<OrderLine> changedLines = new ArrayList<>();
  private final List<LineKey> goneLines = new ArrayList<>();
  private final List<Sku> shortagesBegun = new ArrayList<>();
  private final List<Sku> shortagesEnded = new ArrayList<>();

  private EffectsOf(UnitOfWork unit) {
    this.unit = unit;
  }

  static Effects unit(UnitOfWork unit) {
    EffectsOf net = new EffectsOf(unit);
    unit.products().keySet().forEach(net::product);
    unit.lines().touched().forEach(net::line);
    return new Effects(
        unit.unitId(),
        unit.at(),
        net.moves(),
        net.newBatches,
        net.changedBatches,
        net.newLines,
        net.changedLines,
        net.goneLines,
        net.shortagesBegun,
        net.shortagesEnded,
        unit.newAnswers(),
        net.events());
  }

  /** Positions rise from event to event, so each shard's stay in order. */
  private List<LoggedEvent> events() {
    List<LoggedEvent> events = new ArrayList<>(unit.events());
    events.sort(Comparator.comparingInt(LoggedEvent::shard));
    return events;
  }

  private SortedMap<Integer, Move> moves() {
    SortedMap<Integer, Move> moves = new TreeMap<>();
    unit.loaded()
        .positions()
        .forEach((shard, from) -> moves.put(shard, new Move(from, unit.position(shard))));
    // A shard that was only looked at is not written; its answers ride on its lock all the same.
    moves
        .entrySet()
        .removeIf(
            move -> move.getValue().from() == move.getValue().to() && !isAnswered(move.getKey()));
    return moves;
  }

  private boolean isAnswered(int shard) {
    return unit.newAnswers().stream().anyMatch(answer -> answer.shard() == shard);
  }

  private void product(Sku sku) {
    Product after = unit.products().get(sku);
    Product before = unit.originals().get(sku);
    if (after == null || before == null || after.equals(before)) {
      return;
    }
    batches(sku, before, after);
    if (after.shortageTold() && !before.shortageTold()) {
      shortagesBegun.add(sku);
    }
    if (before.shortageTold() && !after.shortageTold()) {
      shortagesEnded.add(sku);
    }
  }

  private void batches(Sku sku, Product before, Product after) {
    Map<BatchRef, Batch> were = new HashMap<>();
    before.batches().forEach(batch -> were.put(batch.ref(), batch));
    for (Batch is : after.batches()) {
      Batch was = were.get(is.ref());
      if (was == null) {
        Long position = unit.madeAt().get(is.ref());
        if (position == null) {
          throw new IllegalStateException("batch %s came from nowhere".formatted(is.ref()));
        }
        newBatches.add(new NewBatch(sku, is, position));
      } else if (!was.equals(is)) {
        changedBatches.add(
            new BatchChange(
                sku,
                is.ref(),
                is.purchased() - was.purchased(),
                is.allocated() - was.allocated(),
                is.arrival().equals(was.arrival()) ? Optional.empty() : Optional.of(is.arrival())));
      }
    }
  }

  private void line(LineKey key) {
    Optional<OrderLine> was = unit.lines().before(key);
    Optional<OrderLine> is = unit.lines().now(key);
    if (was.equals(is)) {
      return;
    }
    if (is.isEmpty()) {
      goneLines.add(key);
    } else if (was.isEmpty()) {
      newLines.add(is.get());
    } else {
      changedLines.add(is.get());
    }
  }
}
