package allocation.tls;

/** A file that cannot serve as what it is meant for; the message says which and why. */
public final class Unusable extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  Unusable(String message) {
    super(message);
  }
}
