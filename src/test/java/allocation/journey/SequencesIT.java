package allocation.journey;

import static org.assertj.core.api.Assertions.assertThat;

import allocation.domain.Command;
import allocation.domain.Event;
import allocation.domain.OrderLine;
import allocation.domain.Outcome;
import allocation.given.RandomCommands;
import allocation.given.ReferenceModel;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Random sequences through HTTP against the plain model; {@code -Dseed=7} runs one of them. */
class SequencesIT {
  private static final int SEQUENCES = 24;
  private static final int COMMANDS = 60;

  @Test
  void the_service_does_what_the_plain_model_does() {
    try (Installation installation = new Installation("sequences")) {
      Client client = installation.start(Map.of());
      long[] seeds = RandomCommands.seeds(SEQUENCES).toArray();

      // Side by side, so that commands of many share units of work; no two share a SKU.
      List<ReferenceModel> models = Together.run(seeds.length, i -> run(seeds[i], client));

      Books books = Agreement.check(installation, client);
      assertThat(
              books.lines().entrySet().stream()
                  .map(entry ->
                      new OrderLine(
                          entry.getKey().orderId(),
                          entry.getKey().sku(),
                          entry.getValue().quantity(),
                          entry.getValue().batchRef(),
                          0))
                  .toList())
          .containsExactlyInAnyOrderElementsOf(
              models.stream().flatMap(model -> model.state().lines().stream()).toList());
      assertThat(
              books.batches().entrySet().stream()
                  .map(entry ->
                      List.of(
                          entry.getValue().sku(),
                          entry.getKey(),
                          entry.getValue().purchased(),
                          entry.getValue().allocated(),
                          entry.getValue().arrival()))
                  .toList())
          .containsExactlyInAnyOrderElementsOf(
              models.stream()
                  .flatMap(model -> model.state().batches().stream())
                  .map(owned ->
                      List.<Object>of(
                          owned.sku(),
                          owned.batch().ref(),
                          owned.batch().purchased(),
                          owned.batch().allocated(),
                          owned.batch().arrival()))
                  .toList());
      if (seeds.length > 1) {
        assertThat(
                books.events().stream()
                    .collect(
                        Collectors.groupingBy(
                            logged -> logged.event().getClass().getSimpleName(),
                            Collectors.counting())))
            .containsOnlyKeys(
                "BatchCreated",
                "BatchQuantityChanged",
                "BatchEtaChanged",
                "Allocated",
                "Deallocated",
                "OutOfStock")
            .allSatisfy((type, count) -> assertThat(count).as(type).isGreaterThan(5));
        assertThat(books.events())
            .anyMatch(
                logged -> logged.event() instanceof Event.Allocated e && e.movedFrom().isPresent());
      }
    }
  }

  private static ReferenceModel run(long seed, Client client) {
    RandomCommands commands = new RandomCommands(seed, "-" + seed);
    Random again = new Random(seed);
    ReferenceModel model = new ReferenceModel();
    try {
      for (int i = 0; i < COMMANDS; i++) {
        Command command = commands.next();
        String key = "k-%d-%d".formatted(seed, i);

        Client.Answer answer = client.send(command, key);

        Outcome outcome = model.apply(command);
        assertThat(ExpectedAnswer.of(answer)).isEqualTo(ExpectedAnswer.of(command, outcome));
        if (isKeyed(command) && again.nextInt(3) == 0) {
          sent_again_it_has_the_same_answer(client, command, key, answer);
        }
      }
      return model;
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(commands.toString(), e);
    }
  }

  private static void sent_again_it_has_the_same_answer(
      Client client, Command command, String key, Client.Answer first) {
    Client.Answer second = client.send(command, key);

    assertThat(ExpectedAnswer.of(second)).isEqualTo(ExpectedAnswer.of(first));
    assertThat(second.replayed()).isEqualTo(isKept(first));
  }

  /** A change of a batch that nobody knew is asked anew: it may be there by then. */
  private static boolean isKept(Client.Answer first) {
    String type = first.body().getString("type", "");
    return !type.endsWith(":unknown-batch");
  }

  private static boolean isKeyed(Command command) {
    return switch (command) {
      case Command.ChangeBatch change -> true;
      case Command.Deallocate deallocate -> true;
      case Command.CreateBatch create -> false;
      case Command.Allocate allocate -> false;
    };
  }
}
