package allocation;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Reads settings by name from the environment, else from the file, else the default; notes every
 * fault instead of stopping at the first.
 *
 * <p>{@code http.replyTimeoutMs} in the file is {@code HTTP_REPLY_TIMEOUT_MS} in the environment.
 */
final class Settings {
  private static final YAMLFactory YAML =
      YAMLFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          // "off" would be "false", which no setting is.
          .enable(YAMLParser.Feature.PARSE_BOOLEAN_LIKE_WORDS_AS_STRINGS)
          .build();

  private final Map<String, String> file = new TreeMap<>();
  private final Map<String, String> environment;
  private final Set<String> asked = new HashSet<>();
  private final List<String> faults = new ArrayList<>();

  /** Settings that cannot be used; the message has a line for every fault. */
  static final class Faulty extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Faulty(List<String> faults) {
      super("the settings cannot be used:\n  " + String.join("\n  ", faults));
    }
  }

  /**
   * Takes in the text of the file, YAML, and the environment.
   *
   * @param yaml the file's text; empty when there is none
   */
  Settings(String yaml, Map<String, String> environment) {
    this.environment = environment;
    try {
      read(yaml);
    } catch (JsonProcessingException e) {
      faults.add("the file is not YAML: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new UncheckedIOException("a String does not fail", e);
    }
  }

  /** The name of a setting in the environment. */
  static String variable(String name) {
    return name.replace('.', '_').replaceAll("([a-z0-9])([A-Z])", "$1_$2").toUpperCase(Locale.ROOT);
  }

  String text(String name, String otherwise) {
    return value(name).orElse(otherwise);
  }

  Optional<String> optional(String name) {
    return value(name);
  }

  /** The name of a file. */
  Optional<Path> path(String name) {
    try {
      return value(name).map(Path::of);
    } catch (InvalidPathException e) {
      secretFault(name, "must be the name of a file");
      return Optional.empty();
    }
  }

  /** A secret, or what is in the file that its variable with {@code _FILE} at the end names. */
  Optional<String> secret(String name) {
    Optional<String> value = value(name);
    String file = environment.get(variable(name) + "_FILE");
    if (file == null || file.isBlank()) {
      return value;
    }
    if (value.isPresent()) {
      secretFault(name, "and %s_FILE cannot both be set".formatted(variable(name)));
      return value;
    }
    try {
      return Optional.of(Files.readString(Path.of(file)).strip()).filter(text -> !text.isEmpty());
    } catch (IOException | InvalidPathException e) {
      secretFault(name, "%s_FILE cannot be read: %s".formatted(variable(name), e));
      return Optional.empty();
    }
  }

  String required(String name) {
    return value(name)
        .orElseGet(() -> {
          faults.add("%s (%s) is missing".formatted(name, variable(name)));
          return "";
        });
  }

  int integer(String name, int otherwise, int least, int most) {
    Optional<String> value = value(name);
    if (value.isEmpty()) {
      return otherwise;
    }
    try {
      int number = Integer.parseInt(value.get());
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below, with what would do.
    }
    fault(name, "must be a whole number from %d to %d".formatted(least, most), value.get());
    return otherwise;
  }

  /** Words with commas or blanks between. */
  Set<String> words(String name, Set<String> otherwise) {
    return value(name)
        .map(text -> Arrays.stream(text.split("[\\s,]+")).filter(word -> !word.isEmpty()))
        .map(words -> words.collect(Collectors.toUnmodifiableSet()))
        .orElse(otherwise);
  }

  <E extends Enum<E>> E choice(String name, E otherwise, Class<E> type) {
    Optional<String> value = value(name);
    if (value.isEmpty()) {
      return otherwise;
    }
    for (E choice : type.getEnumConstants()) {
      if (choice.name().equalsIgnoreCase(value.get())) {
        return choice;
      }
    }
    fault(name, "must be one of " + List.of(type.getEnumConstants()), value.get());
    return otherwise;
  }

  void fault(String name, String rule, String value) {
    faults.add("%s (%s) %s, was '%s'".formatted(name, variable(name), rule, value));
  }

  /** A fault of a secret: says no value. */
  void secretFault(String name, String rule) {
    faults.add("%s (%s) %s".formatted(name, variable(name), rule));
  }

  /** Throws {@link Faulty} with every fault, those included that nobody asked about. */
  void check() {
    file.keySet().stream()
        .filter(name -> !asked.contains(name))
        .forEach(name -> faults.add(name + " is not a setting"));
    if (!faults.isEmpty()) {
      throw new Faulty(faults);
    }
  }

  /** Every name that was asked for. */
  Set<String> names() {
    return Set.copyOf(asked);
  }

  private Optional<String> value(String name) {
    asked.add(name);
    String set = environment.get(variable(name));
    if (set == null || set.isBlank()) {
      set = file.get(name);
    }
    return Optional.ofNullable(set).map(String::strip).filter(text -> !text.isEmpty());
  }

  private void read(String yaml) throws IOException {
    try (JsonParser parser = YAML.createParser(yaml)) {
      JsonToken first = parser.nextToken();
      if (first == JsonToken.START_OBJECT) {
        readObject("", parser);
      } else if (first != null && first != JsonToken.VALUE_NULL) {
        String was = first == JsonToken.START_ARRAY ? "a list" : "'" + parser.getText() + "'";
        faults.add("the file must hold names and values, was " + was);
        parser.skipChildren();
      }
      if (first != null && parser.nextToken() != null) {
        faults.add("the file must be one YAML document, and another one follows");
      }
    }
  }

  private void readObject(String prefix, JsonParser parser) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = prefix.isEmpty() ? parser.currentName() : prefix + '.' + parser.currentName();
      switch (parser.nextToken()) {
        case START_OBJECT -> readObject(name, parser);
        case START_ARRAY -> {
          faults.add(name + " must be a single value, was a list");
          parser.skipChildren();
        }
        case VALUE_NULL -> file.put(name, "");
        // As it is written: of 007 as a number a password of 7 would be left.
        default -> file.put(name, parser.getText());
      }
    }
  }
}
