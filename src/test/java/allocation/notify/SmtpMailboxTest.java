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
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import jakarta.mail.Address;
import jakarta.mail.Message.RecipientType;
import jakarta.mail.internet.MimeMessage;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class SmtpMailboxTest {
  private static final Optional<Login> LOGIN = Optional.of(new Login("shop", "secret"));

  private final Vertx vertx = Vertx.vertx();
  private final GreenMail server =
      new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));

  /** Where it is overheard. */
  private final List<String> said = new CopyOnWriteArrayList<>();

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

    sendBy(mailbox(LOGIN));

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
  void where_starttls_is_a_must_a_server_without_it_hears_neither_password_nor_mail() {
    server.setUser("stock@made.com", "shop", "secret");
    SmtpMailbox mailbox = mailbox(overheard(), Encryption.STARTTLS, LOGIN);

    assertThatThrownBy(() -> sendBy(mailbox)).hasStackTraceContaining("STARTTLS");

    assertThat(String.join("", said)).startsWith("EHLO").doesNotContain("AUTH", "MAIL");
    assertThat(server.getReceivedMessages()).isEmpty();
  }

  @Test
  void where_it_is_not_the_server_hears_both() {
    server.setUser("stock@made.com", "shop", "secret");

    sendBy(mailbox(overheard(), Encryption.OPPORTUNISTIC, LOGIN));

    assertThat(String.join("", said)).startsWith("EHLO").contains("AUTH", "MAIL");
    assertThat(server.getReceivedMessages()).hasSize(1);
  }

  @Test
  void where_tls_is_a_must_a_server_without_it_hears_nothing_that_it_can_read() {
    server.setUser("stock@made.com", "shop", "secret");
    SmtpMailbox mailbox = mailbox(overheard(), Encryption.TLS, LOGIN);

    assertThatThrownBy(() -> sendBy(mailbox)).hasStackTraceContaining("SSL");

    assertThat(String.join("", said)).doesNotContain("EHLO", "AUTH", "MAIL", "shop");
    assertThat(server.getReceivedMessages()).isEmpty();
  }

  @Test
  void a_server_whose_certificate_nobody_vouches_for_is_sent_nothing() {
    GreenMail stranger = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTPS));
    stranger.start();
    try {
      SmtpMailbox mailbox =
          mailbox(stranger.getSmtps().getPort(), Encryption.TLS, Optional.empty());

      assertThatThrownBy(() -> sendBy(mailbox)).hasStackTraceContaining("SSLHandshakeException");

      assertThat(stranger.getReceivedMessages()).isEmpty();
    } finally {
      stranger.stop();
    }
  }

  @Test
  void prints_no_password() {
    assertThat(new Login("shop", "secret").toString()).contains("shop").doesNotContain("secret");
  }

  private SmtpMailbox mailbox(Optional<Login> login) {
    return mailbox(server.getSmtp().getPort(), Encryption.OPPORTUNISTIC, login);
  }

  private SmtpMailbox mailbox(int port, Encryption encryption, Optional<Login> login) {
    return new SmtpMailbox(
        vertx,
        new MailSettings(
            "127.0.0.1",
            port,
            encryption,
            login,
            "allocations@example.com",
            "stock@made.com",
            "Out of stock",
            5_000));
  }

  private void sendBy(SmtpMailbox mailbox) {
    Later.on(vertx.getOrCreateContext(), () -> mailbox.send(List.of(new Sku("LAMP"))));
  }

  /** A port at which the server is reached, and what is said to it is heard. */
  private int overheard() {
    NetClient client = vertx.createNetClient();
    NetServer between =
        vertx
            .createNetServer()
            .connectHandler(mailbox -> {
              mailbox.pause();
              client
                  .connect(server.getSmtp().getPort(), "127.0.0.1")
                  .onSuccess(smtp -> {
                    smtp.pipeTo(mailbox);
                    mailbox.endHandler(ended -> smtp.end());
                    mailbox.handler(bytes -> {
                      said.add(bytes.toString(StandardCharsets.ISO_8859_1));
                      smtp.write(bytes);
                    });
                    mailbox.resume();
                  });
            });
    return Later.await(between.listen(0, "127.0.0.1")).actualPort();
  }
}
