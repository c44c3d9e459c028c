package allocation.bus;

import static allocation.given.Waiting.result;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class LocalCodecTest {
  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() {
    result(vertx.close());
  }

  @Test
  void hands_a_message_over_by_reference() {
    LocalCodec.register(vertx.eventBus());
    LogPositions sent = new LogPositions(Map.of(1, 2L));

    assertThat(received(sent)).isSameAs(sent);
  }

  @Test
  void leaves_other_messages_to_their_own_codecs() {
    LocalCodec.register(vertx.eventBus());

    assertThat(received("text")).isEqualTo("text");
  }

  @Test
  void no_message_is_serializable_so_that_a_missing_codec_is_noticed() {
    for (Class<?> message :
        List.of(
            BatchOwner.class,
            BatchOwner.Found.class,
            CommandMessage.class,
            CommandReply.class,
            EventsCommitted.class,
            LogPositions.class,
            Query.class,
            View.class)) {
      assertThat(BusMessage.class.isAssignableFrom(message)).as(message.getName()).isTrue();
      assertThat(Serializable.class.isAssignableFrom(message)).as(message.getName()).isFalse();
    }
  }

  private Object received(Object message) {
    Promise<Object> got = Promise.promise();
    vertx.eventBus().consumer("there", arrived -> got.complete(arrived.body()));
    vertx.eventBus().send("there", message);
    Future<Object> future = got.future();
    return result(future);
  }
}
