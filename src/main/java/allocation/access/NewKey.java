package allocation.access;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;

/**
 * A new API key.
 *
 * @param key for the caller, who has it alone
 * @param line for the service's list of keys
 */
public record NewKey(String key, String line) {
  private static final int RANDOM_BYTES = 32;

  /**
   * Makes one; throws {@link ApiKeys.Faulty} when the id or the scopes are not.
   *
   * @param scopes with commas between
   */
  public static NewKey make(String id, String scopes, SecureRandom random) {
    byte[] bytes = new byte[RANDOM_BYTES];
    random.nextBytes(bytes);
    String key = ApiKeys.PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    String line = "%s %s %s".formatted(id, Digest.of(key).hex(), scopes);
    if (ApiKeys.parse(line).count() != 1) {
      throw new ApiKeys.Faulty(List.of("the id must not be a comment"));
    }
    return new NewKey(key, line);
  }

  @Override
  public String toString() {
    return "NewKey[***]";
  }
}
