package allocation.readmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import allocation.bus.Addresses;
import allocation.bus.CommandFailure;
import allocation.bus.OwnShards;
import allocation.bus.Query;
import allocation.bus.Query.Freshness;
import allocation.bus.QueryGroup;
import allocation.bus.Role;
import allocation.bus.Unreadable;
import allocation.bus.View;
import allocation.domain.BatchRef;
import allocation.domain.OrderId;
import allocation.domain.Sku;
import allocation.wire.WireCodec;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

final class ReadModelVerticleTest {
  private static final long SOON_MS = 200;
  private static final long LATE_MS = 20_000;
  private static final Freshness ANY = new Freshness.Any();
  private static final Freshness COMMITTED = new Freshness.Committed();
  private static final OrderId ORDER = new OrderId("order");
  private static final View NO_LINES = new View.OrderLines(ORDER, List.of());

  private final FakeViews views = new FakeViews();
  private final FakeLog log = new FakeLog();
  private Vertx vertx;
  private String deployment = "none yet";

  @BeforeEach
  void start() {
    vertx = Vertx.vertx();
    WireCodec.register(vertx.eventBus());
    log.events.addAll(new History(1, 1).next(20));
  }

  @AfterEach
  void stop() {
    views.gate.tryComplete();
    got(vertx.close());
  }

  @Test
  void answers_at_once_from_the_views_as_they_stand() {
    deploy(LATE_MS, 0);

    assertThat(got(ask(order(ANY)))).isEqualTo(NO_LINES);
    assertThat(got(ask(new Query.ProductBySku(new Sku("none"), ANY))))
        .isEqualTo(new View.Unknown());
    assertThat(got(ask(new Query.BatchByRef(new BatchRef("none"), ANY))))
        .isEqualTo(new View.Unknown());
    assertThat(got(ask(new Query.Products(Optional.empty(), 1_000, ANY))))
        .isEqualTo(new View.ProductPage(List.of(), Optional.empty()));
  }

  @Test
  void answers_the_questions_of_a_message_each_by_itself() {
    deploy(SOON_MS, 0);
    Sku chair = new Sku("chair");
    Query product = new Query.ProductBySku(chair, ANY);
    View seen = got(ask(product));
    // From now on nothing can be looked up.
    views.database = Promise.<Void>promise().future();

    QueryGroup.Views answers =
        got(
            vertx
                .eventBus()
                .<QueryGroup.Views>request(
                    Addresses.QUERIES, new QueryGroup(List.of(order(ANY), product)))
                .map(Message::body));

    assertThat(answers.views()).containsExactly(Optional.empty(), Optional.of(seen));
  }

  @Test
  void a_question_that_cannot_be_read_is_answered_at_once_with_the_reason() {
    deploy(LATE_MS, 0);

    for (Object stray : List.of(new Unreadable("a field is new"), new View.Unknown(), "text")) {
      assertThatThrownBy(() -> got(vertx.eventBus().request(Addresses.QUERIES, stray)))
          .cause()
          .satisfies(
              cause -> assertThat(CommandFailure.of(cause)).isEqualTo(CommandFailure.INTERNAL))
          .hasMessageContaining(stray instanceof Unreadable ? "a field is new" : "not a question");
    }
  }

  @Test
  void waits_until_the_views_have_got_to_a_position() {
    deploy(LATE_MS, 1);

    Future<View> answer = ask(order(atLeast(3)));
    got(views.applying.future());
    assertThat(answer.isComplete()).isFalse();
    views.gate.complete();

    assertThat(got(answer)).isEqualTo(NO_LINES);
  }

  @Test
  void a_wait_ends_when_another_service_has_applied_the_events() {
    deploy(LATE_MS, 1);
    Future<View> answer = ask(order(atLeast(3)));
    got(views.applying.future());

    views.cursors.put(0, 9L);
    views.gate.complete();

    assertThat(got(answer)).isEqualTo(NO_LINES);
    assertThat(views.cursors.get(0)).isGreaterThanOrEqualTo(9L);
  }

  @Test
  void a_product_is_looked_up_again_once_the_views_have_followed_an_event_of_it() {
    deploy(LATE_MS, 1);
    Sku sku = log.events.getFirst().sku();
    Future<View> later = ask(order(atLeast(3)));
    got(views.applying.future());
    got(ask(new Query.ProductBySku(sku, ANY)));
    got(ask(new Query.ProductBySku(sku, ANY)));
    assertThat(views.questions).containsExactly(sku);

    views.gate.complete();
    got(later);
    got(ask(new Query.ProductBySku(sku, atLeast(log.events.getLast().position()))));

    assertThat(views.questions).containsExactly(sku, sku);
  }

  @Test
  void a_product_is_looked_up_again_when_another_service_has_brought_the_views_further() {
    deploy(LATE_MS, 1);
    Sku sku = new Sku("of no event here");
    Future<View> later = ask(order(atLeast(9)));
    got(views.applying.future());
    got(ask(new Query.ProductBySku(sku, ANY)));

    views.cursors.put(0, 9L);
    views.gate.complete();
    got(later);
    got(ask(new Query.ProductBySku(sku, ANY)));

    assertThat(views.questions).containsExactly(sku, sku);
  }

