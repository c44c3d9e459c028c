package allocation.journey;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The buyer's mail server. */
final class PostBox implements AutoCloseable {
  private final GreenMail server;

  PostBox() {
    this(0);
  }

  PostBox(int port) {
    server = new GreenMail(new ServerSetup(port, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
    server.start();
  }

  /** Knows somebody who may send. */
  PostBox knows(String user, String password) {
    server.setUser("stock@made.com", user, password);
    return this;
  }

  /** What a service needs to send here. */
  Map<String, String> settings() {
    return Map.of(
        "MAIL_HOST", "127.0.0.1", "MAIL_PORT", String.valueOf(server.getSmtp().getPort()));
  }

  /** Every line of every mail, in the order they came. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (MimeMessage mail : server.getReceivedMessages()) {
      try {
        String.valueOf(mail.getContent()).lines().forEach(lines::add);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (MessagingException e) {
        throw new IllegalStateException(e);
      }
    }
    return lines;
  }

  @Override
  public void close() {
    server.stop();
  }
}
