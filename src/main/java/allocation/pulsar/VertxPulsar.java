package allocation.pulsar;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.apache.pulsar.client.api.AuthenticationFactory;
import org.apache.pulsar.client.api.ClientBuilder;
import org.apache.pulsar.client.api.ConsumerBuilder;
import org.apache.pulsar.client.api.ProducerBuilder;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.Schema;

/**
 * A Pulsar client for Vert.x: what it completes, it completes on the caller's event loop. One for
 * the process. It need not reach Pulsar to be made, and reconnects by itself.
 */
public final class VertxPulsar {
  private final Vertx vertx;
  private final Settings settings;
  private final PulsarClient client;

  private VertxPulsar(Vertx vertx, Settings settings, PulsarClient client) {
    this.vertx = vertx;
    this.settings = settings;
    this.client = client;
  }

  /** Throws {@link IllegalArgumentException} on settings that can never do. */
  @SuppressWarnings("deprecation") // statistics can be put off in no other way
  public static VertxPulsar create(Vertx vertx, Settings settings) {
    ClientBuilder builder =
        PulsarClient.builder()
            .serviceUrl(settings.serviceUrl())
            .operationTimeout(settings.operationTimeoutMs(), TimeUnit.MILLISECONDS)
            .lookupTimeout(settings.operationTimeoutMs(), TimeUnit.MILLISECONDS)
            .connectionTimeout(settings.operationTimeoutMs(), TimeUnit.MILLISECONDS)
            // A broker that is back should be found soon, not after the default's minute.
            .maxBackoffInterval(2, TimeUnit.SECONDS)
            .statsInterval(0, TimeUnit.SECONDS)
            .ioThreads(1)
            .listenerThreads(1);
    secure(builder, settings);
    try {
      return new VertxPulsar(vertx, settings, builder.build());
    } catch (PulsarClientException e) {
      throw new IllegalArgumentException("no Pulsar client can be made of " + settings, e);
    }
  }

  /** Who we are to the cluster, and how we know that it is the cluster. */
  static void secure(ClientBuilder builder, Settings settings) {
    // The client's own default takes any certificate of a known authority, whoever it is for.
    builder.allowTlsInsecureConnection(false).enableTlsHostnameVerification(true);
    settings
        .authorities()
        .ifPresent(known -> builder.tlsTrustCertsFilePath(known.file().toString()));
    settings.token().ifPresent(token -> builder.authentication(AuthenticationFactory.token(token)));
  }

  public Settings settings() {
    return settings;
  }

  /** Opens a producer; fails when that takes longer than the operation time-out. */
  Future<VertxProducer> producer(UnaryOperator<ProducerBuilder<byte[]>> how) {
    return home(how.apply(client.newProducer(Schema.BYTES)).createAsync())
        .map(producer -> new VertxProducer(this, producer));
  }

  /** Opens a consumer; fails when that takes longer than the operation time-out. */
  Future<VertxConsumer> consumer(UnaryOperator<ConsumerBuilder<byte[]>> how) {
    return home(how.apply(client.newConsumer(Schema.BYTES)).subscribeAsync())
        .map(consumer -> new VertxConsumer(this, consumer));
  }

  /** Completes when Pulsar answers at all, fails after the operation time-out. */
  public Future<Void> reached() {
    return limited(home(client.getPartitionsForTopic(settings.topic(Topics.EVENTS), false)))
        .<Void>mapEmpty()
        .recover(
            cause -> isNotFound(cause) ? Future.succeededFuture() : Future.failedFuture(cause));
  }

  /** Closes the client with all that it opened. */
  public Future<Void> close() {
    return limited(home(client.closeAsync()));
  }

  /** The way home for what another thread completes. */
  <T> Future<T> home(CompletionStage<T> stage) {
    Context context = vertx.getOrCreateContext();
    return Future.fromCompletionStage(stage, context)
        .recover(cause -> Future.failedFuture(bare(cause)));
  }

  <T> Future<T> limited(Future<T> future) {
    return future.timeout(settings.operationTimeoutMs(), TimeUnit.MILLISECONDS);
  }

  /** What went wrong, without the wrapping that stages put around it. */
  private static Throwable bare(Throwable cause) {
    Throwable inner = cause instanceof CompletionException ? cause.getCause() : null;
    return inner == null ? cause : inner;
  }

  private static boolean isNotFound(Throwable cause) {
    return cause instanceof PulsarClientException.NotFoundException
        || cause instanceof PulsarClientException.TopicDoesNotExistException;
  }
}
