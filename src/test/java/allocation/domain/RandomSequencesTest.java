package allocation.domain;

import static org.assertj.core.api.Assertions.assertThat;

import allocation.given.Outcomes;
import allocation.given.RandomCommands;
import allocation.given.ReferenceModel;
import allocation.given.Shop;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Thousands of sequences against the plain model; {@code -Dseed=7} runs one of them. */
class RandomSequencesTest {
  private static final int SEQUENCES = 2_000;
  private static final int COMMANDS = 60;

  private final Map<String, Integer> happened = new TreeMap<>();

  @Test
  void the_domain_does_what_the_plain_model_does() {
    RandomCommands.seeds(SEQUENCES).forEach(this::run);

    if (Long.getLong("seed") == null) {
      interesting_things_happened();
    }
  }

  /** Without this the test would pass on sequences in which nothing ever goes wrong. */
  private void interesting_things_happened() {
    assertThat(happened)
        .containsOnlyKeys(
            "Accepted CreateBatch",
            "Accepted ChangeBatch",
            "Accepted Allocate",
            "Accepted Deallocate",
            "Repeated CreateBatch",
            "Repeated Allocate",
            "Refused BatchExistsWithOtherContent",
            "Refused LineExistsWithOtherQuantity",
            "Refused NoStock",
            "Refused NothingAllocated",
            "Refused UnknownBatch",
            "Refused UnknownSku",
            "event Allocated",
            "event BatchCreated",
            "event BatchEtaChanged",
            "event BatchQuantityChanged",
            "event Deallocated",
            "event OutOfStock",
            "line moved",
            "line left without stock",
            "line returned to its batch",
            "shortage told",
            "shortage not told again",
            "change without an event")
        .allSatisfy((what, times) -> assertThat(times).as(what).isGreaterThan(100));
  }

  private void run(long seed) {
    RandomCommands commands = new RandomCommands(seed);
    try {
      Sequence sequence = new Sequence();
      for (int i = 0; i < COMMANDS; i++) {
        sequence.step(commands.next());
      }
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(commands.toString(), e);
    }
  }

  private final class Sequence {
    private final Shop shop = new Shop();
    private final ReferenceModel model = new ReferenceModel();
    private final Map<Sku, Product> replayed = new HashMap<>();
    private final Map<BatchRef, Held> held = new HashMap<>();

    void step(Command command) {
      int before = shop.log().size();

      Outcome outcome = shop.apply(command);

      Outcome expected = model.apply(command);
      List<Shop.Logged> events = shop.log().subList(before, shop.log().size());
      assertThat(Outcomes.withoutPosition(outcome)).isEqualTo(expected);
      assertThat(events.stream().map(Shop.Logged::event).toList()).isEqualTo(model.facts());
      events.forEach(this::fits);
      events.forEach(this::replay);
      same_state();
      count(command, outcome, model.facts());
    }

    private void same_state() {
      ReferenceModel.State state = model.state();
      assertThat(
              shop.lines().stream()
                  .map(Outcomes::withoutPosition)
                  .sorted(Comparator.comparing(OrderLine::orderId).thenComparing(OrderLine::sku))
                  .toList())
          .isEqualTo(state.lines());
      Map<BatchRef, Long> sums =
          shop.lines().stream()
              .collect(
                  Collectors.groupingBy(
                      OrderLine::batchRef, Collectors.summingLong(OrderLine::quantity)));
      for (Product product : shop.products().values()) {
        assertThat(product.batches()).isEqualTo(model.batches(product.sku()));
        assertThat(product.shortageTold()).isEqualTo(model.isShortageTold(product.sku()));
        assertThat(replayed(product.sku()).batches()).isEqualTo(product.batches());
        for (Batch batch : product.batches()) {
          assertThat(batch.allocated()).isBetween(0, batch.purchased());
          assertThat((long) batch.allocated()).isEqualTo(sums.getOrDefault(batch.ref(), 0L));
        }
      }
    }

    private void replay(Shop.Logged logged) {
      replayed.put(logged.sku(), replayed(logged.sku()).apply(logged.event()));
    }

    private Product replayed(Sku sku) {
      return replayed.getOrDefault(sku, Product.unknown(sku));
    }

    /** A reader of the log that sees only so far never sees a batch hold more than it has. */
    private void fits(Shop.Logged logged) {
      switch (logged.event()) {
        case Event.BatchCreated e -> held.put(e.ref(), new Held(e.quantity(), 0));
        case Event.BatchQuantityChanged e -> change(e.ref(), e.to() - e.from(), 0);
        case Event.Allocated e -> {
          e.movedFrom().ifPresent(from -> change(from, 0, -e.quantity()));
          change(e.batchRef(), 0, e.quantity());
        }
        case Event.Deallocated e -> change(e.batchRef(), 0, -e.quantity());
        case Event.BatchEtaChanged e -> {}
        case Event.OutOfStock e -> {}
      }
    }

    private void change(BatchRef ref, int purchased, int allocated) {
      Held now =
          held.merge(
              ref,
              new Held(purchased, allocated),
              (was, by) -> new Held(was.purchased + by.purchased, was.allocated + by.allocated));
      assertThat(now.allocated).as("allocated of %s", ref).isBetween(0, now.purchased);
    }

    private void count(Command command, Outcome outcome, List<Event> facts) {
      happened(
          switch (outcome) {
            case Outcome.Accepted yes -> "Accepted " + command.getClass().getSimpleName();
            case Outcome.Repeated again -> "Repeated " + command.getClass().getSimpleName();
            case Outcome.Refused no -> "Refused " + no.refusal().getClass().getSimpleName();
          });
      for (int i = 0; i < model.returned(); i++) {
        happened("line returned to its batch");
      }
      facts.forEach(event -> happened("event " + event.getClass().getSimpleName()));
      if (outcome instanceof Outcome.Accepted(Answer.OfChange change)) {
        change.moved().forEach(line -> happened("line moved"));
        change.unallocated().forEach(line -> happened("line left without stock"));
        if (facts.isEmpty()) {
          happened("change without an event");
        }
      }
      if (outcome instanceof Outcome.Refused(Refusal.NoStock no, boolean replayed)) {
        happened(facts.isEmpty() ? "shortage not told again" : "shortage told");
      }
    }
  }

  private record Held(int purchased, int allocated) {}

  private void happened(String what) {
    happened.merge(what, 1, Integer::sum);
  }
}
