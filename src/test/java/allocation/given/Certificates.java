package allocation.given;

import allocation.tls.Authorities;
import allocation.tls.Identity;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;

/** Certificates of an authority of our own, as files in a folder. */
public final class Certificates {
  private static final String HOST = "127.0.0.1";

  private final Path folder;
  private final X509Bundle authority;

  /** An authority that nobody else has. */
  public Certificates(Path folder) {
    this.folder = folder;
    this.authority = make(builder("CN=An authority").setIsCertificateAuthority(true), null);
  }

  /** Who believes in it believes in what it signed. */
  public Authorities authorities() {
    return new Authorities(write("authority.pem", authority.getCertificatePEM()));
  }

  /** For this machine, as it should be. */
  public Identity good(String name) {
    return identity(name, signed(ofThisMachine(name)));
  }

  /** For another machine. */
  public Identity ofAnotherHost(String name) {
    return identity(name, signed(builder("CN=" + name).addSanDnsName("elsewhere.example.com")));
  }

  /** For this machine, until yesterday. */
  public Identity expired(String name) {
    Instant now = Instant.now();
    return identity(
        name,
        signed(
            ofThisMachine(name)
                .notBefore(now.minus(Duration.ofDays(9)))
                .notAfter(now.minus(Duration.ofDays(1)))));
  }

  /** For this machine, signed by itself. */
  public Identity selfSigned(String name) {
    return identity(name, make(ofThisMachine(name).setIsCertificateAuthority(true), null));
  }

  /** Replaces the files of one by those of another, as whoever renews certificates does. */
  public static void replace(Identity identity, Identity by) {
    try {
      Files.writeString(identity.key(), Files.readString(by.key()));
      Files.writeString(identity.certificate(), Files.readString(by.certificate()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private X509Bundle signed(CertificateBuilder builder) {
    return make(builder, authority);
  }

  private Identity identity(String name, X509Bundle made) {
    return new Identity(
        write(name + ".pem", made.getCertificatePathPEM()),
        write(name + ".key", made.getPrivateKeyPEM()));
  }

  /** Pulsar's client asks DNS what the name of an address is, and wants that one. */
  private static CertificateBuilder ofThisMachine(String name) {
    return builder("CN=" + name).addSanIpAddress(HOST).addSanDnsName("localhost");
  }

  private static CertificateBuilder builder(String subject) {
    return new CertificateBuilder()
        .subject(subject)
        .ecp256()
        .notBefore(Instant.now().minus(Duration.ofHours(1)))
        .notAfter(Instant.now().plus(Duration.ofDays(1)));
  }

  private static X509Bundle make(CertificateBuilder builder, X509Bundle issuer) {
    try {
      return issuer == null ? builder.buildSelfSigned() : builder.buildIssuedBy(issuer);
    } catch (Exception e) {
      throw new IllegalStateException("no certificate can be made", e);
    }
  }

  /** Only we may read it: PostgreSQL refuses a key that others may. */
  private Path write(String name, String pem) {
    try {
      Path file = Files.writeString(folder.resolve(name), pem);
      return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
