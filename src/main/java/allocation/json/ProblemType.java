package allocation.json;

import java.util.Locale;

/** Every kind of problem. A name becomes its {@code type}, so it is published for good. */
public enum ProblemType {
  INVALID_REQUEST(400, "The request is not valid"),
  UNAUTHENTICATED(401, "It is not known who you are"),
  MISSING_SCOPE(403, "You may not do this"),
  CROSS_SITE(403, "A page of another site may not do this"),
  NOT_FOUND(404, "There is nothing at this address"),
  METHOD_NOT_ALLOWED(405, "This address does not take this method"),
  REQUEST_TIMEOUT(408, "The request did not arrive in time"),
  CONTENT_TOO_LARGE(413, "The body is too large"),
  URI_TOO_LONG(414, "The address is too long"),
  UNSUPPORTED_MEDIA_TYPE(415, "The body must be JSON"),
  TOO_MANY_REQUESTS(429, "You send too many requests"),
  HEADERS_TOO_LARGE(431, "The headers are too large"),

  UNKNOWN_SKU(404, "There is no batch of this SKU"),
  UNKNOWN_BATCH(404, "There is no such batch"),
  NOTHING_ALLOCATED(404, "Nothing is allocated"),
  BATCH_EXISTS(409, "A batch with this ref was created with other content"),
  LINE_EXISTS(409, "The order has this SKU already, in another quantity"),
  OUT_OF_STOCK(409, "No batch holds the whole quantity"),
  IN_FLIGHT(409, "A command with this idempotency key is being carried out"),
  KEY_REUSED(422, "The idempotency key was used for another command"),

  INTERNAL(500, "Something went wrong here"),
  BUSY(503, "Too busy; nothing was written"),
  OUTCOME_UNKNOWN(503, "It is not known whether this was recorded"),
  VIEW_BEHIND(503, "The view has not got there yet"),
  VIEW_UNAVAILABLE(503, "The view did not answer");

  private static final String NAMESPACE = "urn:allocation:problem:";

  private final int status;
  private final String title;
  private final String uri;

  ProblemType(int status, String title) {
    this.status = status;
    this.title = title;
    this.uri = NAMESPACE + name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The HTTP status, unless an entrance has its own reason for another. */
  public int status() {
    return status;
  }

  public String title() {
    return title;
  }

  /** What a program tells problems apart by, e.g. {@code urn:allocation:problem:out-of-stock}. */
  public String uri() {
    return uri;
  }

  /** Whether the same request may well succeed a little later. */
  public boolean isPassing() {
    return status == 503 || this == IN_FLIGHT;
  }
}
