package allocation.wire;

import allocation.bus.BatchOwner;
import allocation.bus.BusMessage;
import allocation.bus.CommandFailure;
import allocation.bus.CommandGroup;
import allocation.bus.CommandKey;
import allocation.bus.CommandMessage;
import allocation.bus.CommandReply;
import allocation.bus.CommandResult;
import allocation.bus.EventsCommitted;
import allocation.bus.LetGo;
import allocation.bus.LogPositions;
import allocation.bus.Query;
import allocation.bus.Query.Freshness;
import allocation.bus.QueryGroup;
import allocation.bus.View;
import allocation.domain.Answer;
import allocation.domain.Arrival;
import allocation.domain.Batch;
import allocation.domain.BatchRef;
import allocation.domain.Command;
import allocation.domain.Event;
import allocation.domain.LoggedEvent;
import allocation.domain.OrderId;
import allocation.domain.OrderLine;
import allocation.domain.Outcome;
import allocation.domain.Quantities;
import allocation.domain.Refusal;
import allocation.domain.Sku;
import allocation.json.EventJson;
import java.time.Instant;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Messages of every type with contents as chance and a seed will have them. */
final class RandomMessages {
  private static final String ODD = " \"\\/{}[]:,'<ß\u00e4\u2028\ufeff\uff5e\ud83e\ude91aZ09";

  private final Random random;
  private final Map<Class<? extends BusMessage>, Supplier<BusMessage>> makers =
      new LinkedHashMap<>();

  RandomMessages(long seed) {
    random = new Random(seed);
    makers.put(CommandMessage.class, this::commandMessage);
    makers.put(CommandGroup.class, () -> new CommandGroup(some(1, this::commandMessage)));
    makers.put(CommandReply.class, this::reply);
    makers.put(CommandGroup.Results.class, () -> new CommandGroup.Results(some(0, this::result)));
    makers.put(BatchOwner.class, () -> new BatchOwner(ref()));
    makers.put(BatchOwner.Found.class, () -> new BatchOwner.Found(maybe(this::sku)));
    makers.put(
        Query.OrderAllocations.class, () -> new Query.OrderAllocations(order(), freshness()));
    makers.put(Query.ProductBySku.class, () -> new Query.ProductBySku(sku(), freshness()));
    makers.put(
        Query.Products.class,
        () -> new Query.Products(maybe(this::sku), 1 + random.nextInt(1_000), freshness()));
    makers.put(Query.BatchByRef.class, () -> new Query.BatchByRef(ref(), freshness()));
    makers.put(QueryGroup.class, () -> new QueryGroup(some(1, this::query)));
    makers.put(View.OrderLines.class, () -> new View.OrderLines(order(), some(0, this::viewLine)));
    makers.put(
        View.ProductStock.class,
        () -> new View.ProductStock(sku(), count(), count(), some(0, this::stock)));
    makers.put(View.BatchStock.class, () -> new View.BatchStock(sku(), stock()));
    makers.put(
        View.ProductPage.class, () -> new View.ProductPage(some(0, this::item), maybe(this::sku)));
    makers.put(View.Unknown.class, View.Unknown::new);
    makers.put(View.Behind.class, () -> new View.Behind(text()));
    makers.put(
        QueryGroup.Views.class, () -> new QueryGroup.Views(some(0, () -> maybe(this::view))));
    makers.put(EventsCommitted.class, this::committed);
    makers.put(LetGo.class, () -> new LetGo(List.copyOf(positions().keySet())));
    makers.put(LogPositions.class, () -> new LogPositions(positions()));
  }

  Map<Class<? extends BusMessage>, Supplier<BusMessage>> makers() {
    return makers;
  }

