package allocation.benchmark;

import java.nio.ByteBuffer;

/**
 * Two workloads through one run: nine of ten requests are for the SKU that everybody wants. Both
 * know requests by their number in the run, so that no two have the same order.
 */
final class Rush implements Workload {
  /** Of ten requests, those that want the hot SKU. */
  static final int HOT_OF_TEN = 9;

  private final Part hot;
  private final Part others;

  Rush(Workload hot, Workload others) {
    this.hot = new Part(hot);
    this.others = new Part(others);
  }

  Part hot() {
    return hot;
  }

  Part others() {
    return others;
  }

  private Part part(long number) {
    return number % 10 < HOT_OF_TEN ? hot : others;
  }

  @Override
  public byte[] request(long number) {
    return part(number).request(number);
  }

  @Override
  public void answered(long number, int status, ByteBuffer body) {
    part(number).answered(number, status, body);
  }

  /** One of the two. */
  static final class Part {
    private final Workload workload;
    private long asked;
    private long good;

    private Part(Workload workload) {
      this.workload = workload;
    }

    private byte[] request(long number) {
      asked++;
      return workload.request(number);
    }

    private void answered(long number, int status, ByteBuffer body) {
      if (status / 100 == 2) {
        good++;
      }
      workload.answered(number, status, body);
    }

    /** Requests. */
    long asked() {
      return asked;
    }

    /** The part of them that got its line, from 0 to 1. */
    double allocated() {
      return (double) good / asked;
    }
  }
}
