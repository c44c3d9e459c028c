package allocation.http;

import static org.assertj.core.api.Assertions.assertThat;

import allocation.http.Readiness.Check;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Anybody may ask for readiness: the servers must not feel how often. */
class HealthEndpointsTest {
  private final List<Promise<List<Check>>> asked = new ArrayList<>();
  private long now = Long.MAX_VALUE - 1;
  private boolean leaving;

  private final HealthEndpoints endpoints =
      new HealthEndpoints(
          new Readiness() {
            @Override
            public Future<List<Check>> check() {
              asked.add(Promise.promise());
              return asked.getLast().future();
            }

            @Override
            public boolean isLeaving() {
              return leaving;
            }
          },
          () -> now);

  @Test
  void all_who_ask_while_the_servers_are_asked_get_one_answer() {
    Future<List<Check>> first = endpoints.checks();
    pass(10_000);
    Future<List<Check>> second = endpoints.checks();
    asked.getFirst().complete(List.of());

    assertThat(asked).hasSize(1);
    assertThat(first.isComplete()).isTrue();
    assertThat(second.isComplete()).isTrue();
  }

  @Test
  void what_they_said_is_good_for_half_a_second() {
    endpoints.checks();
    asked.getFirst().complete(List.of());

    pass(499);
    assertThat(endpoints.checks().isComplete()).isTrue();
    pass(1);
    assertThat(endpoints.checks().isComplete()).isFalse();
    assertThat(asked).hasSize(2);
  }

  @Test
  void that_a_node_leaves_is_told_at_once() {
    endpoints.checks();
    asked.getFirst().complete(List.of());
    leaving = true;

    endpoints.checks();

    assertThat(asked).hasSize(2);
  }

  private void pass(long milliseconds) {
    now += TimeUnit.MILLISECONDS.toNanos(milliseconds);
  }
}
