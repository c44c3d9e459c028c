package allocation.wire;

import allocation.bus.CommandReply;
import allocation.bus.EventsCommitted;
import allocation.bus.Query;
import allocation.bus.View;
import allocation.domain.LoggedEvent;
import allocation.domain.Outcome;
import allocation.domain.Refusal;
import allocation.wire.PublicLog.Request;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A body of every kind at the public addresses, by the name of its example in docs/wire.md. */
final class PublicExamples {
  private PublicExamples() {}

  static Map<String, String> all() {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("command", new PublicCommand(Examples.TAKE, Optional.empty(), Optional.empty()).text());
    all.put(
        "command, with its ids",
        new PublicCommand(Examples.TAKE, Optional.of("checkout-4711"), Optional.of("cart-42"))
            .text());
    all.put("answer", PublicAnswer.of((CommandReply) Examples.all().get("CommandReply")).text());
    all.put(
        "answer, unknown batch",
        new PublicAnswer(
                new Outcome.Refused(new Refusal.UnknownBatch(Examples.HERE)), Optional.empty())
            .text());
    all.put("question", PublicQuery.text((Query) Examples.all().get("Query.OrderAllocations")));
    all.put("view", PublicQuery.text((View) Examples.all().get("View.OrderLines")));
    all.put("positions, asked", new Request.Positions().text());
    all.put("positions", PublicLog.text(Map.of(0, 0L, 13, 3L)));
    all.put("log, asked", new Request.After(13, 2, 1_000).text());
    all.put("log", PublicLog.text(13, events()));
    all.put(
        "events",
        new PublicLog.Run(13, 3, 3, events().stream().map(LoggedEvent::data).toList()).text());
    all.put("events, too many", new PublicLog.Run(13, 4, 2_003, List.of()).text());
    return all;
  }

  private static List<LoggedEvent> events() {
    return ((EventsCommitted) Examples.all().get("EventsCommitted")).events();
  }
}
