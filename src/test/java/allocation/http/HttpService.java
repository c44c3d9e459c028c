package allocation.http;

import allocation.access.Gate;
import allocation.access.KeyringVerticle;
import allocation.bus.Addresses;
import allocation.bus.BatchOwner;
import allocation.bus.BusMessage;
import allocation.bus.CommandFailure;
import allocation.bus.CommandGroup;
import allocation.bus.CommandMessage;
import allocation.bus.CommandReply;
import allocation.bus.CommandResult;
import allocation.bus.CurrentPlacement;
import allocation.bus.Query;
import allocation.bus.QueryGroup;
import allocation.bus.Shards;
import allocation.bus.View;
import allocation.domain.Outcome;
import allocation.domain.Sku;
import allocation.given.Waiting;
import allocation.wire.WireCodec;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The HTTP entrance on a real port with stand-ins behind it. Every answer that passes through
 * {@link #call} is held against the contract.
 */
final class HttpService implements BeforeAllCallback, BeforeEachCallback, AfterAllCallback {
  static final Shards SHARDS = new Shards(16);
  static final long POSITION = 41;
  static final Settings SETTINGS = new GivenHttp().settings();
  private static final String ONE_COMMAND = "test.one-command";
  private static final String ONE_QUERY = "test.one-query";

  final List<CommandMessage> commands = new CopyOnWriteArrayList<>();
  final List<Query> queries = new CopyOnWriteArrayList<>();
  final PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();
  private final Settings settings;
  private final Gate gate;
  private final Vertx vertx = Vertx.vertx();
  private final HttpVerticle verticle;

  private volatile Consumer<Message<CommandMessage>> handler = message -> {};
  private volatile Consumer<Message<Query>> readModel = message -> {};
  private volatile Function<BatchOwner, Optional<Sku>> owners = ask -> Optional.empty();
  private volatile List<Readiness.Check> checks = List.of();
  private volatile boolean leaving;
  private Optional<Contract> contract = Optional.empty();
  private List<Route> routes = List.of();

  HttpService() {
    this(SETTINGS);
  }

  HttpService(Settings settings) {
    this(settings, Gate.of(allocation.access.Settings.OFF));
  }

  HttpService(Settings settings, Gate gate) {
    this.settings = settings;
    this.gate = gate;
    this.verticle =
        new HttpVerticle(
            settings,
            SHARDS,
            CurrentPlacement.alone(),
            Clock.systemUTC(),
            metrics,
            new Readiness() {
              @Override
              public Future<List<Check>> check() {
                return Future.succeededFuture(checks);
              }

              @Override
              public boolean isLeaving() {
                return leaving;
              }
            },
            gate);
  }

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    WireCodec.register(vertx.eventBus());
    vertx
        .eventBus()
        .<CommandMessage>consumer(
            ONE_COMMAND,
            message -> {
              commands.add(message.body());
              handler.accept(message);
            });
    for (int shard : SHARDS.all()) {
      vertx.eventBus().<BusMessage>consumer(Addresses.commands(shard), this::handle);
    }
    vertx
        .eventBus()
        .<Query>consumer(
            ONE_QUERY,
            message -> {
              queries.add(message.body());
              readModel.accept(message);
            });
    vertx.eventBus().<BusMessage>consumer(Addresses.QUERIES, this::ask);
    vertx
        .eventBus()
        .<BatchOwner>consumer(
            Addresses.BATCH_OWNERS,
            message -> message.reply(new BatchOwner.Found(owners.apply(message.body()))));
    if (!gate.ring().isOff()) {
      Waiting.result(vertx.deployVerticle(new KeyringVerticle(gate.ring())));
    }
    vertx
        .deployVerticle(verticle)
        .toCompletionStage()
        .toCompletableFuture()
        .get(20, TimeUnit.SECONDS);
    contract = Optional.of(Contract.load(vertx));
    routes = verticle.routes();
  }

  private void ask(Message<BusMessage> request) {
    if (request.body() instanceof QueryGroup group) {
      List<Future<View>> views = group.queries().stream().map(this::one).toList();
      Future.join(views)
          .onComplete(all ->
              request.reply(
                  new QueryGroup.Views(
                      views.stream().map(view -> Optional.ofNullable(view.result())).toList())));
    } else {
      pass(ONE_QUERY, request);
    }
  }

  private Future<View> one(Query query) {
    return vertx.eventBus().<View>request(ONE_QUERY, query).map(Message::body);
  }

  private void handle(Message<BusMessage> request) {
    if (request.body() instanceof CommandGroup group) {
      List<Future<CommandResult>> results = group.commands().stream().map(this::one).toList();
      Future.join(results)
          .onSuccess(all ->
              request.reply(
                  new CommandGroup.Results(results.stream().map(Future::result).toList())));
    } else {
      pass(ONE_COMMAND, request);
    }
  }

  private void pass(String address, Message<BusMessage> request) {
    vertx
        .eventBus()
        .<BusMessage>request(address, request.body())
        .onSuccess(reply -> request.reply(reply.body()))
        .onFailure(cause -> {
          ReplyException failure = (ReplyException) cause;
          request.fail(failure.failureCode(), failure.getMessage());
        });
  }

  private Future<CommandResult> one(CommandMessage command) {
    return vertx
        .eventBus()
        .<CommandReply>request(ONE_COMMAND, command)
        .<CommandResult>map(Message::body)
        .otherwise(cause -> new CommandResult.NotDone(CommandFailure.of(cause)));
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    commands.clear();
    queries.clear();
    handler = message -> message.fail(3, "no outcome was given");
    readModel = message -> message.fail(3, "no view was given");
    owners = ask -> Optional.of(new Sku("SMALL-TABLE"));
    checks = List.of(new Readiness.Check("postgresql", true, true, "answered"));
    leaving = false;
  }

  @Override
  public void afterAll(ExtensionContext context) throws Exception {
    client.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  /** Every command comes to this. */
  void decides(Function<CommandMessage, Outcome> outcome) {
    handles(message -> {
      CommandMessage command = message.body();
      message.reply(new CommandReply(SHARDS.of(command.sku()), POSITION, outcome.apply(command)));
    });
  }

  void decides(Outcome outcome) {
    decides(command -> outcome);
  }

  void handles(Consumer<Message<CommandMessage>> reaction) {
    handler = reaction;
  }

  void shows(View view) {
    reads(message -> message.reply(view));
  }

  void reads(Consumer<Message<Query>> reaction) {
    readModel = reaction;
  }

  void batchesBelongTo(Function<BatchOwner, Optional<Sku>> owner) {
    owners = owner;
  }

  void isReady(List<Readiness.Check> state) {
    checks = state;
  }

  /** From now on, until the test is over, this node is about to stop. */
  void isLeaving() {
    leaving = true;
    checks = List.of(new Readiness.Check("node", false, true, "leaving"));
  }

  Vertx vertx() {
    return vertx;
  }

  Contract contract() {
    return contract.orElseThrow();
  }

  List<Route> routes() {
    return routes;
  }

  int port() {
    return verticle.port();
  }

  Settings settings() {
    return settings;
  }

  Response get(String target, String... headers) {
    return call("GET", target, new byte[0], headers);
  }

  Response post(String target, String body, String... headers) {
    return call("POST", target, utf8(body), withJson(headers));
  }

  Response patch(String target, String body, String... headers) {
    return call("PATCH", target, utf8(body), withJson(headers));
  }

  Response delete(String target, String... headers) {
    return call("DELETE", target, new byte[0], headers);
  }

  /** Sends a request and holds the answer against the contract, if it knows the path. */
  Response call(String method, String target, byte[] body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d%s".formatted(port(), target)))
            .timeout(Duration.ofSeconds(10))
            .method(
                method,
                body.length == 0
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofByteArray(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    try {
      Response response =
          Response.of(client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray()));
      check(method, target, response);
      return response;
    } catch (IOException e) {
      throw new AssertionError(method + " " + target + " was not answered", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private void check(String method, String target, Response response) {
    String path = target.split("\\?", 2)[0];
    List<Route> known = routes.stream().filter(route -> path.matches(route.pattern())).toList();
    known.stream()
        .filter(route -> route.method().name().equals(method))
        .findFirst()
        // Any of them foresees that it is asked for with another method.
        .or(() -> method.equals("HEAD") ? Optional.empty() : known.stream().findFirst())
        .ifPresent(route -> contract().checkResponse(route, response));
  }

  private static String[] withJson(String... headers) {
    String[] all = Arrays.copyOf(headers, headers.length + 2);
    all[headers.length] = "Content-Type";
    all[headers.length + 1] = "application/json";
    return all;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
