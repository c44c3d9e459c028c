package allocation.given;

import allocation.tls.Identity;

/** Who stands where somebody known should. */
public enum Stranger {
  EXPIRED,
  SELF_SIGNED,
  OF_ANOTHER_AUTHORITY;

  /** What it shows. */
  public Identity identity(Certificates known, Certificates unknown) {
    return switch (this) {
      case EXPIRED -> known.expired("stranger");
      case SELF_SIGNED -> known.selfSigned("stranger");
      case OF_ANOTHER_AUTHORITY -> unknown.good("stranger");
    };
  }
}
