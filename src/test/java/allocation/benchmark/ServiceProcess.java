package allocation.benchmark;

/**
 * A running service.
 *
 * @param port where it answers HTTP on 127.0.0.1
 */
record ServiceProcess(Child child, int port, Followers followers) implements AutoCloseable {
  ProcessHandle handle() {
    return child.handle();
  }

  /** Asks it to stop and waits until it has drained. */
  @Override
  public void close() {
    child.close();
  }
}
