package shop;

import allocation.bus.Query;
import allocation.client.AllocationClient;
import allocation.client.Answered;
import allocation.client.Subscription;
import allocation.domain.Arrival;
import allocation.domain.BatchRef;
import allocation.domain.Command;
import allocation.domain.OrderId;
import allocation.domain.Sku;
import allocation.jgroups.Group;
import allocation.jgroups.JGroupsClusterManager;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Another service: knows the client's artifact and nothing else of ours. Run by a test in a JVM of
 * its own: {@code Checkout tcp <host> <port> <key>}, or {@code Checkout cluster <name> <a node's
 * address>}.
 */
public final class Checkout {
  private static final Sku CHAIR = new Sku("RED-CHAIR");
  private static final OrderId ORDER = new OrderId("order-1");

  /** Of the cluster's membership; where it is taken, one of the next. */
  private static final int PORT = 25_701;

  private Checkout() {}

  /** Prints what it is told; ends with 0 when it has been told all. */
  public static void main(String[] arguments) throws Exception {
    boolean cluster = arguments[0].equals("cluster");
    Vertx vertx = cluster ? wait(join(arguments[1], arguments[2])) : Vertx.vertx();
    AllocationClient client =
        cluster
            ? AllocationClient.inCluster(vertx)
            : AllocationClient.overTcp(
                vertx, arguments[1], Integer.parseInt(arguments[2]), arguments[3]);
    Promise<Void> three = Promise.promise();
    AtomicInteger events = new AtomicInteger();
    Subscription subscription =
        client.events(
            Map.of(),
            event -> {
              System.out.println("event " + event.position() + " " + event.event().orElseThrow());
              if (events.incrementAndGet() == 3) {
                three.complete();
              }
              return Future.succeededFuture();
            });

    print(
        "created",
        wait(
            client.send(
                new Command.CreateBatch(new BatchRef("batch-1"), CHAIR, 10, Arrival.inStock()))));
    Answered allocated = wait(client.send(new Command.Allocate(ORDER, CHAIR, 8), "checkout-1"));
    print("allocated", allocated);
    print("again", wait(client.send(new Command.Allocate(ORDER, CHAIR, 8), "checkout-1")));
    print("refused", wait(client.send(new Command.Allocate(new OrderId("order-2"), CHAIR, 5))));
    System.out.println("view " + wait(client.ask(new Query.ProductBySku(CHAIR, allocated.seen()))));
    wait(three.future());
    System.out.println("handled " + subscription.handled());
    wait(subscription.close());
    wait(client.close());
    wait(vertx.close());
  }

  private static Future<Vertx> join(String name, String node) {
    Group group =
        new Group(name, List.of(node), Optional.empty(), "127.0.0.1", PORT, 5, Optional.empty());
    return Vertx.builder()
        .with(new VertxOptions().setEventBusOptions(new EventBusOptions().setHost("127.0.0.1")))
        .withClusterManager(new JGroupsClusterManager(group))
        .buildClustered();
  }

  private static void print(String what, Answered answered) {
    System.out.println(what + " " + answered.outcome());
  }

  private static <T> T wait(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }
}
