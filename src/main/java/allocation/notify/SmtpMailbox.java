package allocation.notify;

import allocation.domain.Sku;
import allocation.notify.MailSettings.Encryption;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.mail.LoginOption;
import io.vertx.ext.mail.MailClient;
import io.vertx.ext.mail.MailConfig;
import io.vertx.ext.mail.MailMessage;
import io.vertx.ext.mail.StartTLSOptions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Sends the notices as mail over SMTP, a line each. */
public final class SmtpMailbox implements Mailbox {
  private final MailSettings settings;
  private final MailClient client;

  public SmtpMailbox(Vertx vertx, MailSettings settings) {
    this.settings = settings;
    this.client = MailClient.create(vertx, config(settings));
  }

  @Override
  public Future<Void> send(List<Sku> outOfStock) {
    String text =
        outOfStock.stream()
            .map(sku -> "Out of stock for " + sku)
            .collect(Collectors.joining("\n", "", "\n"));
    MailMessage mail =
        new MailMessage()
            .setFrom(settings.from())
            .setTo(settings.to())
            .setSubject(settings.subject())
            .setText(text);
    return client.sendMail(mail).timeout(settings.timeoutMs(), TimeUnit.MILLISECONDS).mapEmpty();
  }

  @Override
  public Future<Void> close() {
    return client.close();
  }

  private static MailConfig config(MailSettings settings) {
    MailConfig config =
        new MailConfig(settings.host(), settings.port())
            .setStarttls(startTls(settings.encryption()))
            .setSsl(settings.encryption() == Encryption.TLS)
            .setConnectTimeout(settings.timeoutMs())
            .setIdleTimeout(settings.timeoutMs())
            .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
            // Mails are rare: a kept connection would be a dead one by the next.
            .setKeepAlive(false)
            .setLogin(settings.login().isPresent() ? LoginOption.REQUIRED : LoginOption.DISABLED);
    settings
        .login()
        .ifPresent(login -> config.setUsername(login.user()).setPassword(login.password()));
    return config;
  }

  private static StartTLSOptions startTls(Encryption encryption) {
    return switch (encryption) {
      case OPPORTUNISTIC -> StartTLSOptions.OPTIONAL;
      case STARTTLS -> StartTLSOptions.REQUIRED;
      case TLS, NONE -> StartTLSOptions.DISABLED;
    };
  }
}
