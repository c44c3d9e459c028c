package allocation;

import allocation.tls.Authorities;
import allocation.tls.Identity;
import allocation.tls.MutualTls;
import allocation.tls.Unusable;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.SslMode;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/** The settings of TLS, which are alike wherever there is some. */
final class TlsConfig {
  private static final Set<SslMode> VERIFYING = Set.of(SslMode.VERIFY_CA, SslMode.VERIFY_FULL);

  /** With these a session may be in the clear. */
  private static final Set<SslMode> PLAIN = Set.of(SslMode.DISABLE, SslMode.ALLOW, SslMode.PREFER);

  private TlsConfig() {}

  /** {@code tlsCertificate} and {@code tlsKey} of a section. */
  static Optional<Identity> identity(Settings from, String section) {
    Optional<Path> certificate = from.path(section + ".tlsCertificate");
    Optional<Path> key = from.path(section + ".tlsKey");
    if (certificate.isPresent() != key.isPresent()) {
      from.secretFault(section + ".tlsCertificate", "and %s.tlsKey go together".formatted(section));
    }
    return certificate.flatMap(one -> key.map(other -> new Identity(one, other)));
  }

  /** Those of a file that is read now, so that a wrong one stops the start. */
  static Optional<Authorities> authorities(Settings from, String name) {
    try {
      return from.path(name).map(Authorities::of);
    } catch (Unusable e) {
      from.secretFault(name, "cannot be used: " + e.getMessage());
      return Optional.empty();
    }
  }

  /** The authorities of a server's clients, which make sense with an identity alone. */
  static Optional<Authorities> clients(Settings from, String section) {
    String name = section + ".tlsClientAuthorities";
    if (from.optional(name).isPresent() && from.optional(section + ".tlsCertificate").isEmpty()) {
      from.secretFault(name, "wants a %s.tlsCertificate of its own".formatted(section));
    }
    return authorities(from, name);
  }

  /** An identity and authorities, both or none. */
  static Optional<MutualTls> mutual(Settings from, String section) {
    Optional<Identity> identity = identity(from, section);
    String name = section + ".tlsAuthorities";
    Optional<Authorities> authorities = authorities(from, name);
    if (identity.isPresent() != from.optional(name).isPresent()) {
      from.secretFault(name, "and %s.tlsCertificate and its key go together".formatted(section));
    }
    return identity.flatMap(ours -> authorities.map(theirs -> new MutualTls(ours, theirs)));
  }

  /** What {@code sslmode} in the URI asks for, as PostgreSQL's own clients understand it. */
  static void postgres(Settings from, String section, PgConnectOptions server) {
    String name = section + ".tlsAuthorities";
    Optional<Authorities> authorities = authorities(from, name);
    SslMode mode = server.getSslMode();
    if (VERIFYING.contains(mode) && from.optional(name).isEmpty()) {
      from.secretFault(name, "is needed with sslmode=" + mode.value);
    }
    if (PLAIN.contains(mode) && from.optional(name).isPresent()) {
      from.secretFault(
          name, "is of no use with sslmode=%s: say verify-full in the URI".formatted(mode.value));
    }
    ClientSSLOptions options = new ClientSSLOptions();
    options.setHostnameVerificationAlgorithm(mode == SslMode.VERIFY_FULL ? "HTTPS" : "");
    authorities.ifPresentOrElse(
        known -> options.setTrustOptions(known.options()),
        // Against who listens, not against who answers in the server's place.
        () -> options.setTrustAll(true));
    server.setSslOptions(options);
  }
}
