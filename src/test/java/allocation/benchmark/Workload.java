package allocation.benchmark;

import java.nio.ByteBuffer;

/** What a {@link LoadGenerator} asks for. It is called by one thread. */
interface Workload {
  /** The bytes of request number {@code number}, counted from 0 through all runs. */
  byte[] request(long number);

  /**
   * The answer to it.
   *
   * @param body of this call only
   */
  void answered(long number, int status, ByteBuffer body);
}
