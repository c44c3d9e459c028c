package allocation.http;

import allocation.json.BadInput;
import allocation.json.Problem;
import allocation.json.ProblemType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes replies of everything that went wrong. */
final class Problems {
  private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

  private Problems() {}

  /** What a failed request is answered with; a cause that nobody planned for is our fault. */
  static Problem of(Throwable cause, String correlationId) {
    return switch (cause) {
      case BadInput bad -> Problem.of(bad);
      case ProblemException known -> known.problem();
      default -> {
        // The cause is for the log alone: it may tell strangers about our insides.
        LOG.error("request failed correlationId={}", correlationId, cause);
        yield Problem.of(ProblemType.INTERNAL, "See the log for the correlation id");
      }
    };
  }

  static Reply reply(Problem problem, String correlationId, boolean original) {
    return Reply.of(
        problem.status(), Reply.PROBLEM_JSON, problem.json(correlationId, original).bytes());
  }
}
