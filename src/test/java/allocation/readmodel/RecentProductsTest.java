package allocation.readmodel;

import static allocation.given.GivenEvents.logged;
import static allocation.given.GivenEvents.outOfStock;
import static allocation.given.Waiting.result;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.View;
import allocation.domain.LoggedEvent;
import allocation.domain.Sku;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class RecentProductsTest {
  private static final Sku CHAIR = new Sku("chair");
  private static final Sku TABLE = new Sku("table");

  private final List<Sku> asked = new ArrayList<>();
  private final AtomicLong nanos = new AtomicLong();
  private Promise<View> slow = Promise.promise();
  private boolean answersLater;
  private final RecentProducts products = new RecentProducts(this::views, nanos::get);

  /** What is available tells how many questions there were before. */
  private Future<View> views(Sku sku) {
    asked.add(sku);
    return answersLater ? slow.future() : Future.succeededFuture(product(sku));
  }

  private View product(Sku sku) {
    return new View.ProductStock(sku, asked.size(), 0, List.of());
  }

  @Test
  void a_product_is_asked_for_once_for_all_who_want_it_within_a_while() {
    View first = result(products.ask(CHAIR));
    pass(RecentProducts.FRESH_MS - 1);

    assertThat(result(products.ask(CHAIR))).isEqualTo(first);
    assertThat(result(products.ask(TABLE))).isNotEqualTo(first);
    assertThat(asked).containsExactly(CHAIR, TABLE);
  }

  @Test
  void it_is_asked_for_again_when_the_while_is_over() {
    View first = result(products.ask(CHAIR));
    pass(RecentProducts.FRESH_MS);

    assertThat(result(products.ask(CHAIR))).isNotEqualTo(first);
  }

  @Test
  void an_event_of_a_product_makes_it_forgotten_and_no_other() {
    View chair = result(products.ask(CHAIR));
    View table = result(products.ask(TABLE));

    products.forget(List.of(event("chair")));

    assertThat(result(products.ask(CHAIR))).isNotEqualTo(chair);
    assertThat(result(products.ask(TABLE))).isEqualTo(table);
  }

  @Test
  void everything_is_forgotten_when_nobody_knows_what_happened() {
    View chair = result(products.ask(CHAIR));

    products.forgetAll();

    assertThat(result(products.ask(CHAIR))).isNotEqualTo(chair);
  }

  /** Guard: the count of what was forgotten. The late answer may be from before the event. */
  @Test
  void an_answer_that_was_on_its_way_when_an_event_came_is_not_remembered() {
    answersLater = true;
    Future<View> late = products.ask(CHAIR);
    products.forget(List.of(event("chair")));
    answersLater = false;
    slow.complete(product(CHAIR));
    View old = result(late);

    assertThat(result(products.ask(CHAIR))).isNotEqualTo(old);
  }

  @Test
  void what_does_not_exist_and_what_failed_is_asked_for_each_time() {
    answersLater = true;
    slow.complete(new View.Unknown());
    result(products.ask(CHAIR));
    slow = Promise.promise();
    slow.fail("away");
    assertThat(products.ask(CHAIR).failed()).isTrue();
    answersLater = false;

    assertThat(result(products.ask(CHAIR))).isInstanceOf(View.ProductStock.class);
    assertThat(asked).hasSize(3);
  }

  @Test
  void the_one_that_was_not_wanted_for_longest_makes_room() {
    View chair = result(products.ask(CHAIR));
    View table = result(products.ask(TABLE));
    for (int i = 0; i < RecentProducts.MOST - 1; i++) {
      result(products.ask(new Sku("other-" + i)));
      result(products.ask(TABLE));
    }

    assertThat(result(products.ask(TABLE))).isEqualTo(table);
    assertThat(result(products.ask(CHAIR))).isNotEqualTo(chair);
  }

  private void pass(long ms) {
    nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(ms));
  }

  private static LoggedEvent event(String sku) {
    return logged(0, 1, sku, outOfStock("o1"));
  }
}
