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
import allocation.domain.OrderId;
import allocation.domain.OrderLine;
import allocation.domain.Outcome;
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

/** A message of every kind, by the name of its example in docs/wire.md. */
final class Examples {
  private static final Sku CHAIR = new Sku("RED-CHAIR");
  private static final OrderId ORDER = new OrderId("order-1");
  static final BatchRef HERE = new BatchRef("batch-here");
  private static final BatchRef SHIP = new BatchRef("batch-ship");
  private static final Arrival MARCH = Arrival.due(LocalDate.of(2027, 3, 1));
  private static final Instant NOON = Instant.parse("2026-11-01T12:00:00Z");
  private static final Freshness ANY = new Freshness.Any();

  static final Command.Allocate TAKE = new Command.Allocate(ORDER, CHAIR, 8);
  private static final OrderLine LINE = new OrderLine(ORDER, CHAIR, 8, HERE, 3);
  private static final Batch BATCH =
      new Batch(HERE, 10, 8, Arrival.inStock(), new Batch.Created(10, Arrival.inStock()));
  private static final CommandReply ALLOCATED =
      reply(new Outcome.Accepted(new Answer.OfLine(LINE, Arrival.inStock())));
  private static final View.Stock STOCK = View.Stock.of(BATCH);

  private Examples() {}

  static Map<String, BusMessage> all() {
    Map<String, BusMessage> all = new LinkedHashMap<>();
    commands(all);
    replies(all);
    queries(all);
    views(all);
    all.put(
        "EventsCommitted",
        EventsCommitted.of(
            13,
            List.of(
                EventJson.logged(
                    13,
                    3,
                    CHAIR,
                    new Event.Allocated(ORDER, 8, HERE, Arrival.inStock(), Optional.empty()),
                    NOON,
                    "unit-1",
                    "correlation-1"))));
    all.put("EventsCommitted, too many", new EventsCommitted(13, 4, 2_003, List.of()));
    all.put("LetGo", new LetGo(List.of(3, 13)));
    all.put("LogPositions", new LogPositions(Map.of(0, 0L, 13, 2_003L)));
    return all;
  }

  private static void commands(Map<String, BusMessage> all) {
    all.put("CommandMessage", message(TAKE));
    all.put(
        "CommandMessage, CreateBatch", message(new Command.CreateBatch(SHIP, CHAIR, 100, MARCH)));
    all.put(
        "CommandMessage, ChangeBatch",
        message(new Command.ChangeBatch(HERE, OptionalInt.of(5), Optional.of(Arrival.inStock()))));
    all.put("CommandMessage, Deallocate", message(new Command.Deallocate(ORDER, CHAIR)));
    all.put("CommandGroup", new CommandGroup(List.of(message(TAKE))));
    all.put("BatchOwner", new BatchOwner(HERE));
    all.put("BatchOwner.Found", new BatchOwner.Found(Optional.of(CHAIR)));
    all.put("BatchOwner.Found, none", new BatchOwner.Found(Optional.empty()));
  }

  private static void replies(Map<String, BusMessage> all) {
    all.put("CommandReply", ALLOCATED);
    all.put("CommandReply, batch", reply(new Outcome.Repeated(new Answer.OfBatch(CHAIR, BATCH))));
    all.put("CommandReply, release", reply(new Outcome.Accepted(new Answer.OfRelease(LINE))));
    all.put(
        "CommandReply, change",
        reply(
            new Outcome.Accepted(
                new Answer.OfChange(
                    CHAIR,
                    BATCH,
                    List.of(new Answer.Moved(ORDER, HERE, SHIP)),
                    List.of(new Answer.Unallocated(new OrderId("order-2"), 4)),
                    1,
                    1))));
    Map<String, Refusal> refusals = new LinkedHashMap<>();
    refusals.put("key reused", new Refusal.KeyReused());
    refusals.put("batch exists", new Refusal.BatchExistsWithOtherContent(HERE));
    refusals.put("line exists", new Refusal.LineExistsWithOtherQuantity(8));
    refusals.put("unknown SKU", new Refusal.UnknownSku(CHAIR));
    refusals.put("unknown batch", new Refusal.UnknownBatch(HERE));
    refusals.put("nothing allocated", new Refusal.NothingAllocated(ORDER, CHAIR));
    refusals.put("no stock", new Refusal.NoStock(100, 102));
    refusals.forEach(
        (name, refusal) -> all.put("CommandReply, " + name, reply(new Outcome.Refused(refusal))));
    all.put(
        "CommandReply, refused before",
        reply(new Outcome.Refused(new Refusal.NothingAllocated(ORDER, CHAIR), true)));
    all.put(
        "CommandGroup.Results",
        new CommandGroup.Results(
            List.of(ALLOCATED, new CommandResult.NotDone(CommandFailure.BUSY))));
  }

  private static void queries(Map<String, BusMessage> all) {
    Query product = new Query.ProductBySku(CHAIR, ANY);
    all.put("Query.ProductBySku", product);
    all.put(
        "Query.OrderAllocations",
        new Query.OrderAllocations(ORDER, new Freshness.AtLeast(Map.of(13, 3L))));
    all.put("Query.BatchByRef", new Query.BatchByRef(HERE, new Freshness.Committed()));
    all.put("Query.Products", new Query.Products(Optional.of(CHAIR), 100, ANY));
    all.put("Query.Products, first page", new Query.Products(Optional.empty(), 100, ANY));
    all.put("QueryGroup", new QueryGroup(List.of(product)));
  }

  private static void views(Map<String, BusMessage> all) {
    all.put("View.ProductStock", new View.ProductStock(CHAIR, 2, 2, List.of(STOCK)));
    all.put(
        "View.OrderLines",
        new View.OrderLines(ORDER, List.of(new View.Line(CHAIR, 8, HERE, Arrival.inStock(), 3))));
    all.put("View.BatchStock", new View.BatchStock(CHAIR, STOCK));
    all.put(
        "View.ProductPage",
        new View.ProductPage(List.of(new View.Item(CHAIR, 102, 2)), Optional.of(CHAIR)));
    all.put(
        "View.ProductPage, last",
        new View.ProductPage(List.of(new View.Item(CHAIR, 102, 2)), Optional.empty()));
    all.put("View.Unknown", new View.Unknown());
    all.put("View.Behind", new View.Behind("shard 13 is at 2"));
    all.put(
        "QueryGroup.Views",
        new QueryGroup.Views(List.of(Optional.of(new View.Unknown()), Optional.empty())));
  }

  private static CommandMessage message(Command command) {
    return new CommandMessage(
        CHAIR, command, new CommandKey("http POST /v1/allocations", "id-1"), "correlation-1", NOON);
  }

  private static CommandReply reply(Outcome outcome) {
    return new CommandReply(13, 3, outcome);
  }
}
