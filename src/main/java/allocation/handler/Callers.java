package allocation.handler;

import allocation.bus.BusMessage;
import allocation.bus.CommandFailure;
import allocation.bus.CommandGroup;
import allocation.bus.CommandMessage;
import allocation.bus.CommandReply;
import allocation.bus.CommandResult;
import io.vertx.core.eventbus.Message;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes {@link Pending} commands of requests, and replies to the requests when they have answers.
 */
final class Callers {
  private Callers() {}

  /** The commands of a request, in their order. */
  static List<Pending> pending(Message<BusMessage> request) {
    return switch (request.body()) {
      case CommandMessage one -> List.of(new Pending(one, new Single(request)));
      case CommandGroup group -> pending(request, group);
      case BusMessage other ->
          throw new IllegalArgumentException("not a command: " + other.getClass());
    };
  }

  private static List<Pending> pending(Message<BusMessage> request, CommandGroup group) {
    Together together = new Together(request, group.commands().size());
    List<Pending> pending = new ArrayList<>(group.commands().size());
    for (CommandMessage message : group.commands()) {
      pending.add(new Pending(message, together.caller(pending.size())));
    }
    return pending;
  }

  private record Single(Message<BusMessage> request) implements Pending.Caller {
    @Override
    public void answer(CommandReply reply) {
      request.reply(reply);
    }

    @Override
    public void fail(CommandFailure failure, String why) {
      failure.reply(request, why);
    }
  }

  /** Replies once, when the last of a group has its answer; the first answer of each counts. */
  private static final class Together {
    private final Message<BusMessage> request;
    private final @Nullable CommandResult[] results;
    private int missing;

    Together(Message<BusMessage> request, int size) {
      this.request = request;
      this.results = new CommandResult[size];
      this.missing = size;
    }

    Pending.Caller caller(int index) {
      return new Pending.Caller() {
        @Override
        public void answer(CommandReply reply) {
          put(index, reply);
        }

        @Override
        public void fail(CommandFailure failure, String why) {
          put(index, new CommandResult.NotDone(failure));
        }
      };
    }

    private void put(int index, CommandResult result) {
      if (results[index] != null) {
        return;
      }
      results[index] = result;
      missing--;
      if (missing == 0) {
        List<CommandResult> all = new ArrayList<>(results.length);
        for (CommandResult each : results) {
          all.add(each);
        }
        request.reply(new CommandGroup.Results(all));
      }
    }
  }
}
