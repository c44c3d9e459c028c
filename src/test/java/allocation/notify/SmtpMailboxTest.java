package allocation.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import allocation.domain.Sku;
import allocation.given.Later;
import allocation.notify.MailSettings.Encryption;
import allocation.notify.MailSettings.Login;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.vertx.core.Vertx;
import jakarta.mail.Address;
import jakarta.mail.Message.RecipientType;
import jakarta.mail.internet.MimeMessage;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class SmtpMailboxTest {
  private final Vertx vertx = Vertx.vertx();
  private final GreenMail server =
      new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));

  @BeforeEach
  void start() {
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop();
    Later.await(vertx.close());
  }

  @Test
  void writes_a_line_for_each_sku() throws Exception {
    SmtpMailbox mailbox = mailbox(Optional.empty());

    Later.on(
        vertx.getOrCreateContext(),
        () -> mailbox.send(List.of(new Sku("LAMP"), new Sku("SOFA ü"))));

    MimeMessage mail = server.getReceivedMessages()[0];
    assertThat(String.valueOf(mail.getContent()).lines())
        .containsExactly("Out of stock for LAMP", "Out of stock for SOFA ü");
    assertThat(mail.getFrom())
        .extracting(Address::toString)
        .containsExactly("allocations@example.com");
    assertThat(mail.getRecipients(RecipientType.TO))
        .extracting(Address::toString)
        .containsExactly("stock@made.com");
    assertThat(mail.getSubject()).isEqualTo("Out of stock");
  }

  @Test
  void logs_in_when_it_has_a_login() {
    server.setUser("stock@made.com", "shop", "secret");

    Later.on(
        vertx.getOrCreateContext(),
        () -> mailbox(Optional.of(new Login("shop", "secret"))).send(List.of(new Sku("LAMP"))));

    assertThat(server.getReceivedMessages()).hasSize(1);
  }

  @Test
  void fails_when_the_server_is_away() {
    SmtpMailbox mailbox = mailbox(Optional.empty());
    server.stop();

    assertThatThrownBy(() ->
            Later.on(vertx.getOrCreateContext(), () -> mailbox.send(List.of(new Sku("LAMP")))))
        .hasMessageContaining("Connection refused");
  }

  @Test
  void prints_no_password() {
    assertThat(new Login("shop", "secret").toString()).contains("shop").doesNotContain("secret");
  }

  private SmtpMailbox mailbox(Optional<Login> login) {
    return new SmtpMailbox(
        vertx,
        new MailSettings(
            "127.0.0.1",
            server.getSmtp().getPort(),
            Encryption.OPPORTUNISTIC,
            login,
            "allocations@example.com",
            "stock@made.com",
            "Out of stock",
            5_000));
  }
}
