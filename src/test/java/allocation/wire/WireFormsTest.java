package allocation.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.BusMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The forms as they were published. A text that differs breaks nodes of another version: a form may
 * get a field more (then its text here, and in docs/wire.md, gets it, too), and nothing else.
 */
final class WireFormsTest {
  private static final Path FORMS = Path.of("src/test/resources/wire/forms.txt");
  private static final Path GUIDE = Path.of("docs/wire.md");

  static Set<String> messages() {
    return Examples.all().keySet();
  }

  static Set<String> names() {
    return written().keySet();
  }

  @ParameterizedTest
  @MethodSource("names")
  void it_is_written_as_it_always_was(String name) throws IOException {
    assertThat(written().get(name)).isEqualTo(published().get(name));
  }

  @ParameterizedTest
  @MethodSource("messages")
  void a_message_that_was_published_is_read(String name) throws IOException {
    assertThat(MessageJson.read(published().get(name).getBytes(UTF_8)))
        .isEqualTo(Examples.all().get(name));
  }

  @ParameterizedTest
  @MethodSource("names")
  void the_guide_shows_it(String name) throws IOException {
    assertThat(Files.readString(GUIDE).lines()).contains("// " + name, written().get(name));
  }

  @Test
  void every_class_of_message_has_an_example() {
    Set<Class<?>> shown =
        Examples.all().values().stream().map(BusMessage::getClass).collect(Collectors.toSet());

    assertThat(shown)
        .containsExactlyInAnyOrderElementsOf(MessageJsonTest.messageClasses().toList());
  }

  @Test
  void no_published_form_is_forgotten() throws IOException {
    assertThat(published().keySet()).isEqualTo(names());
  }

  private static Map<String, String> written() {
    Map<String, String> written = new LinkedHashMap<>(PublicExamples.all());
    Examples.all()
        .forEach((name, message) ->
            written.put(name, new String(MessageJson.of(message).bytes(), UTF_8)));
    return written;
  }

  /** Lines of a name, a colon and the form. */
  private static Map<String, String> published() throws IOException {
    return Files.readString(FORMS)
        .lines()
        .map(line -> line.split(": ", 2))
        .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1]));
  }
}
