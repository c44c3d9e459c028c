package allocation.benchmark;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;

/** The same requests, each with a key or a token. */
final class WithCredential implements Workload {
  private final Workload workload;
  private final byte[] header;

  WithCredential(Workload workload, String credential) {
    this.workload = workload;
    this.header = ("\r\nAuthorization: Bearer " + credential).getBytes(US_ASCII);
  }

  @Override
  public byte[] request(long number) {
    byte[] request = workload.request(number);
    int line = 0;
    while (request[line] != '\r') {
      line++;
    }
    return ByteBuffer.allocate(request.length + header.length)
        .put(request, 0, line)
        .put(header)
        .put(request, line, request.length - line)
        .array();
  }

  @Override
  public void answered(long number, int status, ByteBuffer body) {
    workload.answered(number, status, body);
  }
}
