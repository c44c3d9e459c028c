package allocation.benchmark;

/** Tells whoever waits what is going on; the report is for standard output. */
final class Progress {
  private Progress() {}

  static void say(String what) {
    System.err.println(what);
  }
}
