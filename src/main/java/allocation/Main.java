package allocation;

import allocation.access.ApiKeys;
import allocation.access.NewKey;
import allocation.pulsar.EventTail;
import allocation.tls.AnyCertificate;
import io.vertx.core.Future;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;

/**
 * The command line. Without arguments it runs the service until SIGTERM or SIGINT; {@code events}
 * prints the events as they arrive on Pulsar; {@code rebuild-views} makes the views anew; {@code
 * health} asks the service on this machine; {@code new-key} makes an API key.
 *
 * <p>Exit codes: 0 done, 1 could not start (one clear message on standard error) or not alive, 2
 * wrong arguments; 128 and its number after a signal, so 143 after SIGTERM.
 */
public final class Main {
  private static final List<String> COMMANDS =
      List.of("serve", "events", "rebuild-views", "health");
  private static final Set<String> EVERYWHERE = Set.of("0.0.0.0", "::", "[::]", "0:0:0:0:0:0:0:0");

  private static final String USAGE =
      """
      usage: java -jar allocation.jar                 run the service
             java -jar allocation.jar events [--from earliest|latest] [--count N]
                                                      print the events that arrive on Pulsar
             java -jar allocation.jar rebuild-views   make the views anew from the event log
             java -jar allocation.jar health          ask the service on this machine if it is alive
             java -jar allocation.jar new-key ID SCOPES
                                                      make an API key: prints it, and its line for access.keysFile
      Settings: conf/allocation.yaml (or the file that ALLOCATION_CONF names), then the environment.
      """;

  private Main() {}

  /** Runs until it is told to stop. */
  public static void main(String[] arguments) {
    System.exit(run(arguments, System.getenv()));
  }

  /** What {@code main} does, with its exit code. */
  public static int run(String[] arguments, Map<String, String> environment) {
    String command = arguments.length == 0 ? "serve" : arguments[0];
    List<String> options =
        List.of(arguments).subList(Math.min(1, arguments.length), arguments.length);
    if (command.equals("new-key")) {
      return newKey(options);
    }
    if (!COMMANDS.contains(command)) {
      return usage("there is no command " + command);
    }
    if (!options.isEmpty() && !command.equals("events")) {
      return usage(command + " takes no options, had " + options.getFirst());
    }
    try {
      Config config = Config.from(environment);
      // Before the first logger is made: logback.xml reads them.
      System.setProperty("LOG_FORMAT", config.log().format().name().toLowerCase(Locale.ROOT));
      System.setProperty("LOG_LEVEL", config.log().level().name().toLowerCase(Locale.ROOT));
      System.setProperty("LOG_AUDIT", config.log().audit().name().toLowerCase(Locale.ROOT));
      return switch (command) {
        case "serve" -> serve(config);
        case "events" -> events(config, options);
        case "health" -> health(config);
        default -> rebuildViews(config);
      };
    } catch (RuntimeException e) {
      System.err.println(message(e));
      if (isOurs(root(e))) {
        e.printStackTrace();
      }
      return 1;
    }
  }

  /** Needs no settings: it may be run wherever keys are made. */
  private static int newKey(List<String> options) {
    if (options.size() != 2) {
      return usage("new-key takes an ID and SCOPES");
    }
    try {
      NewKey made = NewKey.make(options.getFirst(), options.getLast(), new SecureRandom());
      System.out.println(made.key());
      System.out.println(made.line());
      return 0;
    } catch (ApiKeys.Faulty e) {
      System.err.println("allocation: " + e.getMessage());
      return 2;
    }
  }

  private static int usage(String why) {
    System.err.println("allocation: " + why);
    System.err.print(USAGE);
    return 2;
  }

  private static int serve(Config config) {
    Service service = result(Service.start(config));
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  try {
                    result(service.stop());
                  } finally {
                    stopped.countDown();
                  }
                },
                "stop"));
    System.out.println("allocation: ready, " + config.http().host() + ":" + config.http().port());
    return waitFor(stopped);
  }

  private static int events(Config config, List<String> options) {
    boolean earliest = true;
    OptionalLong count = OptionalLong.empty();
    Iterator<String> words = options.iterator();
    while (words.hasNext()) {
      String option = words.next();
      String value = words.hasNext() ? words.next() : "";
      if (option.equals("--from") && List.of("earliest", "latest").contains(value)) {
        earliest = value.equals("earliest");
      } else if (option.equals("--count") && value.matches("[1-9][0-9]{0,17}")) {
        count = OptionalLong.of(Long.parseLong(value));
      } else {
        return usage("events does not understand " + option + " " + value);
      }
    }
    EventTail.follow(config.pulsar(), earliest, count, System.out::println);
    return 0;
  }

  private static int rebuildViews(Config config) {
    result(RebuildViews.run(config, System.out::println));
    return 0;
  }

  /** For a container's health check, which may have neither curl nor wget. */
  private static int health(Config config) {
    URI live = live(config.http());
    HttpClient.Builder builder = HttpClient.newBuilder();
    config.http().identity().ifPresent(shown -> builder.sslContext(AnyCertificate.context()));
    try (HttpClient client = builder.build()) {
      HttpRequest request = HttpRequest.newBuilder(live).timeout(Duration.ofSeconds(5)).build();
      int status = client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
      return status == 200 ? 0 : 1;
    } catch (IOException e) {
      System.err.println("allocation: no answer from " + live + ": " + e);
      return 1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 1;
    }
  }

  private static URI live(allocation.http.Settings http) {
    String scheme = http.identity().isPresent() ? "https" : "http";
    // Who listens everywhere listens there, too.
    String host = EVERYWHERE.contains(http.host()) ? "127.0.0.1" : http.host();
    try {
      return new URI(scheme, null, host, http.port(), "/health/live", null, null);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("http.host cannot be asked: " + e.getMessage(), e);
    }
  }

  /** Blocks the command line's own thread, which is no event loop. */
  public static <T> T result(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private static int waitFor(CountDownLatch latch) {
    try {
      latch.await();
      return 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 1;
    }
  }

  /** What went wrong, in one line for who starts it. */
  public static String message(Throwable cause) {
    Throwable root = root(cause);
    return root.getMessage() == null ? root.toString() : "allocation: " + root.getMessage();
  }

  private static Throwable root(Throwable cause) {
    Throwable root = cause;
    while (root.getCause() != null && (root.getMessage() == null || isWrapper(root))) {
      root = root.getCause();
    }
    return root;
  }

  /** Nobody who starts it can do anything about these; who looks for them needs the trace. */
  private static boolean isOurs(Throwable root) {
    return root instanceof NullPointerException
        || root instanceof ClassCastException
        || root instanceof IndexOutOfBoundsException
        || root.getMessage() == null;
  }

  private static boolean isWrapper(Throwable cause) {
    return cause.getClass() == RuntimeException.class || cause instanceof CompletionException;
  }
}
