package allocation.handler;

import allocation.bus.CommandKey;
import allocation.bus.CommandMessage;
import allocation.bus.Shards;
import allocation.domain.BatchRef;
import allocation.domain.Command;
import allocation.domain.Decision;
import allocation.domain.Event;
import allocation.domain.Facts;
import allocation.domain.LoggedEvent;
import allocation.domain.OrderId;
import allocation.domain.OrderLine;
import allocation.domain.Outcome;
import allocation.domain.Product;
import allocation.domain.Refusal;
import allocation.domain.Sku;
import allocation.json.EventJson;
import allocation.json.Fingerprint;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Decides commands one after the other, each on what the one before it left, and gathers what all
 * of them together change.
 */
public final class UnitOfWork {
  private final String unitId;
  private final Instant at;
  private final Shards shards;
  private final Loaded loaded;
  private final Function<Sku, Optional<Product>> memory;

  private final Map<Sku, Product> originals = new HashMap<>();
  private final Map<Sku, Product> products = new LinkedHashMap<>();
  private final Lines lines;
  private final Map<BatchRef, Sku> owners;
  private final Map<BatchRef, Long> madeAt = new HashMap<>();
  private final Map<CommandKey, StoredAnswer> answers;
  private final Map<CommandKey, StoredAnswer> newAnswers = new LinkedHashMap<>();
  private final Map<Integer, Long> positions;
  private final List<LoggedEvent> events = new ArrayList<>();
  private final List<Outcome> outcomes = new ArrayList<>();
  private CutSoFar cutSoFar;
  private boolean goesOn;

  /**
   * @param before of the steps before this one, if it is one
   * @param memory products that were not loaded, as of the loaded positions
   */
  UnitOfWork(
      String unitId,
      Instant at,
      Shards shards,
      Loaded loaded,
      CutSoFar before,
      Function<Sku, Optional<Product>> memory) {
    this.cutSoFar = before;
    this.unitId = unitId;
    this.at = at;
    this.shards = shards;
    this.loaded = loaded;
    this.memory = memory;
    this.lines = new Lines(loaded);
    this.owners = new HashMap<>(loaded.owners());
    this.answers = new HashMap<>(loaded.answers());
    this.positions = new HashMap<>(loaded.positions());
  }

  /** Whether a command needs an id of its own to be sent again safely. */
  static boolean isKeyed(CommandMessage message) {
    return switch (message.command()) {
      case Command.ChangeBatch change -> true;
      case Command.Deallocate deallocate -> true;
      case Command.CreateBatch create -> message.key().isOfMessage();
      case Command.Allocate allocate -> message.key().isOfMessage();
    };
  }

  /** Decides the next command; its outcome is the next of {@link #outcomes}. */
  void decide(CommandMessage message) {
    outcomes.add(isKeyed(message) ? once(message) : outcome(message, message.command()));
  }

  private Outcome once(CommandMessage message) {
    String fingerprint = Fingerprint.of(message.command());
    StoredAnswer stored = answers.get(message.key());
    if (stored == null && isOneStepOfMore(message.command())) {
      return step(message, (Command.ChangeBatch) message.command());
    }
    if (stored == null) {
      Outcome outcome = cutSoFar.whole(outcome(message, message.command()));
      stored = new StoredAnswer(message.key(), shards.of(message.sku()), fingerprint, outcome);
      answers.put(stored.key(), stored);
      newAnswers.put(stored.key(), stored);
      return outcome;
    }
    if (!stored.fingerprint().equals(fingerprint)) {
      return new Outcome.Refused(new Refusal.KeyReused());
    }
    return switch (stored.outcome()) {
      case Outcome.Accepted done -> new Outcome.Repeated(done.answer());
      case Outcome.Repeated done -> done;
      case Outcome.Refused no -> new Outcome.Refused(no.refusal(), true);
    };
  }

  private boolean isOneStepOfMore(Command command) {
    return command instanceof Command.ChangeBatch && CutSoFar.isMoreThanOne(loaded.linesAbove());
  }

  /** Its answer is for nobody, and is not kept: the command has none yet. */
  private Outcome step(CommandMessage message, Command.ChangeBatch cut) {
    int allocated = product(message.sku()).batch(cut.ref()).orElseThrow().allocated();
    Outcome done = outcome(message, CutSoFar.step(cut, allocated, loaded.linesAbove()));
    goesOn = true;
    cutSoFar = cutSoFar.and(done);
    return done;
  }

  private Outcome outcome(CommandMessage message, Command command) {
    Sku sku = message.sku();
    int shard = shards.of(sku);
    Decision decision = product(sku).decide(command, facts(sku, shard));
    for (Event event : decision.events()) {
      record(shard, sku, event, message.correlationId());
    }
    products.put(sku, decision.product());
    return Outcome.of(decision);
  }

  private void record(int shard, Sku sku, Event event, String correlationId) {
    long position = positions.merge(shard, 1L, Long::sum);
    events.add(EventJson.logged(shard, position, sku, event, at, unitId, correlationId));
    lines.apply(sku, event, position);
    if (event instanceof Event.BatchCreated created) {
      owners.put(created.ref(), sku);
      madeAt.put(created.ref(), position);
    }
  }

  private Product product(Sku sku) {
    return products.computeIfAbsent(
        sku,
        first -> {
          Product loadedNow = loaded.products().get(sku);
          Product original =
              loadedNow != null
                  ? loadedNow
                  : memory
                      .apply(sku)
                      .orElseThrow(
                          () -> new IllegalStateException("sku %s not loaded".formatted(sku)));
          originals.put(sku, original);
          return original;
        });
  }

  private Facts facts(Sku sku, int shard) {
    return new Facts() {
      @Override
      public long nextPosition() {
        return position(shard) + 1;
      }

      @Override
      public Optional<OrderLine> line(OrderId orderId) {
        return lines.now(new LineKey(orderId, sku));
      }

      @Override
      public Optional<Sku> ownerOf(BatchRef ref) {
        return Optional.ofNullable(owners.get(ref));
      }

      @Override
      public List<OrderLine> linesAbove(BatchRef ref, int quantity) {
        return CutSoFar.ofNextStep(loaded.linesAbove());
      }
    };
  }

  /** Whether its command is not done yet: the same is to be decided again when this is written. */
  boolean goesOn() {
    return goesOn;
  }

  /** With this step, if it is one. */
  CutSoFar cutSoFar() {
    return cutSoFar;
  }

  /** What became of each command, in the order they were decided. */
  List<Outcome> outcomes() {
    return outcomes;
  }

  /** The shard's last position after this unit. */
  long position(int shard) {
    Long position = positions.get(shard);
    if (position == null) {
      throw new IllegalStateException("shard %d not loaded".formatted(shard));
    }
    return position;
  }

  /** Every product that the unit looked at, as it is after it. */
  Map<Sku, Product> products() {
    return products;
  }

  /** What is to be written, netted. */
  public Effects effects() {
    return EffectsOf.unit(this);
  }

  String unitId() {
    return unitId;
  }

  Instant at() {
    return at;
  }

  Shards shards() {
    return shards;
  }

  Loaded loaded() {
    return loaded;
  }

  Map<Sku, Product> originals() {
    return originals;
  }

  Lines lines() {
    return lines;
  }

  Map<BatchRef, Long> madeAt() {
    return madeAt;
  }

  List<StoredAnswer> newAnswers() {
    return List.copyOf(newAnswers.values());
  }

  List<LoggedEvent> events() {
    return events;
  }
}
