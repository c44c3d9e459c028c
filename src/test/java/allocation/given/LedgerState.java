package allocation.given;

import allocation.bus.CommandKey;
import allocation.bus.Shards;
import allocation.domain.Arrival;
import allocation.domain.Batch;
import allocation.domain.BatchRef;
import allocation.domain.LoggedEvent;
import allocation.domain.OrderLine;
import allocation.domain.Product;
import allocation.domain.Sku;
import allocation.handler.CommitFailure.LineExists;
import allocation.handler.CommitFailure.LostRace;
import allocation.handler.CommitFailure.Rejected;
import allocation.handler.Effects;
import allocation.handler.Effects.BatchChange;
import allocation.handler.Effects.Move;
import allocation.handler.Effects.NewBatch;
import allocation.handler.LineKey;
import allocation.handler.Loaded;
import allocation.handler.StoredAnswer;
import allocation.handler.Wanted;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The tables of the write side as maps, with the constraints that they have in PostgreSQL. */
public final class LedgerState {
  private final Shards shards;
  private final Map<Integer, Long> positions;
  private final Map<BatchRef, Sku> refs;
  private final Map<BatchRef, Batch> batches;
  private final Map<LineKey, OrderLine> lines;
  private final Set<Sku> shortages;
  private final Map<CommandKey, StoredAnswer> answers;
  private final Map<CommandKey, String> unitsOfAnswers;
  private final TreeMap<Integer, List<LoggedEvent>> events;

  public LedgerState(Shards shards) {
    this.shards = shards;
    positions = new HashMap<>();
    shards.all().forEach(shard -> positions.put(shard, 0L));
    refs = new HashMap<>();
    batches = new HashMap<>();
    lines = new HashMap<>();
    shortages = new HashSet<>();
    answers = new HashMap<>();
    unitsOfAnswers = new HashMap<>();
    events = new TreeMap<>();
  }

  private LedgerState(LedgerState other) {
    shards = other.shards;
    positions = new HashMap<>(other.positions);
    refs = new HashMap<>(other.refs);
    batches = new HashMap<>(other.batches);
    lines = new HashMap<>(other.lines);
    shortages = new HashSet<>(other.shortages);
    answers = new HashMap<>(other.answers);
    unitsOfAnswers = new HashMap<>(other.unitsOfAnswers);
    events = new TreeMap<>(other.events);
  }

  public Loaded load(Wanted wanted) {
    Loaded all =
        new Loaded(
            positions,
            products(wanted.products()),
            lines,
            refs,
            answers,
            wanted.cut().map(this::linesAbove).orElse(List.of()));
    return new Loaded(
        only(wanted.shards(), all.positions()),
        all.products(),
        only(wanted.lines(), all.lines()),
        only(wanted.refs(), all.owners()),
        only(wanted.keys(), all.answers()),
        all.linesAbove());
  }

  private static <K, V> Map<K, V> only(Set<K> wanted, Map<K, V> all) {
    Map<K, V> some = new HashMap<>(all);
    some.keySet().retainAll(wanted);
    return some;
  }

  private Map<Sku, Product> products(Set<Sku> wanted) {
    Map<Sku, Product> products = new HashMap<>();
    for (Sku sku : wanted) {
      List<Batch> ofSku =
          batches.values().stream().filter(batch -> sku.equals(refs.get(batch.ref()))).toList();
      products.put(sku, Product.of(sku, ofSku, shortages.contains(sku)));
    }
    return products;
  }

  private List<OrderLine> linesAbove(Wanted.BatchCut cut) {
    Batch batch = batches.get(cut.ref());
    List<OrderLine> above = new ArrayList<>();
    long held = batch == null ? 0 : batch.allocated();
    for (OrderLine line :
        lines.values().stream()
            .filter(line -> line.batchRef().equals(cut.ref()))
            .sorted(Comparator.comparingLong(OrderLine::position).reversed())
            .toList()) {
      if (held > cut.quantity()) {
        above.add(line);
        held -= line.quantity();
      }
    }
    return above.subList(Math.max(0, above.size() - cut.most()), above.size());
  }

