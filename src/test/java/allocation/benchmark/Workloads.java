package allocation.benchmark;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.function.LongFunction;
import java.util.function.Supplier;

/** What is asked in each case. */
final class Workloads {
  /** SKUs in stock, {@code SKU-0} and up; each with a billion pieces. */
  static final int SKUS = 1_000;

  /** The one that everybody wants. */
  static final String HOT_SKU = "SKU-HOT";

  /** Lines of a bulk request. */
  static final int BULK_LINES = 500;

  private final Answers answers;
  private final IntFunction<String> skus;
  private final Random random = new Random(7);
  private long lines;

  Workloads(Answers answers) {
    this(answers, n -> "SKU-" + n);
  }

  /**
   * Asks for other SKUs.
   *
   * @param skus names the one with a number from 0 to {@link #SKUS}
   */
  Workloads(Answers answers, IntFunction<String> skus) {
    this.answers = answers;
    this.skus = skus;
  }

  /** One line a request, each of any SKU. */
  Workload allocate() {
    return new Allocate(false);
  }

  /** One line a request, all of one SKU. */
  Workload allocateHot() {
    return new Allocate(true);
  }

  /** The same bytes for a server that does nothing. */
  Workload noOp() {
    return new Workload() {
      @Override
      public byte[] request(long number) {
        return post("/v1/allocations", line("order-" + number, anySku()));
      }

      @Override
      public void answered(long number, int status, ByteBuffer body) {
        // It says the same to everybody.
      }
    };
  }

  /** Many lines a request, each of any SKU. */
  Workload bulk() {
    return bulk(this::anySku);
  }

  /** Many lines a request, of one SKU after the other. */
  Workload bulkOverAll(IntFunction<String> all) {
    AtomicInteger next = new AtomicInteger();
    return bulk(() -> all.apply(next.getAndIncrement()));
  }

  private Workload bulk(Supplier<String> sku) {
    return new Workload() {
      private long first = -1;
      private long base;

      @Override
      public byte[] request(long number) {
        if (first < 0) {
          first = number;
          base = lines;
        }
        lines = base + (number - first + 1) * BULK_LINES;
        StringBuilder body = new StringBuilder("{\"lines\":[");
        for (long line = lines - BULK_LINES; line < lines; line++) {
          body.append(line == lines - BULK_LINES ? "" : ",")
              .append(line(Answers.order(line), sku.get()));
        }
        return post("/v1/allocations/bulk", body.append("]}").toString());
      }

      @Override
      public void answered(long number, int status, ByteBuffer body) {
        String text = US_ASCII.decode(body).toString();
        long line = base + (number - first) * BULK_LINES;
        // In the order of the request; no text in it can look like a status.
        for (int at = text.indexOf("\"status\":");
            at >= 0;
            at = text.indexOf("\"status\":", at + 1)) {
          if (text.startsWith("201", at + "\"status\":".length())) {
            answers.allocated(line);
          }
          line++;
        }
      }
    };
  }

  /** The view of a product. */
  Workload getProduct() {
    return get(number -> "/v1/products/" + anySku());
  }

  /** The view of an order that was allocated. */
  Workload getOrder() {
    return get(number -> "/v1/orders/" + Answers.order(random.nextLong(lines)) + "/allocations");
  }

  private static Workload get(LongFunction<String> path) {
    return new Workload() {
      @Override
      public byte[] request(long number) {
        return ("GET " + path.apply(number) + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
            .getBytes(US_ASCII);
      }

      @Override
      public void answered(long number, int status, ByteBuffer body) {
        // The status is counted.
      }
    };
  }

  private final class Allocate implements Workload {
    private final boolean hot;
    private long first = -1;
    private long base;

    Allocate(boolean hot) {
      this.hot = hot;
    }

    @Override
    public byte[] request(long number) {
      if (first < 0) {
        first = number;
        base = lines;
      }
      long line = base + number - first;
      lines = line + 1;
      return post("/v1/allocations", line(Answers.order(line), hot ? HOT_SKU : anySku()));
    }

    @Override
    public void answered(long number, int status, ByteBuffer body) {
      // 200 when a node was asked twice, because it was silent for long.
      if (status == 201 || status == 200) {
        answers.allocated(base + number - first);
      }
    }
  }

  private String anySku() {
    return skus.apply(random.nextInt(SKUS));
  }

  private static String line(String order, String sku) {
    return "{\"orderId\":\"" + order + "\",\"sku\":\"" + sku + "\",\"quantity\":1}";
  }

  private static byte[] post(String path, String body) {
    return ("POST "
            + path
            + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n"
            + body)
        .getBytes(US_ASCII);
  }
}
