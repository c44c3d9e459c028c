package allocation.pulsar;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets topics up over Pulsar's admin REST API. A broker sends what is about a topic of another one
 * on to that one.
 */
final class TopicAdmin {
  private static final Logger LOG = LoggerFactory.getLogger(TopicAdmin.class);

  private final Settings settings;
  private final HttpClient http;
  private String lastFault = "";

  /** One owner, and one that has become it meanwhile. */
  private static final int MOST_REDIRECTS = 3;

  private record Answer(int status, Optional<String> location, Buffer body) {
    boolean isElsewhere() {
      return (status == 307 || status == 308) && location.isPresent();
    }
  }

  TopicAdmin(Vertx vertx, Settings settings) {
    this.settings = settings;
    HttpClientOptions options =
        new HttpClientOptions()
            .setConnectTimeout(settings.operationTimeoutMs())
            .setKeepAlive(false);
    settings.authorities().ifPresent(known -> options.setTrustOptions(known.options()));
    this.http = vertx.createHttpClient(options);
  }

  /** Makes the topic with its partitions; fails when it exists with another number of them. */
  Future<Void> ensurePartitions(String topic, int partitions) {
    String path = path(topic) + "/partitions";
    return ensure(topic, path, Buffer.buffer(String.valueOf(partitions)), partitions);
  }

  /** Makes the topic, without partitions; fails when it has some. */
  Future<Void> ensureUnpartitioned(String topic) {
    return ensure(topic, path(topic), Buffer.buffer(), 0);
  }

  private Future<Void> ensure(String topic, String path, Buffer body, int wanted) {
    return call(HttpMethod.PUT, path, body)
        .compose(made ->
            made.status() / 100 == 2
                ? Future.succeededFuture()
                // It exists, maybe made by a consumer, or making is not allowed to us: look.
                : check(topic, wanted, "PUT answered " + made.status()))
        .onSuccess(done -> lastFault = "")
        .onFailure(this::tell);
  }

  private Future<Void> check(String topic, int wanted, String why) {
    return call(HttpMethod.GET, path(topic) + "/partitions", Buffer.buffer())
        .compose(answer -> {
          if (answer.status() != 200) {
            return Future.failedFuture(
                "topic %s cannot be set up: %s, GET answered %d"
                    .formatted(settings.topic(topic), why, answer.status()));
          }
          int found = partitions(answer.body());
          return found == wanted
              ? Future.succeededFuture()
              : Future.failedFuture(
                  "topic %s has %d partitions and must have %d; %s. Delete it, or take another namespace"
                      .formatted(settings.topic(topic), found, wanted, why));
        });
  }

  private Future<Answer> call(HttpMethod method, String path, Buffer body) {
    return call(method, settings.adminUrl() + path, body, MOST_REDIRECTS);
  }

  private Future<Answer> call(HttpMethod method, String uri, Buffer body, int redirects) {
    return ask(method, uri, body)
        .compose(answer -> {
          if (!answer.isElsewhere() || redirects == 0) {
            return Future.succeededFuture(answer);
          }
          String owner = answer.location().orElseThrow();
          return mayBeAsked(owner)
              ? call(method, owner, body, redirects - 1)
              : Future.failedFuture(
                  "Pulsar's admin sends us on to %s, without TLS".formatted(owner));
        });
  }

  /** The token goes over TLS everywhere, or nowhere. */
  private boolean mayBeAsked(String owner) {
    return owner.startsWith("https://") || settings.adminUrl().startsWith("http://");
  }

  private Future<Answer> ask(HttpMethod method, String uri, Buffer body) {
    RequestOptions options = new RequestOptions().setMethod(method).setAbsoluteURI(uri);
    settings.token().ifPresent(token -> options.putHeader("Authorization", "Bearer " + token));
    if (method.equals(HttpMethod.PUT)) {
      options.putHeader("Content-Type", "application/json");
    }
    Future<HttpClientRequest> asked = http.request(options);
    return asked
        .compose(request -> request.send(body))
        .compose(TopicAdmin::answer)
        .timeout(settings.operationTimeoutMs(), TimeUnit.MILLISECONDS)
        // What is given up must leave its place, however it goes on to answer: there are a few
        // connections, and no more.
        .onFailure(unanswered -> asked.onSuccess(HttpClientRequest::reset));
  }

  private static Future<Answer> answer(HttpClientResponse response) {
    Optional<String> location = Optional.ofNullable(response.getHeader(HttpHeaders.LOCATION));
    return response.body().map(body -> new Answer(response.statusCode(), location, body));
  }

  private static int partitions(Buffer body) {
    try {
      return new JsonObject(body).getInteger("partitions", -1);
    } catch (DecodeException e) {
      throw new IllegalStateException("Pulsar's admin answered no JSON: " + body, e);
    }
  }

  /** The caller tries for ever; one fault is told once. */
  private void tell(Throwable cause) {
    if (!lastFault.equals(cause.toString())) {
      lastFault = cause.toString();
      LOG.error("Pulsar's topics cannot be set up, will try again cause={}", cause.toString());
    }
  }

  private String path(String topic) {
    return "/admin/v2/persistent/" + settings.namespace() + "/" + topic;
  }
}
