package allocation.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** A simulation that finds no mistake proves nothing: each of these it has to find. */
final class MutantsTest {
  /** Of each mutant; most are found by the first few. */
  private static final long SEEDS = Long.getLong("mutantSeeds", 24_000);

  /** Of each class that is as it should be: far more than it takes to load all that there is. */
  private static final long SOUND_SEEDS = 50;

  private static final Path FOLDER = Path.of("target", "mutants");
  private static final List<Path> SOURCES =
      List.of(Path.of("src", "main", "java"), Path.of("src", "test", "java"));

  /** What became of one. */
  private record Found(Mutant mutant, Optional<String> by) {
    @Override
    public String toString() {
      return "| %s | %s | %s |".formatted(mutant.type(), mutant.what(), by.orElse("**not found**"));
    }
  }

  @Test
  void every_planted_mistake_is_found() {
    List<Found> found =
        Quiet.during(
            () -> Mutant.all().parallelStream().map(mutant -> hunt(mutant, SEEDS)).toList());

    found.forEach(System.out::println);
    assertThat(found).filteredOn(one -> one.by().isEmpty()).isEmpty();
  }

  /** Guard: otherwise the way in which they are compiled and loaded might be what is found. */
  @Test
  void nothing_is_found_in_the_same_classes_without_a_mistake() {
    List<Mutant> sound =
        Mutant.all().stream()
            .map(Mutant::type)
            .distinct()
            .map(type -> new Mutant("no mistake in " + type, type, List.of()))
            .toList();

    List<Found> found =
        Quiet.during(
            () -> sound.parallelStream().map(mutant -> hunt(mutant, SOUND_SEEDS)).toList());

    assertThat(found).isNotEmpty().allSatisfy(one -> assertThat(one.by()).isEmpty());
  }

  private static Found hunt(Mutant mutant, long seeds) {
    try (Mutated loader = new Mutated(compile(mutant))) {
      Class<?> simulation = loader.loadClass(Simulation.class.getName());
      assertThat(simulation.getClassLoader()).isSameAs(loader);
      Method run = simulation.getMethod("run", long.class);
      for (long seed = 1; seed <= seeds; seed++) {
        try {
          run.invoke(null, seed);
        } catch (InvocationTargetException e) {
          assertThat(e.getCause())
              .as("what was found of: %s", mutant.what())
              .matches(MutantsTest::isViolation, "is of the checkers, and no fault of the loader");
          return new Found(mutant, Optional.of(firstLine(e.getCause())));
        }
      }
      return new Found(mutant, Optional.empty());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** By its name: it is of another loader. An event loop makes one of whatever is thrown on it. */
  private static boolean isViolation(Throwable thrown) {
    List<Throwable> causes = Stream.iterate(thrown, Objects::nonNull, Throwable::getCause).toList();
    return causes.stream()
            .anyMatch(cause -> cause.getClass().getName().equals(World.Violation.class.getName()))
        && causes.stream().noneMatch(LinkageError.class::isInstance);
  }

  private static String firstLine(Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    return message.lines().findFirst().orElse("").substring(0, Math.min(160, message.length()));
  }

  private static Path compile(Mutant mutant) throws IOException {
    String file = mutant.type().replace('.', '/') + ".java";
    Path source =
        SOURCES.stream()
            .map(folder -> folder.resolve(file))
            .filter(Files::exists)
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("no source of " + mutant.type()));
    String text = Files.readString(source);
    for (Mutant.Change change : mutant.changes()) {
      // However it is broken into lines.
      String words =
          Arrays.stream(change.from().strip().split("\\s+"))
              .map(Pattern::quote)
              .collect(Collectors.joining("\\s+"));
      Matcher place = Pattern.compile(words).matcher(text);
      assertThat(place.results().count())
          .as("%s: what it changes is there once: %s", mutant.what(), change.from())
          .isOne();
      text = place.replaceFirst(Matcher.quoteReplacement(change.to()));
    }
    Path folder = FOLDER.resolve(mutant.what().replaceAll("[^a-z]+", "-"));
    Path mutated = folder.resolve("src").resolve(file);
    Files.createDirectories(mutated.getParent());
    Files.writeString(mutated, text);
    Path classes = Files.createDirectories(folder.resolve("classes"));
    int failed =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-nowarn",
                "-proc:none",
                "-Xlint:none",
                "-cp",
                classPath(),
                "-d",
                classes.toString(),
                mutated.toString());
    assertThat(failed).as("%s compiles", mutant.what()).isZero();
    return classes;
  }

  private static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  /** Has classes of its own of everything that is ours, the mutated one among them. */
  private static final class Mutated extends URLClassLoader {
    Mutated(Path classes) throws IOException {
      super(urls(classes), MutantsTest.class.getClassLoader());
    }

    private static URL[] urls(Path classes) throws IOException {
      List<Path> ours =
          Stream.concat(
                  Stream.of(classes),
                  Stream.of(classPath().split(File.pathSeparator, -1))
                      .filter(entry -> entry.endsWith("classes"))
                      .map(Path::of))
              .toList();
      URL[] urls = new URL[ours.size()];
      for (int i = 0; i < urls.length; i++) {
        urls[i] = ours.get(i).toUri().toURL();
      }
      return urls;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith("allocation.")) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> known = findLoadedClass(name);
        return known == null ? findClass(name) : known;
      }
    }
  }
}
