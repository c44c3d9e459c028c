package allocation.http;

import allocation.json.Problem;
import allocation.json.ProblemType;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Ends a request with a problem that is an answer, not a fault of ours. */
class ProblemException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Problem problem;
  private final transient List<Map.Entry<CharSequence, String>> headers;

  ProblemException(Problem problem) {
    this(problem, List.of());
  }

  ProblemException(ProblemType type, String detail) {
    this(Problem.of(type, detail));
  }

  private ProblemException(Problem problem, List<Map.Entry<CharSequence, String>> headers) {
    // No stack trace: it is an answer.
    super(problem.detail(), null, false, false);
    this.problem = problem;
    this.headers = headers;
  }

  /** With a header on the answer. */
  ProblemException with(CharSequence header, String value) {
    return new ProblemException(
        problem, Stream.concat(headers.stream(), Stream.of(Map.entry(header, value))).toList());
  }

  Problem problem() {
    return problem;
  }

  List<Map.Entry<CharSequence, String>> headers() {
    return headers;
  }
}