  @Test
  void says_that_it_is_behind_when_the_limit_has_passed() {
    deploy(SOON_MS, 1);

    assertThat(got(ask(order(atLeast(3))))).isInstanceOf(View.Behind.class);
    assertThat(got(ask(order(COMMITTED)))).isInstanceOf(View.Behind.class);
  }

  @Test
  void says_that_it_is_behind_a_position_that_the_log_does_not_have() {
    deploy(SOON_MS, 1);
    views.gate.complete();

    assertThat(got(ask(order(atLeast(1_000_000))))).isInstanceOf(View.Behind.class);
    assertThat(got(ask(order(new Freshness.AtLeast(Map.of(99, 1L))))))
        .isInstanceOf(View.Behind.class);
  }

  @Test
  void a_reader_outlasts_the_pauses_of_a_view_whose_database_is_back() {
    // Pauses that doubled on and on would be over after 6.3 s.
    views.failures.set(6);
    views.gate.complete();
    deploy(5_500, 1);

    assertThat(got(ask(order(COMMITTED)))).isEqualTo(NO_LINES);
    assertThat(views.failures).hasValue(0);
  }

  @Test
  void waits_for_what_was_committed_when_the_question_came() {
    deploy(LATE_MS, 1);

    Future<View> answer = ask(order(COMMITTED));
    got(views.applying.future());
    assertThat(answer.isComplete()).isFalse();
    views.gate.complete();

    assertThat(got(answer)).isEqualTo(NO_LINES);
    assertThat(views.cursors.get(0)).isEqualTo(log.events.getLast().position());
  }

  @Test
  void asks_the_log_once_for_all_who_came_during_the_last_question_and_not_before() {
    deploy(LATE_MS, 10);
    views.gate.complete();
    Promise<Void> slow = Promise.promise();
    log.answer = slow.future();
    Future<View> first = ask(order(COMMITTED));
    await().until(() -> log.asked.get() == 1);

    List<Future<View>> others = Stream.generate(() -> ask(order(COMMITTED))).limit(5).toList();
    // Questions are taken in order: when this one is answered they are waiting.
    got(ask(order(ANY)));
    slow.complete();

    got(first);
    others.forEach(ReadModelVerticleTest::got);
    assertThat(log.asked).hasValue(2);
  }

  @Test
  void one_question_too_many_is_told_so_at_once() {
    deploy(LATE_MS, 2);
    List<Future<View>> waiting = List.of(ask(order(atLeast(3))), ask(order(COMMITTED)));

    assertThat(got(ask(order(atLeast(3))))).isInstanceOf(View.Behind.class);
    assertThat(got(ask(order(COMMITTED)))).isInstanceOf(View.Behind.class);
    assertThat(got(ask(order(atLeast(0))))).isEqualTo(NO_LINES);

    views.gate.complete();
    waiting.forEach(answer -> assertThat(got(answer)).isEqualTo(NO_LINES));
    assertThat(got(ask(order(COMMITTED)))).isEqualTo(NO_LINES);
  }

  @Test
  void a_shard_that_is_followed_elsewhere_is_waited_for_in_the_views() {
    deploy(LATE_MS, 1);
    Future<View> answer = ask(order(new Freshness.AtLeast(Map.of(7, 5L))));
    await().until(() -> views.looks.get() > 2);
    assertThat(answer.isComplete()).isFalse();

    views.cursors.put(7, 4L);
    int looks = views.looks.get();
    await().until(() -> views.looks.get() > looks + 1);
    assertThat(answer.isComplete()).isFalse();
    views.cursors.put(7, 5L);

    assertThat(got(answer)).isEqualTo(NO_LINES);
  }

  @Test
  void shards_here_and_elsewhere_are_waited_for_together() {
    deploy(LATE_MS, 2);
    Future<View> answer = ask(order(new Freshness.AtLeast(Map.of(0, 3L, 7, 5L))));
    got(views.applying.future());
    views.cursors.put(7, 5L);
    // That one has been seen when what waits for it alone is answered.
    got(ask(order(new Freshness.AtLeast(Map.of(7, 5L)))));
    assertThat(answer.isComplete()).isFalse();
    views.gate.complete();

    assertThat(got(answer)).isEqualTo(NO_LINES);
  }

  @Test
  void a_product_is_looked_up_again_once_another_node_has_brought_the_views_further() {
    deploy(LATE_MS, 1);
    Query chair = new Query.ProductBySku(new Sku("chair"), ANY);
    got(ask(chair));
    got(ask(chair));
    assertThat(views.questions).hasSize(1);
    views.cursors.put(7, 5L);

    got(ask(order(new Freshness.AtLeast(Map.of(7, 5L)))));
    got(ask(chair));

    assertThat(views.questions).hasSize(2);
  }

