package allocation.bridge;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The secret that those present who may send commands. Prints nothing of it. */
public final class CommandsKey {
  /** Shortest key: what is shorter could be guessed. */
  public static final int MIN_CHARACTERS = 16;

  private final byte[] digest;

  public CommandsKey(String secret) {
    if (secret.length() < MIN_CHARACTERS) {
      throw new IllegalArgumentException(
          "a key must have %d characters or more".formatted(MIN_CHARACTERS));
    }
    this.digest = digest(secret);
  }

  /** Whether it is this key. Takes the same time whichever character is wrong. */
  boolean is(String presented) {
    return MessageDigest.isEqual(digest, digest(presented));
  }

  @Override
  public String toString() {
    return "CommandsKey[***]";
  }

  /** Of one length, so that the comparison does not tell the key's. */
  private static byte[] digest(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
