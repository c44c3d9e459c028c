package allocation.given;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What another JVM of this machine and user holds in its heap, asked with {@code jcmd}. */
public final class HeapUse {
  /** Of the heap or of each of its generations, whichever collector it is. */
  private static final Pattern USED = Pattern.compile("used (\\d+)([KMG])");

  private HeapUse() {}

  /** Bytes that are used after a full collection, which this asks for. */
  public static long afterFullCollection(ProcessHandle process) {
    jcmd(process, "GC.run");
    String info = jcmd(process, "GC.heap_info");
    int end = info.indexOf("Metaspace");
    Matcher used = USED.matcher(end < 0 ? info : info.substring(0, end));
    long bytes = 0;
    while (used.find()) {
      bytes += Long.parseLong(used.group(1)) << shift(used.group(2));
    }
    if (bytes == 0) {
      throw new IllegalStateException("no word of a heap: " + info);
    }
    return bytes;
  }

  private static int shift(String unit) {
    return switch (unit) {
      case "K" -> 10;
      case "M" -> 20;
      default -> 30;
    };
  }

  private static String jcmd(ProcessHandle process, String command) {
    try {
      Process asked =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                  Long.toString(process.pid()),
                  command)
              .redirectErrorStream(true)
              .start();
      String answer = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (asked.onExit().join().exitValue() != 0) {
        throw new IllegalStateException("jcmd " + command + ": " + answer);
      }
      return answer;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