  @Test
  void what_was_seen_of_a_shard_elsewhere_is_not_looked_for_again() {
    deploy(LATE_MS, 1);
    views.cursors.put(7, 5L);
    got(ask(order(new Freshness.AtLeast(Map.of(7, 5L)))));
    int looks = views.looks.get();

    got(ask(order(new Freshness.AtLeast(Map.of(7, 4L)))));

    assertThat(views.looks).hasValue(looks);
  }

  @Test
  void a_question_goes_on_waiting_when_its_shard_moves_to_another_node() {
    deploy(LATE_MS, 1);
    got(own(0));
    Future<View> answer = ask(order(atLeast(1_000)));
    got(views.applying.future());
    views.gate.complete();
    // It waits for what is not in the log yet.
    got(own());
    assertThat(answer.isComplete()).isFalse();

    views.cursors.put(0, 1_000L);

    assertThat(got(answer)).isEqualTo(NO_LINES);
  }

  @Test
  void a_shard_that_comes_here_is_followed_and_waited_for_here() {
    deploy(LATE_MS, 1);
    got(own());
    got(own(0));
    views.gate.complete();

    assertThat(got(ask(order(atLeast(log.events.getLast().position()))))).isEqualTo(NO_LINES);

    assertThat(views.looks).hasValue(0);
  }

  private Future<Message<OwnShards>> own(Integer... shards) {
    return vertx
        .eventBus()
        .request(Addresses.own(Role.READ_MODEL, 0), new OwnShards(List.of(shards)));
  }

  @Test
  void a_database_that_fails_fails_the_question() {
    deploy(LATE_MS, 1);

    views.database = Future.failedFuture("away");
    requireFailure(ask(order(ANY)), CommandFailure.BUSY);
    log.answer = Future.failedFuture("away");
    requireFailure(ask(order(COMMITTED)), CommandFailure.BUSY);
  }

  @Test
  void why_there_is_no_answer_is_in_the_log_as_who_asked_is_not_told() {
    Logger logger = (Logger) LoggerFactory.getLogger(ReadModelVerticle.class);
    ListAppender<ILoggingEvent> said = new ListAppender<>();
    logger.addAppender(said);
    said.start();
    deploy(LATE_MS, 1);

    views.database = Future.failedFuture("away");
    requireFailure(ask(order(ANY)), CommandFailure.BUSY);
    requireFailure(ask(new Query.Products(Optional.empty(), 0, ANY)), CommandFailure.INTERNAL);

    logger.detachAppender(said);
    assertThat(said.list)
        .extracting(ILoggingEvent::getLevel, event -> event.getFormattedMessage().contains("away"))
        .containsExactly(tuple(Level.WARN, true), tuple(Level.ERROR, false));
    assertThat(said.list.getLast().getThrowableProxy()).as("its trace").isNotNull();
  }

  @Test
  void a_database_that_hangs_has_its_time() {
    deploy(SOON_MS, 1);

    views.database = Promise.<Void>promise().future();
    requireFailure(ask(order(ANY)), CommandFailure.BUSY);
    log.answer = Promise.<Void>promise().future();
    assertThat(got(ask(order(COMMITTED)))).isInstanceOf(View.Behind.class);
  }

  @Test
  void a_page_of_no_size_is_a_fault_of_ours() {
    deploy(LATE_MS, 1);

    for (int limit : new int[] {0, 1_001}) {
      requireFailure(
          ask(new Query.Products(Optional.empty(), limit, ANY)), CommandFailure.INTERNAL);
    }
  }

  @Test
  void who_waits_is_answered_when_the_read_model_stops() {
    deploy(LATE_MS, 1);
    Future<View> answer = ask(order(atLeast(3)));
    got(views.applying.future());

    Future<Void> stopped = vertx.undeploy(deployment);

    assertThat(got(answer)).isInstanceOf(View.Behind.class);
    assertThat(stopped.isComplete()).isFalse();
    views.gate.complete();
    got(stopped);
  }

  private void deploy(long queryTimeoutMs, int maxWaiting) {
    deployment =
        got(
            vertx.deployVerticle(
                new ReadModelVerticle(
                    0,
                    List.of(0),
                    views,
                    log,
                    new ReadModelVerticle.Limits(queryTimeoutMs, maxWaiting, 5),
                    new SimpleMeterRegistry())));
  }

  private Future<View> ask(Query query) {
    return vertx.eventBus().<View>request(Addresses.QUERIES, query).map(Message::body);
  }

  private static Query order(Freshness freshness) {
    return new Query.OrderAllocations(ORDER, freshness);
  }

  private static Freshness atLeast(long position) {
    return new Freshness.AtLeast(Map.of(0, position));
  }

  private static void requireFailure(Future<View> answer, CommandFailure failure) {
    assertThatThrownBy(() -> got(answer))
        .cause()
        .satisfies(cause -> assertThat(CommandFailure.of(cause)).isEqualTo(failure));
  }

  private static <T> T got(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().orTimeout(25, TimeUnit.SECONDS).join();
  }
}
