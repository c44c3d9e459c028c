package allocation.tls;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a server's certificate when it starts, and again when its files change. A file that is away
 * or cannot be used takes nothing from the server: it goes on with what it has, and the log says
 * so. Belongs to one event loop.
 */
public final class Renewals {
  private static final Logger LOG = LoggerFactory.getLogger(Renewals.class);

  /** How soon changed files are noticed. */
  static final Duration LOOK = Duration.ofSeconds(10);

  private static final String METRIC = "allocation.tls.certificate.expires";

  private final Vertx vertx;
  private final Identity identity;
  private final String server;
  private final MeterRegistry metrics;
  private final long lookMs;
  private PemKeyCertOptions used = new PemKeyCertOptions();
  private String complaint = "";
  private volatile double expires;

  /**
   * @param server that shows it, as metrics and log name it
   */
  public Renewals(Vertx vertx, Identity identity, String server, MeterRegistry metrics) {
    this(vertx, identity, server, metrics, LOOK);
  }

  /** With another rhythm, for tests. */
  Renewals(Vertx vertx, Identity identity, String server, MeterRegistry metrics, Duration look) {
    this.vertx = vertx;
    this.identity = identity;
    this.server = server;
    this.metrics = metrics;
    this.lookMs = look.toMillis();
  }

  /** What the files hold now; fails with {@link Unusable}. */
  public Future<PemKeyCertOptions> first() {
    return read()
        .map(read -> {
          Credential credential = identity.checked(read);
          take(credential);
          show();
          return credential.options();
        });
  }

  /** Once, however many instances show it: they all read the same files. */
  private void show() {
    if (metrics.find(METRIC).tag("server", server).gauge() == null) {
      Gauge.builder(METRIC, this, self -> self.expires)
          .description("When the certificate that is shown expires, in seconds since 1970")
          .tag("server", server)
          .strongReference(true)
          .register(metrics);
    }
  }

  /** From now on gives what is new to the server; ends with the verticle. */
  public void follow(Function<PemKeyCertOptions, Future<?>> server) {
    vertx.setPeriodic(lookMs, tick -> look(server));
  }

  private void look(Function<PemKeyCertOptions, Future<?>> use) {
    read()
        .compose(read -> read.equals(used) ? Future.succeededFuture() : renew(read, use))
        .onSuccess(done -> complaint = "")
        .onFailure(this::complain);
  }

  private Future<?> renew(PemKeyCertOptions read, Function<PemKeyCertOptions, Future<?>> use) {
    Credential credential = identity.checked(read);
    return use.apply(read).onSuccess(done -> renewed(credential));
  }

  private void renewed(Credential credential) {
    take(credential);
    LOG.info("certificate renewed server={} expires={}", server, credential.expires());
  }

  private void take(Credential credential) {
    used = credential.options();
    expires = credential.expires().getEpochSecond();
  }

  /** Once for each thing that is wrong. */
  private void complain(Throwable cause) {
    String now = String.valueOf(cause.getMessage());
    if (!now.equals(complaint)) {
      complaint = now;
      LOG.error("the certificate stays as it was server={}: {}", server, now);
    }
  }

  private Future<PemKeyCertOptions> read() {
    return Future.all(bytes(identity.certificate()), bytes(identity.key()))
        .map(both -> Identity.options(both.resultAt(0), both.resultAt(1)));
  }

  private Future<Buffer> bytes(Path file) {
    return vertx
        .fileSystem()
        .readFile(file.toString())
        .recover(cause ->
            Future.failedFuture(new Unusable("%s cannot be read: %s".formatted(file, cause))));
  }
}
