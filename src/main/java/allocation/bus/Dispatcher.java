package allocation.bus;

import allocation.bus.Requests.To;
import allocation.domain.BatchRef;
import allocation.domain.Command;
import allocation.domain.Sku;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * An entrance's way to the handlers: finds a command's shard and asks its owner, for at most {@code
 * replyTimeoutMs} milliseconds. A failed Future is read with {@link CommandFailure#of}.
 */
public final class Dispatcher {
  private final Requests requests;
  private final Shards shards;
  private final Clock clock;
  private final long replyTimeoutMs;

  public Dispatcher(Requests requests, Shards shards, Clock clock, long replyTimeoutMs) {
    this.requests = requests;
    this.shards = shards;
    this.clock = clock;
    this.replyTimeoutMs = replyTimeoutMs;
  }

  /**
   * The SKU that a command is about; empty for a batch that was never made. The command was not
   * sent yet: however this fails, nothing can have been written.
   */
  public Future<Optional<Sku>> skuOf(Command command) {
    return switch (command) {
      case Command.CreateBatch create -> Future.succeededFuture(Optional.of(create.sku()));
      case Command.Allocate allocate -> Future.succeededFuture(Optional.of(allocate.sku()));
      case Command.Deallocate deallocate -> Future.succeededFuture(Optional.of(deallocate.sku()));
      case Command.ChangeBatch change -> ownerOf(change.ref());
    };
  }

  /** When whoever asks now has waited long enough. */
  public Instant deadline() {
    return clock.instant().plusMillis(replyTimeoutMs);
  }

  /** Sends a command to the owner of its SKU's shard; the answer is durable when it arrives. */
  public Future<CommandReply> send(Sku sku, Command command, CommandKey key, String correlationId) {
    return send(sku, command, key, correlationId, deadline());
  }

  /** The same for a caller who has waited already: for the command's SKU, say. */
  public Future<CommandReply> send(
      Sku sku, Command command, CommandKey key, String correlationId, Instant deadline) {
    long leftMs = Math.max(1, Duration.between(clock.instant(), deadline).toMillis());
    CommandMessage message = new CommandMessage(sku, command, key, correlationId, deadline);
    return requests.ask(new To.Handler(shards.of(sku)), message, CommandReply.class, leftMs);
  }

  /**
   * Sends allocations, those of one shard together. Completes with what became of each, in their
   * order; never fails.
   */
  public Future<List<CommandResult>> sendAll(
      List<Command.Allocate> commands, CommandKey key, String correlationId) {
    Instant deadline = deadline();
    Map<Integer, List<Integer>> indexes = new TreeMap<>();
    for (int i = 0; i < commands.size(); i++) {
      int shard = shards.of(commands.get(i).sku());
      indexes.computeIfAbsent(shard, first -> new ArrayList<>()).add(i);
    }
    CommandResult[] results = new CommandResult[commands.size()];
    List<Future<Void>> sent = new ArrayList<>();
    indexes.forEach((shard, ofShard) -> {
      List<CommandMessage> messages =
          ofShard.stream()
              .map(commands::get)
              .map(c -> new CommandMessage(c.sku(), c, key, correlationId, deadline))
              .toList();
      sent.add(
          sendGroup(shard, new CommandGroup(messages))
              .map(group -> {
                for (int i = 0; i < group.size(); i++) {
                  results[ofShard.get(i)] = group.get(i);
                }
                return null;
              }));
    });
    return Future.join(sent).map(all -> List.of(results));
  }

  private Future<List<CommandResult>> sendGroup(int shard, CommandGroup group) {
    return requests
        .ask(new To.Handler(shard), group, CommandGroup.Results.class, replyTimeoutMs)
        .map(CommandGroup.Results::results)
        .otherwise(cause ->
            Collections.nCopies(
                group.commands().size(), new CommandResult.NotDone(CommandFailure.of(cause))));
  }

  private Future<Optional<Sku>> ownerOf(BatchRef ref) {
    return requests
        .ask(new To.AnyHandler(), new BatchOwner(ref), BatchOwner.Found.class, replyTimeoutMs)
        .map(BatchOwner.Found::sku)
        .recover(cause ->
            Future.failedFuture(
                CommandFailure.of(cause) == CommandFailure.UNKNOWN
                    ? CommandFailure.BUSY.exception(String.valueOf(cause.getMessage()))
                    : cause));
  }
}
