package allocation.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ApiKeysTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final String HASH = "0123456789abcdef".repeat(4);

  @Test
  void a_new_key_is_known_by_its_line() {
    NewKey made = NewKey.make("shop", "read,allocate", RANDOM);

    ApiKeys keys = ApiKeys.parse("# of the shop\n\n" + made.line() + " # until March\r\n");

    assertThat(keys.find(made.key()))
        .contains(new Caller("key:shop", Set.of(Scope.READ, Scope.ALLOCATE)));
    assertThat(keys.count()).isEqualTo(1);
  }

  @Test
  void a_new_key_has_256_random_bits_and_its_line_does_not_have_it() {
    NewKey one = NewKey.make("shop", "read", RANDOM);
    NewKey other = NewKey.make("shop", "read", RANDOM);

    assertThat(one.key()).matches("alk_[A-Za-z0-9_-]{43}").isNotEqualTo(other.key());
    assertThat(one.line()).startsWith("shop ").endsWith(" read").doesNotContain(one.key());
  }

  @Test
  void another_key_is_not_known() {
    NewKey made = NewKey.make("shop", "read", RANDOM);
    ApiKeys keys = ApiKeys.parse(made.line());

    assertThat(keys.find(made.key() + "x")).isEmpty();
    assertThat(keys.find(made.key().substring(1))).isEmpty();
    assertThat(keys.find("")).isEmpty();
    // The hash that is stored opens nothing.
    assertThat(keys.find(made.line().split(" ", -1)[1])).isEmpty();
  }

  @Test
  void a_caller_may_have_two_keys_while_it_changes_to_the_new_one() {
    NewKey old = NewKey.make("shop", "read", RANDOM);
    NewKey next = NewKey.make("shop", "read", RANDOM);

    ApiKeys keys = ApiKeys.parse(old.line() + ";" + next.line());

    assertThat(keys.find(old.key())).isEqualTo(keys.find(next.key())).isPresent();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          shop HASH                | must be: id, SHA-256 of the key, scopes
          shop HASH read allocate  | must be: id, SHA-256 of the key, scopes
          sh/op HASH read          | must have an id
          shop alk_secret read     | must have the key's SHA-256
          shop HASH0 read          | must have the key's SHA-256
          shop HASH write          | must have scopes out of read, allocate, manage-stock, operate
          shop HASH READ           | must have scopes out of
          shop HASH read,          | must have scopes out of
          """)
  void a_line_that_is_no_key_is_a_fault_that_says_where_and_quotes_nothing(
      String line, String fault) {
    String second = line.replace("HASH", HASH);

    assertThatThrownBy(() -> ApiKeys.parse("a " + "1".repeat(64) + " read\n" + second))
        .isInstanceOf(ApiKeys.Faulty.class)
        .hasMessageStartingWith("key 2 ")
        .hasMessageContaining(fault)
        .message()
        .doesNotContain(HASH, "alk_secret");
  }

  @Test
  void every_fault_is_named_at_once_and_so_is_a_key_that_is_there_twice() {
    assertThatThrownBy(() -> ApiKeys.parse("a\nb " + HASH + " read\nc " + HASH + " read"))
        .hasMessageContaining("key 1 must be")
        .hasMessageContaining("key 3 is there twice");
  }

  @Test
  void an_id_or_a_scope_that_is_none_makes_no_key() {
    assertThatThrownBy(() -> NewKey.make("a b", "read", RANDOM)).isInstanceOf(ApiKeys.Faulty.class);
    assertThatThrownBy(() -> NewKey.make("a", "all", RANDOM)).isInstanceOf(ApiKeys.Faulty.class);
  }

  @Test
  void an_id_that_would_be_a_comment_makes_no_key() {
    assertThatThrownBy(() -> NewKey.make("#shop", "read", RANDOM))
        .isInstanceOf(ApiKeys.Faulty.class);
  }

  @Test
  void a_comment_ends_with_its_line_and_not_with_a_semicolon() {
    ApiKeys keys =
        ApiKeys.parse(
            "# of former times; removed in May\n#old %s read; older %s operate\nshop %s read"
                .formatted("1".repeat(64), "2".repeat(64), HASH));

    assertThat(keys.count()).isEqualTo(1);
  }

  @Test
  void nothing_of_a_key_is_printed() {
    NewKey made = NewKey.make("shop", "read", RANDOM);
    ApiKeys keys = ApiKeys.parse(made.line());

    assertThat(keys + " " + made + " " + Digest.of(made.key()))
        .doesNotContain(made.key())
        .doesNotContain(Digest.of(made.key()).hex());
  }

  @Test
  void a_subject_cannot_forge_a_line_of_the_log() {
    assertThat(Caller.ofToken("auth0|7 outcome=accepted\n50%", Set.of()).id())
        .isEqualTo("sub:auth0|7%20outcome=accepted%0A50%25");
    assertThat(Caller.ofToken("é", Set.of())).isNotEqualTo(Caller.ofToken("e", Set.of()));
  }
}
