package allocation;

import allocation.bridge.BridgeSettings;
import allocation.bridge.CommandsKey;
import allocation.bus.Role;
import allocation.bus.Shards;
import allocation.handler.CommandHandlerVerticle;
import allocation.notify.MailSettings;
import allocation.postgres.PgSession;
import allocation.readmodel.ReadModelVerticle;
import allocation.tls.MutualTls;
import io.vertx.core.Vertx;
import io.vertx.core.net.HostAndPort;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * All settings, checked: {@code conf/allocation.yaml} says what each means and what it is unless
 * set. Times are milliseconds where the name does not say otherwise.
 */
public record Config(
    Shards shards,
    Optional<allocation.cluster.Settings> cluster,
    allocation.http.Settings http,
    allocation.access.Settings access,
    Instances instances,
    long leaveDelayMs,
    CommandHandlerVerticle.Settings handler,
    Duration answersKept,
    Postgres postgres,
    Postgres views,
    ReadModelVerticle.Limits readModel,
    allocation.pulsar.Settings pulsar,
    Log log,
    Optional<MailSettings> mail,
    Optional<BridgeSettings> bridge) {
  // With fewer, reads stop at what one loop can do; commands are as fast either way.
  private static final int HTTP_INSTANCES =
      Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 64);

  // With more their units are smaller, and the database has more to do for each line. Four at the
  // most: a container may count all of its host's processors. See ADR 29.
  private static final int HANDLER_INSTANCES =
      Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, 4);

  /** How this machine calls itself, in a URL. */
  static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

  private static final int NO_LIMIT = Integer.MAX_VALUE;

  /**
   * What runs on this node, and how many of each; 0 where others of the cluster do it.
   *
   * @param commands entrances for the commands of Pulsar
   */
  public record Instances(
      int http, int commands, int handlers, int readModels, int publishers, int notices) {
    /** The entrance of the bus, the bridge, the keys, and three for the cluster. */
    private static final int OTHERS = 6;

    /** One for each verticle. See ADR 25. */
    int eventLoops() {
      return http + commands + handlers + readModels + 2 * publishers + notices + OTHERS;
    }

    /** How many there are of each part that works on shards. */
    Map<Role, Integer> ofRoles() {
      return Map.of(
          Role.HANDLER, handlers,
          Role.READ_MODEL, readModels,
          Role.PUBLISHER, publishers,
          Role.LINE_ALLOCATED, publishers,
          Role.NOTICES, notices);
    }
  }

  /** Events that the read model applies in one transaction. */
  private static final int VIEW_BATCH_ROWS = 1_000;

  /** A database and the pool to it. Prints no password. */
  public record Postgres(PgConnectOptions server, int poolSize) {
    /** For other services that read the log: however many they are, they wait for each other. */
    static final int OUTSIDE_SESSIONS = 2;

    Pool pool(Vertx vertx, String name, long limitMs) {
      return PgSession.pool(vertx, name, server, poolSize, limitMs);
    }

    Pool outsidePool(Vertx vertx, String name, long limitMs) {
      return PgSession.pool(vertx, name, server, OUTSIDE_SESSIONS, limitMs);
    }

    @Override
    public String toString() {
      return "postgresql://%s:%d/%s"
          .formatted(server.getHost(), server.getPort(), server.getDatabase());
    }
  }

  /** How it is logged, and how often the event log is polled. */
  public record Log(Format format, Level level, Audit audit, int pollMs) {
    /** The shape of a line. */
    public enum Format {
      TEXT,
      JSON
    }

    /** The level of our own loggers. */
    public enum Level {
      TRACE,
      DEBUG,
      INFO,
      WARN,
      ERROR,
      OFF
    }

    /** The level of the logger that writes down who told the service what. */
    public enum Audit {
      INFO,
      OFF
    }
  }

  /** Where the file is, if not named: {@code conf/allocation.yaml}. */
  static final String FILE_VARIABLE = "ALLOCATION_CONF";

  /** Milliseconds to get a session, and again to use it: together less than the caller waits. */
  long unitLimitMs() {
    return http.replyTimeoutMs() * 4 / 10;
  }

  /** Whether the views have a database of their own. */
  boolean viewsAreElsewhere() {
    return !views.server().equals(postgres.server());
  }

  /** Why a node must not run with these settings although each is right; empty when it may. */
  public Optional<String> refusal() {
    return instances.http() == 0 ? Optional.empty() : access.refusal(http.host());
  }

  /**
   * Reads the file that {@code ALLOCATION_CONF} names (else conf/allocation.yaml, if there is one)
   * and the environment. Throws with every fault in one message.
   */
  public static Config from(Map<String, String> environment) {
    Settings settings = new Settings(file(environment), environment);
    Config config = read(settings);
    settings.check();
    return config;
  }

  static Config read(Settings from) {
    int viewMs = from.integer("http.viewTimeoutMs", 2_000, 1, 600_000);
    int replyMs = from.integer("http.replyTimeoutMs", 10_000, 100, 600_000);
    Postgres postgres = postgres(from, from.required("postgres.uri"), "postgres", 12);
    Optional<allocation.cluster.Settings> cluster = cluster(from);
    Instances instances = instances(from, cluster.isPresent() ? 0 : 1);
    return new Config(
        new Shards(from.integer("shards", 16, 1, 1_024)),
        cluster,
        HttpConfig.http(from, replyMs, viewMs, instances.http()),
        AccessConfig.access(from),
        instances,
        from.integer("http.leaveDelayMs", 1_000, 0, 600_000),
        new CommandHandlerVerticle.Settings(
            from.integer("handler.queueCapacity", 20_000, 2, NO_LIMIT),
            from.integer("handler.unitCommands", 500, 1, 10_000),
            CommandHandlerVerticle.LEAST_BEHIND,
            from.integer("handler.cachedProducts", 100_000, 1, NO_LIMIT),
            // What is left of the caller's time once a connection was given up.
            replyMs * 3L / 10),
        Duration.ofHours(from.integer("handler.answersKeptHours", 48, 1, 24 * 365)),
        postgres,
        views(from, postgres),
        new ReadModelVerticle.Limits(
            viewMs, from.integer("views.waitingReads", 10_000, 1, NO_LIMIT), VIEW_BATCH_ROWS),
        pulsar(from),
        new Log(
            from.choice("log.format", Log.Format.TEXT, Log.Format.class),
            from.choice("log.level", Log.Level.INFO, Log.Level.class),
            from.choice("log.audit", Log.Audit.INFO, Log.Audit.class),
            from.integer("log.pollMs", 1_000, 10, 60_000)),
        mail(from),
        bridge(from));
  }

  /** With a list of members or a name this node is one of a cluster. */
  private static Optional<allocation.cluster.Settings> cluster(Settings from) {
    List<String> members =
        from.optional("cluster.members").stream()
            .flatMap(list -> Arrays.stream(list.split("[\\s,]+")))
            .toList();
    Optional<String> dns = from.optional("cluster.dns");
    String name = from.text("cluster.name", "allocation");
    Optional<String> host = from.optional("cluster.host");
    int port = from.integer("cluster.port", 5701, 1, 65_535);
    int busPort = from.integer("cluster.busPort", 0, 0, 65_535);
    int silence = from.integer("cluster.silenceSeconds", 5, 2, 600);
    Optional<MutualTls> tls = TlsConfig.mutual(from, "cluster");
    members.stream()
        .filter(member -> HostAndPort.parseAuthority(member, port) == null)
        .forEach(member -> from.fault("cluster.members", "must be host or host:port each", member));
    boolean isLookedAt =
        busPort >= port && busPort <= port + allocation.cluster.Settings.LOOKED_AT_PORTS;
    if (!members.isEmpty() && isLookedAt) {
      from.fault(
          "cluster.busPort",
          "must be none of cluster.port and the two after it, at which nodes are looked for",
          String.valueOf(busPort));
    }
    if (!members.isEmpty() && dns.isPresent()) {
      from.fault("cluster.dns", "and cluster.members cannot both be set", dns.get());
      return Optional.empty();
    }
    return members.isEmpty() && dns.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new allocation.cluster.Settings(name, members, dns, host, port, busPort, silence, tls));
  }

  /** A node that is alone has to run everything. */
  private static Instances instances(Settings from, int least) {
    return new Instances(
        from.integer("http.instances", HTTP_INSTANCES, least, 64),
        from.integer("pulsar.commandInstances", 1, least, 64),
        from.integer("handler.instances", HANDLER_INSTANCES, least, 64),
        from.integer("views.instances", 1, least, 64),
        from.integer("publisher.instances", 1, least, 64),
        from.integer("mail.instances", 1, least, 64));
  }

  private static Postgres views(Settings from, Postgres writeSide) {
    Optional<String> uri = from.optional("views.uri");
    if (uri.isPresent()) {
      return postgres(from, uri.get(), "views", 6);
    }
    if (from.secret("views.password").isPresent()) {
      from.secretFault("views.password", "is of no use without views.uri");
    }
    if (from.optional("views.tlsAuthorities").isPresent()) {
      from.secretFault("views.tlsAuthorities", "is of no use without views.uri");
    }
    return new Postgres(writeSide.server(), from.integer("views.poolSize", 6, 1, 1_000));
  }

  private static Postgres postgres(Settings from, String uri, String section, int poolSize) {
    PgConnectOptions server = new PgConnectOptions();
    if (!uri.isEmpty()) {
      try {
        server = PgConnectOptions.fromUri(uri);
      } catch (IllegalArgumentException e) {
        // The URI may hold a password: it is not repeated.
        from.secretFault(
            section + ".uri",
            "must be like postgresql://user@host:5432/database, with ?sslmode= one of disable,"
                + " allow, prefer, require, verify-ca, verify-full if it is said");
      }
    }
    from.secret(section + ".password").ifPresent(server::setPassword);
    TlsConfig.postgres(from, section, server);
    return new Postgres(server, from.integer(section + ".poolSize", poolSize, 1, 1_000));
  }

  private static allocation.pulsar.Settings pulsar(Settings from) {
    String serviceUrl = url(from, "pulsar.serviceUrl", "pulsar", "pulsar+ssl");
    String adminUrl = url(from, "pulsar.adminUrl", "http", "https");
    String namespace = from.text("pulsar.namespace", allocation.pulsar.Settings.DEFAULT_NAMESPACE);
    if (!namespace.matches("[^/\\s]+/[^/\\s]+")) {
      from.fault("pulsar.namespace", "must be tenant/name", namespace);
      namespace = allocation.pulsar.Settings.DEFAULT_NAMESPACE;
    }
    if (from.optional("pulsar.tlsAuthorities").isPresent()
        && !serviceUrl.startsWith("pulsar+ssl:")
        && !adminUrl.startsWith("https:")) {
      from.secretFault(
          "pulsar.tlsAuthorities", "is of no use where neither URL is pulsar+ssl:// or https://");
    }
    return new allocation.pulsar.Settings(
        serviceUrl,
        adminUrl,
        namespace,
        from.secret("pulsar.token"),
        TlsConfig.authorities(from, "pulsar.tlsAuthorities"),
        from.integer("pulsar.operationTimeoutMs", 10_000, 100, 600_000),
        from.integer("pulsar.commandsInFlight", 256, 1, 100_000),
        from.integer("pulsar.maxCommandBytes", 64 * 1024, 256, 5 * 1024 * 1024));
  }

  private static String url(Settings from, String name, String scheme, String overTls) {
    String url = from.required(name);
    boolean fits =
        Stream.of(scheme, overTls)
            .anyMatch(way -> url.matches(Pattern.quote(way) + "://[^/\\s]+/?"));
    if (!url.isEmpty() && !fits) {
      from.fault(
          name, "must be like %s://host:port or %s://host:port".formatted(scheme, overTls), url);
    }
    return url;
  }

  private static Optional<MailSettings> mail(Settings from) {
    Optional<String> host = from.optional("mail.host");
    Optional<String> user = from.optional("mail.user");
    Optional<String> password = from.secret("mail.password");
    if (user.isPresent() != password.isPresent()) {
      from.secretFault("mail.password", "and mail.user (MAIL_USER) must be set together");
    }
    // A server, or who is between, could ask for the password in the clear.
    boolean mustBeEncrypted = user.isPresent() && !LOOPBACK.contains(host.orElse("localhost"));
    MailSettings.Encryption encryption =
        from.choice(
            "mail.encryption",
            mustBeEncrypted
                ? MailSettings.Encryption.STARTTLS
                : MailSettings.Encryption.OPPORTUNISTIC,
            MailSettings.Encryption.class);
    if (mustBeEncrypted && !encryption.isCertain()) {
      from.fault(
          "mail.encryption",
          "must be starttls or tls where a password is sent",
          encryption.name().toLowerCase(Locale.ROOT));
    }
    MailSettings settings =
        new MailSettings(
            host.orElse(""),
            from.integer("mail.port", 25, 1, 65_535),
            encryption,
            user.flatMap(name -> password.map(secret -> new MailSettings.Login(name, secret))),
            from.text("mail.from", "allocations@example.com"),
            from.text("mail.to", "stock@made.com"),
            from.text("mail.subject", "Out of stock"),
            from.integer("mail.timeoutMs", 10_000, 100, 600_000));
    return host.map(set -> settings);
  }

  /** Every setting is looked at, also where there is no bridge. */
  private static Optional<BridgeSettings> bridge(Settings from) {
    boolean wanted = from.optional("bridge.port").isPresent();
    int port = from.integer("bridge.port", 0, 0, 65_535);
    Optional<String> key = from.secret("bridge.commandsKey");
    if (key.isPresent() && key.get().length() < CommandsKey.MIN_CHARACTERS) {
      from.secretFault(
          "bridge.commandsKey",
          "must have %d characters or more".formatted(CommandsKey.MIN_CHARACTERS));
      key = Optional.empty();
    }
    BridgeSettings settings =
        new BridgeSettings(
            from.text("bridge.host", "127.0.0.1"),
            port,
            key.map(CommandsKey::new),
            from.integer("bridge.maxFrameBytes", 64 * 1024, 1_024, 16 * 1024 * 1024),
            from.integer("bridge.messagesPerSecond", 1_000, 1, 1_000_000),
            from.integer("bridge.connections", 100, 1, 100_000),
            // Not below what our client leaves between two pings.
            from.integer("bridge.idleTimeoutSeconds", 60, 15, 3_600),
            TlsConfig.identity(from, "bridge"),
            TlsConfig.clients(from, "bridge"));
    return wanted ? Optional.of(settings) : Optional.empty();
  }

  private static String file(Map<String, String> environment) {
    String named = environment.get(FILE_VARIABLE);
    Path path = Path.of(named == null || named.isBlank() ? "conf/allocation.yaml" : named);
    if (named == null && !Files.exists(path)) {
      return "";
    }
    try {
      return Files.readString(path);
    } catch (IOException e) {
      throw new UncheckedIOException("the settings file %s cannot be read".formatted(path), e);
    }
  }
}
