package allocation.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.http.HttpMethod;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RequestMetricsTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final RequestMetrics metrics = new RequestMetrics(registry);

  @Test
  void methods_that_strangers_make_up_are_one_and_the_same() {
    for (int i = 0; i < 1_000; i++) {
      metrics.record(Optional.empty(), HttpMethod.valueOf("MADEUP" + i), 405, 1_000);
    }

    assertThat(metrics.size()).isEqualTo(1);
    assertThat(registry.get("allocation.http.requests").tag("method", "other").timer().count())
        .isEqualTo(1_000);
  }

  @Test
  void routes_methods_and_statuses_are_told_apart() {
    metrics.record(Optional.of("/v1/batches"), HttpMethod.POST, 201, 1_000);
    metrics.record(Optional.of("/v1/batches"), HttpMethod.POST, 200, 1_000);
    metrics.record(Optional.of("/v1/batches"), HttpMethod.PATCH, 200, 1_000);

    assertThat(metrics.size()).isEqualTo(3);
  }
}
