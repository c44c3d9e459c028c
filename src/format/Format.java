import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Formats every Java file below a folder with google-java-format: {@code check} lists the files
 * that differ and fails, {@code apply} rewrites them. The build runs this file as a source program.
 */
final class Format {
  private Format() {}

  public static void main(String[] arguments) throws IOException {
    boolean apply = arguments[0].equals("apply");
    Path root = Path.of(arguments[1]);
    List<Path> sources;
    try (Stream<Path> found = Files.walk(root)) {
      sources = found.filter(path -> path.toString().endsWith(".java")).sorted().toList();
    }
    List<String> faults = new ArrayList<>();
    for (Path source : sources) {
      String text = Files.readString(source);
      try {
        String formatted = formatted(text);
        if (!formatted.equals(text) && apply) {
          Files.writeString(source, formatted);
        } else if (!formatted.equals(text)) {
          faults.add(root.relativize(source) + " is not formatted");
        }
      } catch (FormatterException e) {
        faults.add(root.relativize(source) + ": " + e.getMessage());
      }
    }
    faults.forEach(System.err::println);
    if (!faults.isEmpty()) {
      System.err.println("Format with: ./mvnw -Pformat validate");
      System.exit(1);
    }
  }

  private static String formatted(String text) throws FormatterException {
    String imports =
        ImportOrderer.reorderImports(
            RemoveUnusedImports.removeUnusedImports(text), JavaFormatterOptions.Style.GOOGLE);
    return new Formatter().formatSource(imports);
  }
}
