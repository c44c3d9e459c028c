package allocation.bus;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How an instance of a {@link Role} is told which shards are its own: one word after the other.
 * Belongs to one event loop.
 */
public final class ShardOwner {
  private static final Logger LOG = LoggerFactory.getLogger(ShardOwner.class);

  private final MessageConsumer<OwnShards> words;
  private final Role role;
  private final Function<List<Integer>, Future<Void>> own;
  private Future<Void> last = Future.succeededFuture();
  private boolean stopped;

  private ShardOwner(
      Vertx vertx, Role role, int instance, Function<List<Integer>, Future<Void>> own) {
    this.role = role;
    this.own = own;
    words = vertx.eventBus().localConsumer(Addresses.own(role, instance), this::hear);
  }

  /**
   * Listens on the caller's event loop.
   *
   * @param own ends the work on all other shards, then begins that on these; completes when both is
   *     done. It is called again only after that, also where who asked has not waited for it: what
   *     is answered as left is left.
   */
  public static ShardOwner listen(
      Vertx vertx, Role role, int instance, Function<List<Integer>, Future<Void>> own) {
    return new ShardOwner(vertx, role, instance, own);
  }

  /**
   * Listens no more; completes when what it was told last is done. A word that waits for its turn
   * does nothing when that comes.
   */
  public Future<Void> stop() {
    stopped = true;
    return words.unregister().transform(deaf -> last);
  }

  private void hear(Message<OwnShards> word) {
    last = last.transform(before -> obey(word)).otherwiseEmpty();
  }

  private Future<Void> obey(Message<OwnShards> word) {
    if (stopped) {
      CommandFailure.INTERNAL.reply(word, "has stopped meanwhile");
      return Future.succeededFuture();
    }
    return Future.succeededFuture(word.body().shards())
        .compose(own)
        .onSuccess(owned -> word.reply(word.body()))
        .onFailure(cause -> {
          LOG.error("shards cannot be taken or left role={}", role, cause);
          CommandFailure.INTERNAL.reply(word, cause.toString());
        });
  }
}
