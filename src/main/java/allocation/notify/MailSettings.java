package allocation.notify;

import java.util.Optional;

/**
 * How mail is sent.
 *
 * @param login the server's user and password; without one, none is offered
 * @param timeoutMs milliseconds until a mail counts as not taken
 */
public record MailSettings(
    String host,
    int port,
    Encryption encryption,
    Optional<Login> login,
    String from,
    String to,
    String subject,
    int timeoutMs) {
  /** How the way to the server is protected. */
  public enum Encryption {
    /** As the server offers: STARTTLS if it has it. */
    OPPORTUNISTIC,
    /** STARTTLS, or no mail. */
    STARTTLS,
    /** TLS from the first byte. */
    TLS,
    NONE;

    /** Whether nothing is ever sent in the clear. */
    public boolean isCertain() {
      return this == STARTTLS || this == TLS;
    }
  }

  /** Who sends. */
  public record Login(String user, String password) {
    @Override
    public String toString() {
      return "Login[user=" + user + ", password=***]";
    }
  }
}
