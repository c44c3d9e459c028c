package allocation.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import allocation.given.GivenEvents;
import allocation.given.InMemoryCursors;
import allocation.given.InMemoryEventLog;
import allocation.given.InMemoryLocks;
import allocation.given.Later;
import allocation.given.RecordingMailbox;
import allocation.log.LogPoller;
import allocation.wire.WireCodec;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class BuyerNoticeVerticleTest {
  private final Vertx vertx = Vertx.vertx();
  private final InMemoryEventLog log = new InMemoryEventLog();
  private final InMemoryLocks locks = new InMemoryLocks();
  private final InMemoryCursors cursors = new InMemoryCursors();
  private final RecordingMailbox mailbox = new RecordingMailbox();

  @BeforeEach
  void follow_the_log() {
    WireCodec.register(vertx.eventBus());
    vertx.runOnContext(turn -> new LogPoller(vertx, log, 50).start());
  }

  @AfterEach
  void close() {
    Later.await(vertx.close());
  }

  @Test
  void tells_the_buyer_what_ran_out_and_nothing_else() {
    log.append(0, "LAMP", 3);
    runsOut(0, "LAMP");
    log.append(0, "SOFA", 3);
    deploy();

    await().until(() -> cursors.at(BuyerNoticeVerticle.NAME, 0) == 7);
    assertThat(mailbox.mails()).containsExactly(List.of("LAMP"));
  }

  @Test
  void gathers_what_runs_out_in_any_shard_while_a_mail_is_under_way() {
    deploy();
    mailbox.hold();
    runsOut(0, "LAMP");
    await().until(() -> mailbox.mails().size() == 1);
    runsOut(1, "SOFA");
    runsOut(2, "DESK");
    runsOut(2, "VASE");

    await().until(() -> log.reads() >= 3);
    mailbox.deliver();

    await()
        .untilAsserted(() ->
            assertThat(mailbox.mails().stream().skip(1).flatMap(List::stream))
                .containsExactlyInAnyOrder("SOFA", "DESK", "VASE"));
    await().until(() -> cursors.at(BuyerNoticeVerticle.NAME, 2) == 2);
  }

  @Test
  void keeps_the_cursor_until_the_mail_was_taken() {
    mailbox.refuse(2);
    deploy();
    runsOut(0, "LAMP");

    await().until(() -> cursors.at(BuyerNoticeVerticle.NAME, 0) == 1);
    assertThat(mailbox.mails()).containsExactly(List.of("LAMP"));
  }

  @Test
  void a_restart_tells_nothing_twice() {
    String first = deploy();
    runsOut(0, "LAMP");
    await().until(() -> cursors.at(BuyerNoticeVerticle.NAME, 0) == 1);
    Later.await(vertx.undeploy(first));
    runsOut(0, "SOFA");

    deploy();

    await().until(() -> cursors.at(BuyerNoticeVerticle.NAME, 0) == 2);
    assertThat(mailbox.mails()).containsExactly(List.of("LAMP"), List.of("SOFA"));
  }

  @Test
  void a_mail_has_an_end() {
    for (int shard = 0; shard < 3; shard++) {
      for (int i = 0; i < 300; i++) {
        runsOut(shard, "LAMP");
      }
    }
    deploy();

    awaitTold(300);
    assertThat(mailbox.mails()).allSatisfy(mail -> assertThat(mail).hasSizeLessThanOrEqualTo(500));
    assertThat(mailbox.mails().stream().flatMap(List::stream)).hasSize(900);
  }

  private void awaitTold(long position) {
    for (int shard = 0; shard < 3; shard++) {
      int each = shard;
      await().until(() -> cursors.at(BuyerNoticeVerticle.NAME, each) == position);
    }
  }

  private void runsOut(int shard, String sku) {
    log.append(shard, sku, GivenEvents.outOfStock("o1"));
  }

  private String deploy() {
    return Later.await(
        vertx.deployVerticle(
            new BuyerNoticeVerticle(
                0, List.of(0, 1, 2), log, locks, cursors, mailbox, new SimpleMeterRegistry())));
  }
}
