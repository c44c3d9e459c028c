package allocation.domain;

import java.time.LocalDate;
import java.util.Comparator;
import java.util.Optional;

/** When a batch is at hand: it is in stock, or it is due. A past date is still a date. */
public sealed interface Arrival {
  /** In stock before any date, then the earliest date. */
  Comparator<Arrival> SOONEST_FIRST =
      Comparator.comparing(Arrival::eta, Comparator.comparing(Optional::isPresent))
          .thenComparing(arrival -> arrival.eta().orElse(LocalDate.MIN));

  /** In the warehouse. */
  record InStock() implements Arrival {}

  /** On its way, expected on {@code date}. */
  record Due(LocalDate date) implements Arrival {}

  static Arrival inStock() {
    return new InStock();
  }

  static Arrival due(LocalDate date) {
    return new Due(date);
  }

  /** The expected date; empty when in stock. */
  default Optional<LocalDate> eta() {
    return switch (this) {
      case InStock here -> Optional.empty();
      case Due due -> Optional.of(due.date());
    };
  }
}
