package allocation.access;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The SHA-256 of a credential, to find it by. A key has 256 random bits, so nothing slower is
 * needed. Comparing takes the same time whatever differs. Prints nothing of itself.
 */
final class Digest {
  /** Characters of the hexadecimal form. */
  static final int HEX_CHARACTERS = 64;

  private final byte[] bytes;

  private Digest(byte[] bytes) {
    this.bytes = bytes;
  }

  static Digest of(String credential) {
    try {
      return new Digest(
          MessageDigest.getInstance("SHA-256").digest(credential.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  static boolean isHex(String text) {
    return text.length() == HEX_CHARACTERS && text.chars().allMatch(HexFormat::isHexDigit);
  }

  static Digest ofHex(String hex) {
    return new Digest(HexFormat.of().parseHex(hex));
  }

  String hex() {
    return HexFormat.of().formatHex(bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Digest digest && MessageDigest.isEqual(bytes, digest.bytes);
  }

  @Override
  public int hashCode() {
    return ByteBuffer.wrap(bytes).getInt();
  }

  @Override
  public String toString() {
    return "Digest[***]";
  }
}