  private CommandMessage commandMessage() {
    return new CommandMessage(
        sku(),
        command(),
        new CommandKey(text(), text()),
        text(),
        Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000)));
  }

  private Command command() {
    return switch (random.nextInt(4)) {
      case 0 -> new Command.CreateBatch(ref(), sku(), quantity(), arrival());
      case 1 -> change();
      case 2 -> new Command.Allocate(order(), sku(), quantity());
      default -> new Command.Deallocate(order(), sku());
    };
  }

  private Command change() {
    return random.nextBoolean()
        ? new Command.ChangeBatch(ref(), OptionalInt.of(quantity() - 1), maybe(this::arrival))
        : new Command.ChangeBatch(ref(), OptionalInt.empty(), Optional.of(arrival()));
  }

  private CommandResult result() {
    return random.nextBoolean()
        ? reply()
        : new CommandResult.NotDone(oneOf(CommandFailure.values()));
  }

  private CommandReply reply() {
    return new CommandReply(random.nextInt(1_024), count(), outcome());
  }

  private Outcome outcome() {
    return switch (random.nextInt(3)) {
      case 0 -> new Outcome.Accepted(answer());
      case 1 -> new Outcome.Repeated(answer());
      default -> new Outcome.Refused(refusal(), random.nextBoolean());
    };
  }

  private Answer answer() {
    return switch (random.nextInt(4)) {
      case 0 -> new Answer.OfBatch(sku(), batch());
      case 1 -> new Answer.OfLine(line(), arrival());
      case 2 -> new Answer.OfRelease(line());
      default ->
          new Answer.OfChange(
              sku(),
              batch(),
              some(0, () -> new Answer.Moved(order(), ref(), ref())),
              some(0, () -> new Answer.Unallocated(order(), quantity())),
              random.nextInt(5_000),
              random.nextInt(5_000));
    };
  }

  private Refusal refusal() {
    return switch (random.nextInt(7)) {
      case 0 -> new Refusal.KeyReused();
      case 1 -> new Refusal.BatchExistsWithOtherContent(ref());
      case 2 -> new Refusal.LineExistsWithOtherQuantity(quantity());
      case 3 -> new Refusal.UnknownSku(sku());
      case 4 -> new Refusal.UnknownBatch(ref());
      case 5 -> new Refusal.NothingAllocated(order(), sku());
      default -> new Refusal.NoStock(quantity(), count());
    };
  }

  private Batch batch() {
    int purchased = quantity();
    return new Batch(
        ref(),
        purchased,
        random.nextInt(purchased + 1),
        arrival(),
        new Batch.Created(quantity(), arrival()));
  }

  private OrderLine line() {
    return new OrderLine(order(), sku(), quantity(), ref(), count());
  }

  private Query query() {
    return any(Query.class);
  }

  private View view() {
    return any(View.class);
  }

  private <T extends BusMessage> T any(Class<T> kind) {
    List<Class<? extends BusMessage>> types =
        makers.keySet().stream().filter(kind::isAssignableFrom).toList();
    return kind.cast(makers.get(types.get(random.nextInt(types.size()))).get());
  }

  private Freshness freshness() {
    return switch (random.nextInt(3)) {
      case 0 -> new Freshness.Any();
      case 1 -> new Freshness.AtLeast(positions());
      default -> new Freshness.Committed();
    };
  }

  private View.Line viewLine() {
    return new View.Line(sku(), quantity(), ref(), arrival(), count());
  }

  private View.Stock stock() {
    Batch batch = batch();
    return View.Stock.of(batch);
  }

  private View.Item item() {
    return new View.Item(sku(), count(), count());
  }

  private EventsCommitted committed() {
    int shard = random.nextInt(1_024);
    long first = 1 + count() / 2;
    int size = random.nextInt(4);
    List<LoggedEvent> events =
        Stream.iterate(first, position -> position + 1)
            .limit(size)
            .map(position ->
                EventJson.logged(shard, position, sku(), event(), Instant.EPOCH, text(), text()))
            .toList();
    return new EventsCommitted(shard, first, first + size, events);
  }

  private Event event() {
    return switch (random.nextInt(6)) {
      case 0 -> new Event.BatchCreated(ref(), quantity(), arrival());
      case 1 -> new Event.BatchQuantityChanged(ref(), quantity(), quantity());
      case 2 -> new Event.BatchEtaChanged(ref(), arrival(), arrival());
      case 3 -> new Event.Allocated(order(), quantity(), ref(), arrival(), maybe(this::ref));
      case 4 ->
          new Event.Deallocated(
              order(), quantity(), ref(), oneOf(Event.Deallocated.Reason.values()));
      default -> new Event.OutOfStock(order(), quantity(), oneOf(Event.OutOfStock.Reason.values()));
    };
  }

  private Map<Integer, Long> positions() {
    Map<Integer, Long> positions = new TreeMap<>();
    some(0, () -> random.nextInt(1_024)).forEach(shard -> positions.put(shard, count()));
    return positions;
  }

  private Sku sku() {
    return new Sku(text());
  }

  private BatchRef ref() {
    return new BatchRef(text());
  }

  private OrderId order() {
    return new OrderId(text());
  }

  /** Fit to be an id, however odd. */
  private String text() {
    int[] points = ODD.codePoints().toArray();
    StringBuilder text = new StringBuilder("a");
    for (int i = random.nextInt(12); i > 0; i--) {
      text.appendCodePoint(points[random.nextInt(points.length)]);
    }
    return text.toString();
  }

  private int quantity() {
    return 1 + random.nextInt(random.nextBoolean() ? 9 : Quantities.MAX);
  }

  private long count() {
    return random.nextBoolean() ? random.nextInt(100) : random.nextLong(Long.MAX_VALUE);
  }

  private Arrival arrival() {
    return random.nextBoolean()
        ? Arrival.inStock()
        : Arrival.due(LocalDate.ofEpochDay(random.nextInt(40_000)));
  }

  private <T> Optional<T> maybe(Supplier<T> make) {
    return random.nextBoolean() ? Optional.of(make.get()) : Optional.empty();
  }

  private <T> List<T> some(int least, Supplier<T> make) {
    return Stream.generate(make).limit(least + random.nextInt(4)).toList();
  }

  @SafeVarargs
  private <T> T oneOf(T... all) {
    return all[random.nextInt(all.length)];
  }
}
