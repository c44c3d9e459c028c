package allocation.client;

import static allocation.given.Waiting.failure;
import static allocation.given.Waiting.result;
import static allocation.given.Waiting.until;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.domain.LoggedEvent;
import allocation.wire.PublicLog;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class SubscriptionTest {
  private final Vertx vertx = Vertx.vertx();
  private final FakeLink link = new FakeLink();
  private final AllocationClient client = new AllocationClient(vertx, link, Duration.ofSeconds(5));
  private final List<Happened> seen = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    result(vertx.close());
  }

  @Test
  void begins_with_what_is_in_the_log_and_goes_on_with_what_happens() {
    link.log.append(3, "CHAIR", 1_200);

    subscribe(Map.of());
    awaitSeen(3, 1_200);
    link.commit(3, 2);

    awaitSeen(3, 1_202);
    assertThat(seen.getFirst().event()).isPresent();
  }

  /** Guard: a bridge keeps only so much that is not read, and says no to the rest. */
  @Test
  void a_few_shards_at_a_time_read_the_log() {
    for (int shard = 0; shard < 16; shard++) {
      link.log.append(shard, "CHAIR", 1);
    }
    link.holdPages();

    subscribe(Map.of());
    until("some read", () -> link.heldPages() == Pages.MOST_AT_ONCE);
    while (seen.size() < 16) {
      assertThat(link.heldPages()).isLessThanOrEqualTo(Pages.MOST_AT_ONCE);
      int before = seen.size();
      link.releasePage();
      until("it is seen", () -> seen.size() > before);
    }

    assertThat(seen.stream().map(Happened::shard)).doesNotHaveDuplicates();
  }

  @Test
  void goes_on_after_the_positions_that_were_handled() {
    link.log.append(3, "CHAIR", 5);
    link.log.append(7, "LAMP", 2);

    Subscription subscription = subscribe(Map.of(3, 4L));

    until("all are seen", () -> seen.size() == 3);
    assertThat(of(3)).containsExactly(5L);
    assertThat(of(7)).containsExactly(1L, 2L);
    assertThat(subscription.handled()).isEqualTo(Map.of(3, 5L, 7, 2L));
  }

  @Test
  void what_follows_the_last_needs_no_read_of_the_log() {
    subscribe(Map.of());
    link.commit(3, 1);
    awaitSeen(3, 1);
    int reads = link.log.reads();

    link.commit(3, 4);

    awaitSeen(3, 5);
    assertThat(link.log.reads()).isEqualTo(reads);
  }

  @Test
  void a_gap_is_filled_from_the_log() {
    subscribe(Map.of());
    link.commit(3, 2);
    link.log.append(3, "CHAIR", 3);
    link.commit(3, 1);

    awaitSeen(3, 6);
  }

  @Test
  void the_last_event_is_found_though_nobody_told_of_it() {
    subscribe(Map.of());
    link.commit(3, 2);
    awaitSeen(3, 2);

    link.log.append(3, "CHAIR", 1);

    awaitSeen(3, 3);
  }

  @Test
  void doubled_and_late_news_are_seen_once_and_in_order() {
    subscribe(Map.of());
    List<LoggedEvent> first = link.log.append(3, "CHAIR", 3);
    List<LoggedEvent> second = link.log.append(3, "CHAIR", 3);

    link.tell(second);
    link.tell(first);
    link.tell(first);
    link.tell(second);

    awaitSeen(3, 6);
  }

  @Test
  void news_without_their_events_are_read_from_the_log() {
    subscribe(Map.of());
    link.log.append(3, "CHAIR", 2_000);

    link.publish(new PublicLog.Run(3, 1, 2_000, List.of()).text());

    awaitSeen(3, 2_000);
  }

  @Test
  void the_next_of_a_shard_waits_for_the_one_before_and_other_shards_do_not() {
    Promise<Void> held = Promise.promise();
    subscribe(Map.of(), event -> event.shard() == 3 ? held.future() : Future.succeededFuture());

    link.commit(3, 2);
    link.commit(7, 2);

    until("the other shard is done", () -> of(7).size() == 2);
    assertThat(of(3)).containsExactly(1L);
    held.complete();
    awaitSeen(3, 2);
  }

  @Test
  void a_slow_handler_makes_nobody_keep_more_than_a_bound() {
    Promise<Void> held = Promise.promise();
    subscribe(Map.of(), event -> held.future());
    for (int i = 0; i < 50; i++) {
      link.commit(3, 100);
    }

    held.complete();

    awaitSeen(3, 5_000);
  }

  @Test
  void an_event_that_was_not_handled_comes_again_before_the_next() {
    AtomicInteger failures = new AtomicInteger();
    subscribe(
        Map.of(),
        event -> {
          if (event.position() == 2 && failures.incrementAndGet() == 1) {
            throw new IllegalStateException("as the test wants");
          }
          return event.position() == 2 && failures.get() == 2
              ? Future.failedFuture("as the test wants")
              : Future.succeededFuture();
        });

    link.commit(3, 3);

    until("the last is seen", () -> of(3).contains(3L));
    assertThat(of(3)).startsWith(1L, 2L, 2L).endsWith(2L, 3L);
  }

  @Test
  void a_log_that_is_away_is_asked_again() {
    link.away = true;
    subscribe(Map.of());
    link.log.append(3, "CHAIR", 2);
    link.publish(new PublicLog.Run(3, 1, 2, List.of()).text());

    link.away = false;

    awaitSeen(3, 2);
  }

  @Test
  void an_event_of_a_later_service_comes_as_its_json() {
    subscribe(Map.of());

    link.publish(
        """
        {"v":2,"shard":3,"first":1,"last":1,"events":[{"type":"Painted","version":2,"shard":3,
         "position":1,"sku":"CHAIR","colour":"red","at":"2026-11-01T12:00:00Z"}]}
        """);

    until("it is seen", () -> seen.size() == 1);
    assertThat(seen.getFirst().event()).isEmpty();
    assertThat(seen.getFirst().type()).isEqualTo("Painted");
    assertThat(seen.getFirst().json()).contains("\"colour\":\"red\"");
  }

  @Test
  void nonsense_that_is_published_harms_nobody() {
    subscribe(Map.of());

    link.publish("nonsense");
    link.publish("{\"v\":1,\"shard\":3,\"first\":1,\"last\":1,\"events\":[{}]}");
    link.commit(3, 1);

    awaitSeen(3, 1);
  }

  @Test
  void a_log_that_ends_before_what_was_handled_ends_the_subscription() {
    link.log.append(3, "CHAIR", 50);

    Subscription subscription = client.events(Map.of(3, 100L), this::see);

    assertThat(failure(subscription.ended()))
        .hasMessageContaining("shard 3 ends at 50, and 100 was handled");
    result(subscription.close());
    assertThat(link.listeners()).isZero();
    assertThat(subscription.handled()).isEqualTo(Map.of(3, 100L));
    assertThat(seen).isEmpty();
  }

  @Test
  void a_log_that_is_set_back_meanwhile_ends_it_when_the_last_is_handled() {
    Promise<Void> held = Promise.promise();
    Subscription subscription =
        subscribe(
            Map.of(), event -> event.position() == 4 ? held.future() : Future.succeededFuture());
    link.commit(3, 5);
    awaitSeen(3, 4);

    LongStream.rangeClosed(3, 5).forEach(position -> link.log.remove(3, position));
    until("nobody listens", () -> link.listeners() == 0);
    assertThat(subscription.ended().isComplete()).isFalse();
    held.complete();

    assertThat(failure(subscription.ended())).hasMessageContaining("ends at 2, and 3 was handled");
    assertThat(of(3)).containsExactly(1L, 2L, 3L, 4L);
  }

  /** Guard: what the log said of itself may be older than what was handled since. */
  @Test
  void a_log_that_answers_late_is_not_taken_for_one_that_was_set_back() {
    Subscription subscription = subscribe(Map.of());
    link.commit(3, 2);
    awaitSeen(3, 2);
    Promise<Void> late = Promise.promise();
    link.positions = late.future();
    int asked = link.positionsAsked.get();
    until("the log is asked", () -> link.positionsAsked.get() > asked);
    link.commit(3, 1);
    awaitSeen(3, 3);

    int askedOnce = link.positionsAsked.get();
    late.complete();
    until("it is asked again", () -> link.positionsAsked.get() > askedOnce);

    assertThat(subscription.ended().isComplete()).isFalse();
    link.commit(3, 1);
    awaitSeen(3, 4);
  }

  @Test
  void a_close_waits_for_the_handler_and_gives_out_no_more() {
    Promise<Void> held = Promise.promise();
    Subscription subscription = subscribe(Map.of(), event -> held.future());
    link.commit(3, 2);
    until("one is given out", () -> seen.size() == 1);

    Future<Void> closed = subscription.close();
    until("nobody listens", () -> link.listeners() == 0);
    assertThat(closed.isComplete()).isFalse();
    held.complete();

    result(closed);
    assertThat(of(3)).containsExactly(1L);
    assertThat(subscription.handled()).isEqualTo(Map.of(3, 1L));
    result(subscription.ended());
  }

  @Test
  void a_close_waits_for_no_page_that_is_read() {
    link.holdPages();
    IntStream.rangeClosed(0, 7).forEach(shard -> link.log.append(shard, "CHAIR", 1));
    Subscription subscription = subscribe(Map.of());
    until("as many pages are read as are at a time", () -> link.heldPages() == Pages.MOST_AT_ONCE);

    result(subscription.close());

    assertThat(link.heldPages()).isEqualTo(Pages.MOST_AT_ONCE);
    assertThat(seen).isEmpty();
  }

  @Test
  void a_handler_that_returns_nothing_gets_its_event_again_and_holds_up_no_other_shard() {
    AtomicInteger mistakes = new AtomicInteger(3);
    subscribe(
        Map.of(),
        event ->
            event.shard() == 3 && mistakes.getAndDecrement() > 0 ? null : Future.succeededFuture());

    link.log.append(3, "CHAIR", 1);
    link.log.append(5, "CHAIR", 1);

    until("the other shard goes on", () -> of(5).equals(List.of(1L)));
    until("it was given out again", () -> of(3).equals(List.of(1L, 1L, 1L, 1L)));
  }

  private Future<?> see(Happened event) {
    seen.add(event);
    return Future.succeededFuture();
  }

  private Subscription subscribe(Map<Integer, Long> after) {
    return subscribe(after, event -> Future.succeededFuture());
  }

  private Subscription subscribe(Map<Integer, Long> after, Function<Happened, Future<?>> handler) {
    Subscription subscription =
        client.events(
            after,
            event -> {
              seen.add(event);
              return handler.apply(event);
            });
    until("it listens", () -> link.listeners() == 1);
    return subscription;
  }

  private List<Long> of(int shard) {
    return seen.stream().filter(event -> event.shard() == shard).map(Happened::position).toList();
  }

  private void awaitSeen(int shard, long last) {
    until("event " + last + " is seen", () -> of(shard).size() >= last);
    assertThat(of(shard)).isEqualTo(LongStream.rangeClosed(1, last).boxed().toList());
  }
}
