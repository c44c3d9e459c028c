package allocation.handler;

import allocation.bus.BusMessage;
import allocation.bus.CommandFailure;
import allocation.bus.CommandGroup;
import allocation.bus.CommandMessage;
import allocation.bus.CommandReply;
import allocation.bus.CommandResult;
import allocation.bus.Unreadable;
import io.vertx.core.eventbus.Message;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes {@link Pending} commands of requests, and replies to the requests when they have answers.
 */
final class Callers {
  private static final Logger LOG = LoggerFactory.getLogger(Callers.class);

  private Callers() {}

  /** The commands of a request, in their order; none when it is answered already: it has none. */
  static List<Pending> pending(Message<BusMessage> request) {
    Object body = request.body();
    return switch (body) {
      case CommandMessage one -> List.of(new Pending(one, new Single(request)));
      case CommandGroup group -> pending(request, group);
      case Unreadable other -> refused(request, other.why());
      default -> refused(request, "not a command: " + body.getClass().getName());
    };
  }

  private static List<Pending> refused(Message<BusMessage> request, String why) {
    LOG.error("a command cannot be read address={} why={}", request.address(), why);
    CommandFailure.INTERNAL.reply(request, why);
    return List.of();
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
