package allocation.journey;

import static org.assertj.core.api.Assertions.assertThat;

import allocation.domain.Arrival;
import allocation.domain.BatchRef;
import allocation.domain.Command;
import allocation.domain.Command.Allocate;
import allocation.domain.Command.Deallocate;
import allocation.domain.OrderId;
import allocation.domain.Sku;
import allocation.journey.Books.OrderedSku;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * Programs that take lines and give some back, one request after the other, as ordinary clients do:
 * what could not be sent, got a 503 or got no answer is sent again, to the next node.
 */
final class Shoppers implements AutoCloseable {
  private static final long PAUSE_MS = 50;
  private static final long PACE_MS = 10;

  /**
   * The 10 s after which a service answers whatever happens, and what a busy machine takes more.
   */
  private static final long REQUEST_MS = 12_000;

  private static final int MOST_TRIES = 400;

  /** What all of them want and give back at once: there is less than they would take together. */
  private static final Sku SCARCE = new Sku("SCARCE");

  private static final BatchRef SCARCE_BATCH = new BatchRef("of-SCARCE");
  private static final int SCARCE_PIECES = 2;
  private static final String OUT_OF_STOCK = "urn:allocation:problem:out-of-stock";

  private final Vertx vertx = Vertx.vertx();
  private final WebClient http =
      WebClient.create(
          vertx, new WebClientOptions().setConnectTimeout(2_000).setKeepAliveTimeout(10));
  private final Balancer nodes;
  private final List<Sku> skus;
  private final List<Promise<Void>> ended = new ArrayList<>();
  private volatile boolean enough;
  private volatile boolean onlyToReady;

  /** Known to be allocated. */
  private final Set<OrderedSku> allocated = ConcurrentHashMap.newKeySet();

  /** Given back, or about to be. */
  private final Set<OrderedSku> released = ConcurrentHashMap.newKeySet();

  /** Known to be given back. */
  private final Set<OrderedSku> givenBack = ConcurrentHashMap.newKeySet();

  /** Answers of a kind that a working service does not give. */
  private final List<String> wrong = new CopyOnWriteArrayList<>();

  /** Why requests that were sent got no answer. */
  private final List<String> cut = new CopyOnWriteArrayList<>();

  /** How often there was not enough of what is scarce. */
  private final AtomicInteger outOfStock = new AtomicInteger();

  private final AtomicInteger retryable = new AtomicInteger();
  private final AtomicInteger answered = new AtomicInteger();

  /**
   * @param nodes all of them, also those that are away
   */
  Shoppers(List<SocketAddress> nodes, List<Sku> skus) {
    this.nodes = new Balancer(vertx, http, nodes);
    this.skus = Stream.concat(skus.stream(), Stream.of(SCARCE)).toList();
  }

  /** Makes what they shop for: of each SKU more than they will take, and of one far less. */
  static void stockUp(Client client, List<Sku> skus) {
    client.stockUp(skus);
    Command scarce =
        new Command.CreateBatch(SCARCE_BATCH, SCARCE, SCARCE_PIECES, Arrival.inStock());
    assertThat(client.send(scarce).status()).isIn(200, 201);
  }

  /** They keep away while no node says that it is ready. */
  Shoppers onlyToReady() {
    onlyToReady = true;
    return this;
  }

  /** Begins with so many at a time. */
  Shoppers shop(String name, int shoppers) {
    for (int i = 0; i < shoppers; i++) {
      Promise<Void> end = Promise.promise();
      ended.add(end);
      Shopper shopper = new Shopper(name + "-" + i, i, end);
      vertx.getOrCreateContext().runOnContext(begin -> shopper.next());
    }
    return this;
  }

  int answered() {
    return answered.get();
  }

  /** Waits until so many more are answered. */
  void awaitAnswers(int more) {
    int enough = answered() + more;
    Awaitility.await(more + " more answers")
        .atMost(Duration.ofMinutes(3))
        .until(() -> answered() >= enough);
  }

  List<String> cut() {
    return List.copyOf(cut);
  }

  int retryable() {
    return retryable.get();
  }

  /**
   * All agrees, what was promised to a shopper is in it, and what was given back is not; lets them
   * finish first. A batch that held more than it has would be seen in the log, and so would a "no"
   * to a line for which there was room ({@link Books}).
   *
   * @return the lines that are there
   */
  Set<OrderedSku> assertKept(Installation installation, Client client) {
    Set<OrderedSku> there = assertPromisesKept(installation, client);
    assertThat(givenBack).isNotEmpty();
    assertThat(givenBack.stream().filter(there::contains))
        .as("lines that were given back and are there")
        .isEmpty();
    return there;
  }

  /**
   * The same where a process stood still: an allocation that lay in its buffers may come after its
   * line was given back, and is another one then (docs/reliability.md, what the simulation does not
   * see).
   *
   * @return the lines that are there
   */
  Set<OrderedSku> assertPromisesKept(Installation installation, Client client) {
    stop();
    assertThat(wrong).as("answers that a working service does not give").isEmpty();
    assertThat(outOfStock).as("how often there was not enough").hasPositiveValue();
    Set<OrderedSku> there = Agreement.check(installation, client).lines().keySet();
    // Looked up one by one: compared as collections, tens of thousands take minutes.
    assertThat(allocated.stream().filter(line -> !released.contains(line) && !there.contains(line)))
        .as("lines that were promised and are not there")
        .isEmpty();
    return there;
  }