  public Optional<Sku> ownerOf(BatchRef ref) {
    return Optional.ofNullable(refs.get(ref));
  }

  public List<LoggedEvent> events(int shard) {
    return events.getOrDefault(shard, List.of());
  }

  public boolean has(Effects unit) {
    return unit.events().isEmpty()
        ? unit.unitId().equals(unitsOfAnswers.get(unit.answers().getFirst().key()))
        : events(unit.events().getFirst().shard()).stream()
            .anyMatch(event -> event.unitId().equals(unit.unitId()));
  }

  /** Whether a unit with events is written. */
  public boolean has(String unitId) {
    return events.values().stream()
        .flatMap(List::stream)
        .anyMatch(event -> event.unitId().equals(unitId));
  }

  /** The state after a unit; throws a CommitFailure, and this state stays as it was. */
  public LedgerState after(Effects unit) {
    LedgerState after = new LedgerState(this);
    after.write(unit);
    return after;
  }

  private void write(Effects unit) {
    unit.shards().forEach(this::move);
    for (NewBatch made : unit.newBatches()) {
      unique("batch_ref", refs.putIfAbsent(made.batch().ref(), made.sku()) == null);
      batches.put(made.batch().ref(), made.batch());
    }
    unit.changedBatches().forEach(this::change);
    for (LineKey gone : unit.goneLines()) {
      exists(gone, lines.remove(gone) != null);
    }
    for (OrderLine line : unit.changedLines()) {
      exists(line, lines.replace(LineKey.of(line), line) != null);
    }
    for (OrderLine line : unit.newLines()) {
      if (lines.putIfAbsent(LineKey.of(line), line) != null) {
        throw new LineExists(new IllegalStateException("is there already: " + line));
      }
    }
    unit.shortagesBegun().forEach(sku -> unique("shortage", shortages.add(sku)));
    shortages.removeAll(Set.copyOf(unit.shortagesEnded()));
    for (StoredAnswer answer : unit.answers()) {
      unique("command_answer", answers.putIfAbsent(answer.key(), answer) == null);
      unitsOfAnswers.put(answer.key(), unit.unitId());
    }
    unit.events().stream().collect(Collectors.groupingBy(LoggedEvent::shard)).forEach(this::append);
  }

  private void move(int shard, Move move) {
    long position = positions.getOrDefault(shard, 0L);
    if (position != move.from()) {
      throw new LostRace(new IllegalStateException("shard " + shard + " is at " + position));
    }
    positions.put(shard, move.to());
  }

  private void change(BatchChange change) {
    Batch was = batches.get(change.ref());
    exists(change, was != null && change.sku().equals(refs.get(change.ref())));
    if (was == null) {
      return;
    }
    Arrival arrival = change.arrival().orElse(was.arrival());
    try {
      batches.put(
          was.ref(),
          new Batch(
              was.ref(),
              was.purchased() + change.purchasedBy(),
              was.allocated() + change.allocatedBy(),
              arrival,
              was.created()));
    } catch (IllegalArgumentException oversold) {
      throw new Rejected(oversold);
    }
  }

  private void append(int shard, List<LoggedEvent> added) {
    List<LoggedEvent> more = new ArrayList<>(events(shard));
    more.addAll(added);
    Set<Long> places = more.stream().map(LoggedEvent::position).collect(Collectors.toSet());
    unique("event", places.size() == more.size());
    events.put(shard, List.copyOf(more));
  }

  private static void unique(String table, boolean isNew) {
    if (!isNew) {
      throw new LostRace(new IllegalStateException("not unique in " + table));
    }
  }

  private static void exists(Object row, boolean found) {
    if (!found) {
      throw new Rejected(new IllegalStateException("is not there: " + row));
    }
  }
}
