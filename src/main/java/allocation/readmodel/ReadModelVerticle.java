package allocation.readmodel;

import allocation.bus.Addresses;
import allocation.bus.BusMessage;
import allocation.bus.CommandFailure;
import allocation.bus.Query;
import allocation.bus.Query.BatchByRef;
import allocation.bus.Query.OrderAllocations;
import allocation.bus.Query.ProductBySku;
import allocation.bus.Query.Products;
import allocation.bus.QueryGroup;
import allocation.bus.Role;
import allocation.bus.ShardOwner;
import allocation.bus.TimeLimit;
import allocation.bus.Unreadable;
import allocation.bus.View;
import allocation.domain.OrderId;
import allocation.domain.Sku;
import allocation.log.EventLog;
import allocation.log.Follower;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the views up with the log and answers {@link Query}s from them. Every question is answered:
 * with its view, with {@link View.Behind}, or with a {@link CommandFailure}.
 */
public final class ReadModelVerticle extends VerticleBase {
  /** The name of the views' cursors and metrics. */
  public static final String FOLLOWER = "views";

  private static final Logger LOG = LoggerFactory.getLogger(ReadModelVerticle.class);

  private static final View NONE = new View.Unknown();

  private final Views views;
  private final Gathering<OrderId, View.OrderLines> orders;
  private final RecentProducts products;
  private final EventLog log;
  private final int instance;
  private final List<Integer> first;
  private final Limits limits;
  private final MeterRegistry metrics;
  private final LongSupplier nanoClock;
  private @Nullable Started started;

  /**
   * What the read model takes upon itself.
   *
   * @param queryTimeoutMs milliseconds that a question waits for fresh enough views, and as many
   *     for the database
   * @param maxWaiting most questions that wait for fresh views; one more is answered at once
   * @param batchRows most events that are applied in one transaction
   */
  public record Limits(long queryTimeoutMs, int maxWaiting, int batchRows) {}

  private record Started(
      Follower follower, Waits waits, ShardOwner owner, MessageConsumer<BusMessage> questions) {}

  /** Most callers that wait for each of the two kinds of question; see {@link Gathering}. */
  private static final int MAX_GATHERED = 10_000;

  /**
   * @param instance tells the read models of a node apart
   * @param first the shards that are followed here until {@link Addresses#own} is told others
   */
  public ReadModelVerticle(
      int instance,
      List<Integer> first,
      Views views,
      EventLog log,
      Limits limits,
      MeterRegistry metrics) {
    this(instance, first, views, log, limits, metrics, System::nanoTime);
  }

  /** The same with a clock like {@link System#nanoTime}. */
  public ReadModelVerticle(
      int instance,
      List<Integer> first,
      Views views,
      EventLog log,
      Limits limits,
      MeterRegistry metrics,
      LongSupplier nanoClock) {
    this.instance = instance;
    this.first = List.copyOf(first);
    this.views = views;
    this.orders = new Gathering<>(MAX_GATHERED, this::afterThisTurn, views::byOrders);
    Gathering<Sku, View> stored =
        new Gathering<>(
            MAX_GATHERED,
            this::afterThisTurn,
            skus -> views.bySkus(skus).map(found -> all(skus, found)));
    this.products = new RecentProducts(stored::ask, nanoClock);
    this.log = log;
    this.limits = limits;
    this.metrics = metrics;
    this.nanoClock = nanoClock;
  }

  private void afterThisTurn(Runnable what) {
    context.runOnContext(turn -> what.run());
  }

  @Override
  public Future<?> start() {
    ViewsWork work = new ViewsWork(vertx, nanoClock, views, products);
    Follower follower =
        new Follower(vertx, FOLLOWER, first, log, work, limits.batchRows(), metrics);
    OtherCursors others = new OtherCursors(vertx, views, work, limits.queryTimeoutMs());
    Waits waits =
        new Waits(vertx, log, follower, others, work, limits.queryTimeoutMs(), limits.maxWaiting());
    ShardOwner owner = ShardOwner.listen(vertx, Role.READ_MODEL, instance, follower::own);
    MessageConsumer<BusMessage> questions =
        vertx.eventBus().localConsumer(Addresses.QUERIES, question -> answer(question, waits));
    started = new Started(follower, waits, owner, questions);
    return follower.start().compose(following -> questions.completion());
  }

  @Override
  public Future<?> stop() {
    Started running = started;
    if (running == null) {
      return Future.succeededFuture();
    }
    return Future.join(running.owner().stop(), running.questions().unregister())
        .eventually(() -> {
          running.waits().close();
          return running.follower().stop();
        });
  }

  private void answer(Message<BusMessage> question, Waits waits) {
    Object body = question.body();
    switch (body) {
      case Query query ->
          answer(query, waits).onSuccess(question::reply).onFailure(cause -> fail(question, cause));
      case QueryGroup group -> {
        List<Future<View>> answers =
            group.queries().stream().map(query -> answer(query, waits)).toList();
        Future.join(answers)
            // The reply has room for "busy" only, so that the first cause is told here.
            .onFailure(cause -> LOG.warn("questions have no answer cause={}", cause.toString()))
            .onComplete(done -> question.reply(new QueryGroup.Views(together(answers))));
      }
      case Unreadable other -> refuse(question, other.why());
      default -> refuse(question, "not a question: " + body.getClass().getName());
    }
  }

  private Future<View> answer(Query query, Waits waits) {
    return Future.succeededFuture(query)
        .compose(asked -> waits.until(asked.freshness()))
        .compose(behind -> behind.isPresent() ? Future.succeededFuture(behind.get()) : look(query));
  }

  private static List<Optional<View>> together(List<Future<View>> answers) {
    return answers.stream()
        .map(answer -> answer.succeeded() ? Optional.of(answer.result()) : Optional.<View>empty())
        .toList();
  }

  private Future<View> look(Query query) {
    return TimeLimit.of(
        vertx, limits.queryTimeoutMs(), Future.succeededFuture(query).compose(this::view));
  }

  private Future<View> view(Query query) {
    return switch (query) {
      case OrderAllocations q -> orders.ask(q.orderId()).map(lines -> lines);
      case ProductBySku q -> products.ask(q.sku());
      case BatchByRef q -> views.byRef(q.ref()).map(b -> b.map(View.class::cast).orElse(NONE));
      case Products q -> page(q);
    };
  }

  private static Map<Sku, View> all(Set<Sku> skus, Map<Sku, View.ProductStock> found) {
    Map<Sku, View> views = new HashMap<>();
    skus.forEach(sku -> views.put(sku, found.containsKey(sku) ? found.get(sku) : NONE));
    return views;
  }

  private Future<View> page(Products query) {
    if (query.limit() < 1 || query.limit() > Query.Products.MAX_LIMIT) {
      throw new IllegalArgumentException(
          "limit must be from 1 to %d, was %d".formatted(Query.Products.MAX_LIMIT, query.limit()));
    }
    return views.page(query.after(), query.limit()).map(page -> page);
  }

  private static void refuse(Message<BusMessage> question, String why) {
    LOG.error("a question cannot be read why={}", why);
    CommandFailure.INTERNAL.reply(question, why);
  }

  private static void fail(Message<BusMessage> question, Throwable cause) {
    // Who asked is told "busy" or "internal" alone.
    if (cause instanceof IllegalArgumentException) {
      LOG.error("a question cannot be answered question={}", question.body(), cause);
      CommandFailure.INTERNAL.reply(question, cause.toString());
    } else {
      LOG.warn("a question has no answer cause={}", cause.toString());
      CommandFailure.BUSY.reply(question, cause.toString());
    }
  }
}
