package allocation.client;

import allocation.bus.PublicAddresses;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.function.Consumer;

/** The event bus of the same cluster. Bodies are text, so it needs no codec of ours. */
record BusLink(Vertx vertx) implements Link {
  @Override
  public Future<String> request(String address, String json, long timeoutMs) {
    return vertx
        .eventBus()
        .<String>request(address, json, new DeliveryOptions().setSendTimeout(timeoutMs))
        .map(Message::body);
  }

  @Override
  public Ear listen(Consumer<String> heard) {
    MessageConsumer<String> consumer =
        vertx.eventBus().consumer(PublicAddresses.EVENTS, message -> heard.accept(message.body()));
    return consumer::unregister;
  }

  /** The bus is the caller's. */
  @Override
  public Future<Void> close() {
    return Future.succeededFuture();
  }
}
