package allocation.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, LOOPBACK, false, true",
    "127.1.2.3, LOOPBACK, false, true",
    "localhost, LOOPBACK, false, true",
    "::1, LOOPBACK, false, true",
    "0.0.0.0, LOOPBACK, false, false",
    "'::', LOOPBACK, false, false",
    "10.0.0.1, LOOPBACK, false, false",
    "no-such-host.invalid, LOOPBACK, false, false",
    "0.0.0.0, EVERYWHERE, false, true",
    "0.0.0.0, LOOPBACK, true, true",
  })
  void without_keys_only_the_loopback_address_is_served_unless_it_is_told(
      String host, Settings.Open open, boolean keys, boolean served) {
    Settings settings =
        new Settings(
            open,
            keys ? Optional.of(Path.of("keys")) : Optional.empty(),
            ApiKeys.NONE,
            Optional.empty(),
            0,
            0);

    assertThat(settings.refusal(host).isEmpty()).isEqualTo(served);
    settings
        .refusal(host)
        .ifPresent(refusal ->
            assertThat(refusal).contains(host, "ACCESS_KEYS_FILE", "HTTP_HOST", "ACCESS_OPEN"));
  }
}
