package allocation.simulation;

import allocation.bus.CommandReply;
import allocation.bus.Query;
import allocation.bus.Shards;
import allocation.bus.View;
import allocation.domain.Answer;
import allocation.domain.Batch;
import allocation.domain.Command;
import allocation.domain.Event;
import allocation.domain.LoggedEvent;
import allocation.domain.OrderId;
import allocation.domain.OrderLine;
import allocation.domain.Outcome;
import allocation.domain.Refusal;
import allocation.domain.Sku;
import allocation.handler.LineKey;
import allocation.handler.Loaded;
import allocation.handler.Wanted;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** What must hold whatever happens; throws a {@link World.Violation} that says what does not. */
final class Checker {
  /** Milliseconds by which a node may take a message for younger than it is. */
  private static final long MOST_MISTAKEN_MS = 20;

  private final World world;
  private final Database database;
  private final Topic topic;
  private final CommandsTopic commands;
  private final Shards shards;
  private final List<Told> told = new ArrayList<>();
  private final List<Seen> seen = new ArrayList<>();

  private record Told(Errand errand, CommandReply reply) {}

  private record Seen(Query query, int shard, long position, View view) {}

  Checker(World world, Database database, Topic topic, CommandsTopic commands, Shards shards) {
    this.world = world;
    this.database = database;
    this.topic = topic;
    this.commands = commands;
    this.shards = shards;
  }

  int answers() {
    return told.size();
  }

  int views() {
    return seen.size();
  }

  /** Somebody was told: it must be there by now. */
  void told(Errand errand, CommandReply reply) {
    require(
        database.position(reply.shard()) >= reply.position(),
        "%s was told of position %d, and the log ends at %d",
        errand,
        reply.position(),
        database.position(reply.shard()));
    require(
        !errand.isKeyed() || isAnswerStored(errand),
        "%s was told, and the answer is not stored",
        errand);
    errand.replies.add(reply);
    told.add(new Told(errand, reply));
  }

  private boolean isAnswerStored(Errand errand) {
    Wanted wanted =
        new Wanted(Set.of(), Set.of(), Set.of(), Set.of(), Set.of(errand.key), Optional.empty());
    return database.state().load(wanted).answers().containsKey(errand.key);
  }

  /** Somebody has looked, and wanted to see what is at the position. */
  void saw(Query query, int shard, long position, View view) {
    seen.add(new Seen(query, shard, position, view));
  }

  /** Everything is healed and done: all must agree. */
  void check(List<Errand> errands) {
    Map<Integer, Fold> folds = new HashMap<>();
    Set<Object> refs = new HashSet<>();
    for (int shard : shards.all()) {
      Fold fold = Fold.of(database.state().events(shard));
      folds.put(shard, fold);
      for (Object ref : fold.now().batches().keySet()) {
        require(refs.add(ref), "batch %s is in two shards", ref);
      }
      unitsAreWhole(fold);
      require(
          topic.events(shard).equals(fold.events()),
          "shard %d: the topic has %d of %d events",
          shard,
          topic.events(shard).size(),
          fold.events().size());
    }
    tablesAgree(folds);
    viewsAgree(folds);
    told.forEach(one -> holds(one, fold(folds, one.reply().shard())));
    seen.forEach(one -> shows(one, fold(folds, one.shard())));
    Map<String, List<LoggedEvent>> ofErrands =
        folds.values().stream()
            .flatMap(fold -> fold.events().stream())
            .collect(Collectors.groupingBy(LoggedEvent::correlationId));
    errands.forEach(errand -> {
      require(errand.done, "never told: %s", errand);
      require(
          !errand.key.isOfMessage() || commands.isDead(errand) || isAnswerStored(errand),
          "a message was taken and nothing came of it: %s",
          errand);
      List<LoggedEvent> events = ofErrands.getOrDefault(errand.correlationId, List.of());
      once(errand, events);
      if (!errand.key.isOfMessage()) {
        events.forEach(event -> inTime(errand, event));
      }
    });
  }

  private static Fold fold(Map<Integer, Fold> folds, int shard) {
    Fold fold = folds.get(shard);
    require(fold != null, "there is no shard %d", shard);
    return Objects.requireNonNull(fold);
  }

  /** What one unit of work wrote stands together. */
  private static void unitsAreWhole(Fold fold) {
    Set<String> ended = new HashSet<>();
    String unit = "";
    for (LoggedEvent event : fold.events()) {
      if (!event.unitId().equals(unit)) {
        require(!ended.contains(event.unitId()), "a unit of work is torn apart: %s", event);
        ended.add(unit);
        unit = event.unitId();
      }
    }
  }

