package allocation.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class PartsTest {
  @Test
  void what_is_sent_belongs_to_who_sends_it() {
    String send = "io.netty.channel.epoll.LinuxSocket";

    assertThat(
            Parts.of(
                List.of(
                    send,
                    "io.vertx.core.net.impl.VertxConnection",
                    "io.vertx.core.http.impl.Http1xServerResponse",
                    "allocation.handler.UnitRunner")))
        .isEqualTo("HTTP");
    assertThat(Parts.of(List.of(send, "io.vertx.sqlclient.impl.SocketConnectionBase")))
        .isEqualTo("way to PostgreSQL");
  }

  @Test
  void what_a_library_does_for_us_is_ours() {
    assertThat(Parts.of(List.of("java.util.HashMap", "allocation.handler.UnitOfWork")))
        .isEqualTo("rules and units of work");
    assertThat(Parts.of(List.of("java.util.ArrayList", "allocation.log.Follower")))
        .isEqualTo("log, followers and the rest");
  }

  @Test
  void what_works_for_nobody_in_particular_is_the_event_loop_s() {
    assertThat(Parts.of(List.of("io.netty.channel.epoll.Native", "java.lang.Thread")))
        .isEqualTo(Parts.SOCKETS);
  }
}
