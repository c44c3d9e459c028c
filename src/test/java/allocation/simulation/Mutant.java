package allocation.simulation;

import java.util.ArrayList;
import java.util.List;

/**
 * A mistake that somebody might make one day, put into the code.
 *
 * @param what is wrong with it
 * @param type the class that it is in
 */
record Mutant(String what, String type, List<Change> changes) {
  /** A piece of text, which is there once, and what stands there instead. */
  record Change(String from, String to) {}

  private static Mutant of(String what, String type, String... fromAndTo) {
    List<Change> changes = new ArrayList<>();
    for (int i = 0; i < fromAndTo.length; i += 2) {
      changes.add(new Change(fromAndTo[i], fromAndTo[i + 1]));
    }
    return new Mutant(what, type, List.copyOf(changes));
  }

  /** The service's own classes, and what stands in for its SQL. */
  static List<Mutant> all() {
    return List.of(
        of(
            "answers before COMMIT",
            "allocation.handler.UnitRunner",
            """
                  return decide(run, commands, loaded);
            """,
            """
                  UnitOfWork unit = decide(run, commands, loaded);
                  answers.written(commands, unit);
                  return unit;
            """,
            """
              written(run, commands, unit);
            })
            .onFailure(cause -> {
            """,
            """
            })
            .onFailure(cause -> {
            """),
        of(
            "takes a unit whose outcome is unknown for not committed",
            "allocation.handler.UnitRunner",
            "case Unsettled unsettled -> settle(run, commands, unsettled, tries);",
            "case Unsettled unsettled -> oneByOne(run, commands, unsettled);"),
        of(
            "takes a unit whose outcome is unknown for committed",
            "allocation.handler.UnitRunner",
            "if (asked.result() && unit != null) {",
            "if (unit != null) {"),
        of(
            "decides from memory although the shard has moved",
            "allocation.handler.UnitRunner",
            "if (!memory.isAt(shard, position)) {",
            "if (false) {"),
        of(
            "forgets nothing after a lost race",
            "allocation.handler.UnitRunner",
            "if (!(cause instanceof LineExists || cause instanceof TooLate)) {",
            "if (false) {"),
        of(
            "takes what is sent for what is written when it was not",
            "allocation.handler.UnitRunner",
            "boolean byItself = ahead.falls(unit, cause instanceof LineExists);",
            "boolean byItself = true;"),
        of(
            "carries out again what has a key",
            "allocation.handler.UnitOfWork",
            "    if (stored == null) {\n      Outcome",
            "    if (true) {\n      Outcome"),
        of(
            "keeps no answers of messages",
            "allocation.handler.UnitOfWork",
            "case Command.Allocate allocate -> message.key().isOfMessage();",
            "case Command.Allocate allocate -> false;"),
        of(
            "has no check for a line that is there",
            "allocation.domain.Product",
            "if (existing.isPresent()) {",
            "if (existing.isPresent() && existing.get().quantity() < 0) {"),
        of(
            "promises what comes last first",
            "allocation.domain.Batch",
            "Comparator.comparing(Batch::arrival, Arrival.SOONEST_FIRST)",
            "Comparator.comparing(Batch::arrival, Arrival.SOONEST_FIRST.reversed())"),
        of(
            "says no when there is just enough",
            "allocation.domain.Product",
            "batch.available() >= quantity",
            "batch.available() > quantity"),
        of(
            "lets commands gather and never goes on",
            "allocation.handler.CommandHandlerVerticle",
            "lingering = false;",
            "lingering = queue.size() > 0;"),
        of(
            "does what nobody waits for any more",
            "allocation.cluster.NodeGateVerticle",
            "OptionalLong.of(Math.max(0, ageMs))",
            "OptionalLong.of(0)"),
        of(
            "sends a message's command again under a new key",
            "allocation.pulsar.CommandMessages",
            "CommandKey.ofMessage(message.topic(), message.id()),",
            "CommandKey.ofMessage(message.topic(), message.id() + \"-\" + attempt.failures()),"),
        of(
            "acknowledges a message before it is done",
            "allocation.pulsar.CommandIntake",
            "    inFlight++;\n",
            "    inFlight++;\n    acknowledge(received);\n"),
        of(
            "moves the cursor before it has published",
            "allocation.log.LockedWork",
            """
                return action
                    .act(shard, events)
                    .compose(untold -> {
                      Future<Long> moved = moves.add(new Move(shard, cursor, last));
                      if (untold) {
                        moves.hurry();
                      }
                      return moved;
                    });
            """,
            """
                return moves
                    .add(new Move(shard, cursor, last))
                    .compose(moved -> action.act(shard, events).map(moved));
            """),
        of(
            "shows what it remembers although it has followed an event of it",
            "allocation.readmodel.RecentProducts",
            "events.forEach(event -> seen.remove(event.sku()));",
            "events.forEach(event -> seen.get(event.sku()));"),
        of(
            "does not wait for what the reader has written",
            "allocation.readmodel.Waits",
            "case AtLeast wanted when isAt(wanted.positions()) ->",
            "case AtLeast wanted when isAt(wanted.positions()) || !wanted.positions().isEmpty() ->"),
        of(
            "takes a follower's events for the next ones although some are missing",
            "allocation.log.ShardFollower",
            "if (events.get(i).position() != cursor + 1 + i) {",
            "if (events.get(i).position() < 0) {",
            "} else if (cursor < known || look) {",
            "} else if (cursor + 1 < known || look) {"),
        of(
            "stops following after a failure",
            "allocation.log.ShardFollower",
            "          goOnAfter(pauseMs);\n",
            "          pausing = pauseMs > 0;\n"),
        of(
            "the database: no compare-and-set of a shard's position",
            "allocation.given.LedgerState",
            "if (position != move.from()) {",
            "if (position < 0) {",
            "unique(\"event\", places.size() == more.size());",
            ""),
        of(
            "the database: a line may be there twice",
            "allocation.given.LedgerState",
            "if (lines.putIfAbsent(LineKey.of(line), line) != null) {",
            "if (lines.put(LineKey.of(line), line) == line) {"),
        of(
            "does not give back what a moved line held",
            "allocation.readmodel.ViewChanges",
            "e.movedFrom().ifPresent(from -> change(logged, from, row -> plus(row, -e.quantity())));",
            ""),
        of(
            "gives a moved line the place in the queue of a new one",
            "allocation.readmodel.LineChanges",
            "was.isPresent() ? line.position() : OptionalLong.of(logged.position())",
            "OptionalLong.of(logged.position())"));
  }
}