  private void tablesAgree(Map<Integer, Fold> folds) {
    Set<Sku> skus = new HashSet<>();
    Set<LineKey> lines = new HashSet<>();
    folds
        .values()
        .forEach(fold -> {
          fold.now().batches().values().forEach(batch -> skus.add(batch.sku()));
          fold.events()
              .forEach(
                  event -> order(event).ifPresent(o -> lines.add(new LineKey(o, event.sku()))));
        });
    Loaded stored =
        database
            .state()
            .load(new Wanted(Set.of(), skus, lines, Set.of(), Set.of(), Optional.empty()));
    for (Sku sku : skus) {
      Fold fold = fold(folds, shards.of(sku));
      List<Fold.Batch> batches =
          stored.products().get(sku).batches().stream()
              .map(batch -> ofStored(sku, batch))
              .sorted(Comparator.comparing(Fold.Batch::ref))
              .toList();
      List<Fold.Batch> logged =
          fold.now().of(sku).stream().sorted(Comparator.comparing(Fold.Batch::ref)).toList();
      require(batches.equals(logged), "batches are %s, and the log says %s", batches, logged);
    }
    for (LineKey key : lines) {
      Optional<Fold.Line> line =
          Optional.ofNullable(stored.lines().get(key)).map(Checker::ofStored);
      Optional<Fold.Line> logged =
          fold(folds, shards.of(key.sku())).now().line(key.orderId(), key.sku());
      require(line.equals(logged), "a line is %s, and the log says %s", line, logged);
    }
  }

  private static Fold.Batch ofStored(Sku sku, Batch batch) {
    return new Fold.Batch(batch.ref(), sku, batch.purchased(), batch.allocated(), batch.arrival());
  }

  private static Fold.Line ofStored(OrderLine line) {
    return new Fold.Line(
        line.orderId(), line.sku(), line.quantity(), line.batchRef(), line.position());
  }

  private static Optional<OrderId> order(LoggedEvent event) {
    return switch (event.event()) {
      case Event.Allocated e -> Optional.of(e.orderId());
      case Event.Deallocated e -> Optional.of(e.orderId());
      case Event.OutOfStock e -> Optional.of(e.orderId());
      default -> Optional.empty();
    };
  }

  private void viewsAgree(Map<Integer, Fold> folds) {
    Set<OrderId> orders = new HashSet<>();
    for (Map.Entry<Integer, Fold> one : folds.entrySet()) {
      Fold fold = one.getValue();
      require(
          database.views.cursor(one.getKey()) == fold.last(),
          "the views of shard %d are at %d of %d",
          one.getKey(),
          database.views.cursor(one.getKey()),
          fold.last());
      fold.now()
          .batches()
          .values()
          .forEach(batch ->
              require(
                  database
                      .views
                      .batch(batch.ref())
                      .map(is -> ofView(is))
                      .equals(Optional.of(batch)),
                  "the views have %s of %s",
                  database.views.batch(batch.ref()),
                  batch));
      fold.events().forEach(event -> order(event).ifPresent(orders::add));
    }
    for (OrderId order : orders) {
      Set<Fold.Line> logged =
          folds.values().stream()
              .flatMap(fold -> fold.now().linesOf(order).stream())
              .collect(Collectors.toSet());
      require(
          lines(database.views.order(order)).equals(logged),
          "the views have %s, and the log says %s",
          database.views.order(order),
          logged);
    }
  }

  private static Fold.Batch ofView(View.BatchStock view) {
    return new Fold.Batch(
        view.stock().ref(),
        view.sku(),
        view.stock().purchased(),
        view.stock().allocated(),
        view.stock().arrival());
  }

  private static Set<Fold.Line> lines(View.OrderLines view) {
    return view.lines().stream()
        .map(line ->
            new Fold.Line(
                view.orderId(), line.sku(), line.quantity(), line.batchRef(), line.position()))
        .collect(Collectors.toSet());
  }

  /** Whether what somebody was told is what the log says. */
  private void holds(Told one, Fold fold) {
    Errand errand = one.errand();
    long position = one.reply().position();
    switch (one.reply().outcome()) {
      case Outcome.Accepted yes -> done(errand, yes.answer(), position, fold);
      case Outcome.Repeated again -> done(errand, again.answer(), position, fold);
      case Outcome.Refused no -> refused(errand, no.refusal(), position, fold);
    }
  }

  private static void done(Errand errand, Answer answer, long position, Fold fold) {
    boolean found =
        switch (answer) {
          case Answer.OfLine of ->
              between(fold, position)
                  .anyMatch(p ->
                      fold.at(p)
                          .line(of.line().orderId(), of.line().sku())
                          .equals(Optional.of(ofStored(of.line()))));
          case Answer.OfBatch of ->
              between(fold, position)
                  .anyMatch(p ->
                      ofStored(of.sku(), of.batch())
                          .equals(fold.at(p).batches().get(of.batch().ref())));
          case Answer.OfRelease of ->
              fold.events().stream()
                  .limit(position)
                  .anyMatch(event ->
                      event.event() instanceof Event.Deallocated gone
                          && gone.orderId().equals(of.line().orderId())
                          && gone.batchRef().equals(of.line().batchRef())
                          && event.correlationId().equals(errand.correlationId));
          case Answer.OfChange of ->
              LongStream.rangeClosed(0, position)
                  .anyMatch(p ->
                      ofStored(of.sku(), of.batch())
                          .equals(fold.at(p).batches().get(of.batch().ref())));
        };
    require(found, "%s is not so at %d", errand, position);
  }

