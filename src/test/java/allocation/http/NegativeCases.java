package allocation.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Gathers bad requests, each with what it has to be answered. */
final class NegativeCases {
  private final List<Case> cases = new ArrayList<>();

  /** How it is answered. */
  enum Kind {
    /** By the operation, as it says. */
    REFUSED,
    /** By nobody: it is no HTTP, or for no operation. */
    NOT_FOR_IT,
    /** As what it is: a good request, of what is not there. */
    NOT_THERE,
    /** Inside the results of a request that is taken as a whole. */
    IN_RESULTS
  }

  /**
   * One bad request.
   *
   * @param place what of it is bad: a parameter, a field, {@code body} or {@code request}
   * @param what in which way
   * @param statuses one of which it is answered with; none where the connection is closed instead
   * @param field that the answer has to name; empty where it is about the whole
   */
  record Case(
      ContractOperation operation,
      String place,
      String what,
      Buffer request,
      Set<Integer> statuses,
      Optional<String> field,
      Kind kind) {
    @Override
    public String toString() {
      String text = request.toString("ISO-8859-1").replace("\r\n", "|");
      return "%s: %s: %s: %s"
          .formatted(operation.id(), place, what, text.substring(0, Math.min(300, text.length())));
    }
  }

  /** Bad requests to every operation of the contract. */
  static List<Case> of(JsonNode contract) {
    NegativeCases made = new NegativeCases();
    List<ContractOperation> operations = ContractOperation.all(contract);
    NegativeRequests requests = new NegativeRequests(made, operations);
    NegativeParameters parameters = new NegativeParameters(made, contract);
    NegativeBodies bodies = new NegativeBodies(made, contract);
    for (ContractOperation operation : operations) {
      requests.add(operation);
      parameters.add(operation);
      bodies.add(operation);
    }
    return List.copyOf(made.cases);
  }

  /** A request that its operation refuses, naming the field if one is given. */
  void bad(
      ContractOperation operation,
      String place,
      String what,
      byte[] request,
      int status,
      String... field) {
    add(
        operation,
        place,
        what,
        request,
        Set.of(status),
        Arrays.stream(field).findFirst(),
        Kind.REFUSED);
  }

  /** What is no HTTP, or for no operation; no status where the connection is closed instead. */
  void notForIt(
      ContractOperation operation, String place, String what, byte[] request, Integer... any) {
    add(operation, place, what, request, Set.of(any), Optional.empty(), Kind.NOT_FOR_IT);
  }

  void add(
      ContractOperation operation,
      String place,
      String what,
      byte[] request,
      Set<Integer> statuses,
      Optional<String> field,
      Kind kind) {
    cases.add(new Case(operation, place, what, Buffer.buffer(request), statuses, field, kind));
  }
}
