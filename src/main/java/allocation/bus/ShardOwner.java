package allocation.bus;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How an instance of a {@link Role} is told which shards are its own. */
public final class ShardOwner {
  private static final Logger LOG = LoggerFactory.getLogger(ShardOwner.class);

  private ShardOwner() {}

  /**
   * Listens on the caller's event loop.
   *
   * @param own ends the work on all other shards, then begins that on these; completes when both is
   *     done. It is called again only after that, also where who asked has not waited for it: what
   *     is answered as left is left.
   */
  public static MessageConsumer<OwnShards> listen(
      Vertx vertx, Role role, int instance, Function<List<Integer>, Future<Void>> own) {
    InTurn turns = new InTurn(own);
    return vertx
        .eventBus()
        .localConsumer(
            Addresses.own(role, instance),
            request ->
                turns
                    .own(request.body().shards())
                    .onSuccess(owned -> request.reply(request.body()))
                    .onFailure(cause -> {
                      LOG.error("shards cannot be taken or left role={}", role, cause);
                      CommandFailure.INTERNAL.reply(request, cause.toString());
                    }));
  }

  private static final class InTurn {
    private final Function<List<Integer>, Future<Void>> own;
    private Future<Void> last = Future.succeededFuture();

    InTurn(Function<List<Integer>, Future<Void>> own) {
      this.own = own;
    }

    Future<Void> own(List<Integer> shards) {
      last = last.transform(before -> own.apply(shards));
      return last;
    }
  }
}