  /** No wrong "no". */
  private static void refused(Errand errand, Refusal refusal, long position, Fold fold) {
    // A stored answer may be of long before.
    LongStream moments =
        errand.isKeyed() ? LongStream.rangeClosed(0, position) : between(fold, position);
    boolean right =
        switch (refusal) {
          case Refusal.NoStock no ->
              errand.command instanceof Command.Allocate allocate
                  && no.largest() < allocate.quantity()
                  && moments.anyMatch(p -> fold.at(p).largest(allocate.sku()) == no.largest());
          case Refusal.UnknownSku no -> moments.anyMatch(p -> fold.at(p).of(no.sku()).isEmpty());
          case Refusal.LineExistsWithOtherQuantity no ->
              errand.command instanceof Command.Allocate allocate
                  && no.allocatedQuantity() != allocate.quantity()
                  && moments.anyMatch(p ->
                      fold.at(p)
                          .line(allocate.orderId(), allocate.sku())
                          .filter(line -> line.quantity() == no.allocatedQuantity())
                          .isPresent());
          case Refusal.NothingAllocated no ->
              moments.anyMatch(p -> fold.at(p).line(no.orderId(), no.sku()).isEmpty());
          // Of the batch, which may be in another shard, it is enough that it is there.
          case Refusal.BatchExistsWithOtherContent no ->
              errand.command instanceof Command.CreateBatch;
          case Refusal.UnknownBatch no -> false;
          case Refusal.KeyReused no -> false;
        };
    require(right, "a wrong no at %d: %s", position, errand);
  }

  private static LongStream between(Fold fold, long position) {
    return LongStream.rangeClosed(fold.beginOfUnit(position), position);
  }

  /** Whether a view shows at least what was asked for, as it was at some time since. */
  private static void shows(Seen one, Fold fold) {
    LongStream since = LongStream.rangeClosed(one.position(), fold.last());
    boolean right =
        switch (one.view()) {
          case View.Behind behind -> true;
          case View.OrderLines view ->
              since.anyMatch(p ->
                  ofShard(lines(view), fold)
                      .equals(ofShard(Set.copyOf(fold.at(p).linesOf(view.orderId())), fold)));
          case View.ProductStock view ->
              since.anyMatch(p ->
                  view.batches().stream()
                      .map(stock -> ofView(new View.BatchStock(view.sku(), stock)))
                      .toList()
                      .equals(fold.at(p).of(view.sku())));
          case View.BatchStock view ->
              since.anyMatch(
                  p -> ofView(view).equals(fold.at(p).batches().get(view.stock().ref())));
          case View.Unknown view ->
              switch (one.query()) {
                case Query.ProductBySku asked -> fold.at(one.position()).of(asked.sku()).isEmpty();
                case Query.BatchByRef asked ->
                    !fold.at(one.position()).batches().containsKey(asked.ref());
                default -> false;
              };
          default -> false;
        };
    require(
        right,
        "%s was shown %s; the log goes on with %s",
        one.query(),
        one.view(),
        fold.events().stream()
            .skip(Math.max(0, one.position() - 3))
            .map(LoggedEvent::data)
            .toList());
  }

  /** An order may have lines of other shards, of which nothing was asked. */
  private static Set<Fold.Line> ofShard(Set<Fold.Line> lines, Fold fold) {
    Set<Sku> skus = fold.events().stream().map(LoggedEvent::sku).collect(Collectors.toSet());
    return lines.stream().filter(line -> skus.contains(line.sku())).collect(Collectors.toSet());
  }

  /** What nobody waits for any more is not done: he may have been told, and have undone it. */
  private void inTime(Errand errand, LoggedEvent event) {
    long lateMs = world.decidedMs(event.unitId()) - errand.endMs;
    require(
        lateMs <= MOST_MISTAKEN_MS, "done %d ms after its time: %s by %s", lateMs, errand, event);
  }

  /** What has a key of its own is done once, however often it came. */
  static void once(Errand errand, List<LoggedEvent> events) {
    if (errand.isKeyed()) {
      Set<String> units = events.stream().map(LoggedEvent::unitId).collect(Collectors.toSet());
      require(units.size() <= 1, "done %d times: %s", units.size(), errand);
    }
    long batches = events.stream().filter(e -> e.event() instanceof Event.BatchCreated).count();
    require(batches <= 1, "a batch was made %d times: %s", batches, errand);
  }

  @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a library of its own
  static void require(boolean holds, String what, Object... details) {
    if (!holds) {
      throw new World.Violation(what.formatted(details));
    }
  }
}