  /** Lets all of them finish what they are about. */
  void stop() {
    enough = true;
    try {
      Future.all(ended.stream().map(Promise::future).toList())
          .toCompletionStage()
          .toCompletableFuture()
          .get(60, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError("a shopper did not end", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    ended.clear();
    enough = false;
  }

  @Override
  public void close() {
    enough = true;
    nodes.stop();
    // And its client with it: one that is closed alone would be asked once more.
    vertx.close();
  }

  private final class Shopper {
    private final String name;
    private final Random random;
    private final Promise<Void> end;
    private int lines;

    Shopper(String name, int number, Promise<Void> end) {
      this.name = name;
      this.random = new Random(number);
      this.end = end;
    }

    void next() {
      if (enough) {
        end.complete();
        return;
      }
      OrderedSku line =
          new OrderedSku(
              new OrderId(name + "-" + lines / skus.size()), skus.get(lines % skus.size()));
      lines++;
      Allocate take = new Allocate(line.orderId(), line.sku(), 1 + random.nextInt(3));
      boolean giveBack = random.nextInt(8) == 0 || line.sku().equals(SCARCE);
      send(take, "")
          .compose(taken -> {
            if (!taken) {
              return Future.<Void>succeededFuture();
            }
            allocated.add(line);
            return giveBack ? giveBack(line) : Future.succeededFuture();
          })
          .compose(done -> vertx.timer(PACE_MS, TimeUnit.MILLISECONDS))
          .onSuccess(paced -> next())
          .onFailure(cause -> {
            wrong.add(cause.toString());
            end.complete();
          });
    }

    private Future<Void> giveBack(OrderedSku line) {
      released.add(line);
      return send(new Deallocate(line.orderId(), line.sku()), UUID.randomUUID().toString())
          .onSuccess(done -> givenBack.add(line))
          .mapEmpty();
    }

    /** Whether it was done; if not, there was not enough. */
    private Future<Boolean> send(Command command, String key) {
      return send(command, key, 0);
    }

    private Future<Boolean> send(Command command, String key, int tries) {
      if (tries == MOST_TRIES) {
        return Future.failedFuture("no answer to " + command);
      }
      if (onlyToReady && !nodes.isAnyReady()) {
        return vertx
            .timer(PAUSE_MS, TimeUnit.MILLISECONDS)
            .compose(later -> send(command, key, tries + 1));
      }
      return once(command, key)
          .transform(answer -> {
            if (answer.succeeded() && !isToBeSentAgain(answer.result())) {
              answered.incrementAndGet();
              return Future.succeededFuture(isDone(command, answer.result()));
            }
            if (answer.succeeded()) {
              retryable.incrementAndGet();
              if (answer.result().getHeader("Retry-After") == null) {
                wrong.add("503 without Retry-After: " + answer.result().bodyAsString());
              }
            } else if (!(answer.cause() instanceof ConnectException)) {
              cut.add(answer.cause().toString());
            }
            return vertx
                .timer(PAUSE_MS, TimeUnit.MILLISECONDS)
                .compose(later -> send(command, key, tries + 1));
          });
    }

    /** Busy, or what was sent before under this key has no answer yet. */
    private static boolean isToBeSentAgain(HttpResponse<?> answer) {
      return answer.statusCode() == 503
          || (answer.statusCode() == 409 && answer.getHeader("Retry-After") != null);
    }

    private boolean isDone(Command command, HttpResponse<?> answer) {
      int status = answer.statusCode();
      if (command instanceof Allocate take
          && take.sku().equals(SCARCE)
          && status == 409
          && OUT_OF_STOCK.equals(answer.bodyAsJsonObject().getString("type"))) {
        outOfStock.incrementAndGet();
        return false;
      }
      boolean right = command instanceof Allocate ? status == 201 || status == 200 : status == 204;
      if (!right) {
        wrong.add(command + " got " + status + " " + answer.bodyAsString());
      }
      return right;
    }

    private Future<? extends HttpResponse<?>> once(Command command, String key) {
      SocketAddress node = nodes.next();
      return switch (command) {
        case Allocate take ->
            http.post(node.port(), node.host(), "/v1/allocations")
                .timeout(REQUEST_MS)
                .sendJsonObject(
                    new JsonObject()
                        .put("orderId", take.orderId().value())
                        .put("sku", take.sku().value())
                        .put("quantity", take.quantity()));
        case Deallocate give ->
            http.delete(
                    node.port(),
                    node.host(),
                    "/v1/allocations/%s/%s".formatted(give.orderId().value(), give.sku().value()))
                .timeout(REQUEST_MS)
                .putHeader("Idempotency-Key", key)
                .send();
        default -> throw new IllegalArgumentException("shoppers do not " + command);
      };
    }
  }
}
