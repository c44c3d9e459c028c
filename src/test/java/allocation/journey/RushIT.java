package allocation.journey;

import static allocation.given.Given.due;
import static allocation.given.Given.inStock;
import static allocation.given.Given.ref;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.domain.Arrival;
import allocation.domain.Command;
import allocation.domain.Event;
import allocation.domain.OrderId;
import allocation.domain.Sku;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Sixty-four at once, all after the same thing. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RushIT {
  private static final int CLIENTS = 64;
  private static final int ROUNDS = 15;

  private final Installation installation = new Installation("rush");
  private Client client = new Client(0);

  @BeforeAll
  void start() {
    client = installation.start(Map.of());
  }

  @AfterAll
  void stop() {
    installation.close();
  }

  @Test
  void of_more_demand_than_stock_exactly_the_stock_is_allocated() {
    Sku sku = new Sku("RUSH");
    create(sku, "rush-here", 400, inStock());
    create(sku, "rush-ship", 200, due("2027-01-01"));

    List<Client.Answer> answers =
        flat(
            Together.run(
                CLIENTS,
                n -> {
                  List<Client.Answer> mine = new ArrayList<>();
                  for (int i = 0; i < 15; i++) {
                    mine.add(client.send(allocate("rush-%d-%d".formatted(n, i), sku, 1)));
                  }
                  return mine;
                }));

    assertThat(statuses(answers)).isEqualTo(Map.of(201, 600L, 409, CLIENTS * 15 - 600L));
    assertThat(
            answers.stream()
                .filter(answer -> answer.status() == 201)
                .collect(
                    Collectors.groupingBy(
                        answer -> answer.body().getString("batchRef"), Collectors.counting())))
        .isEqualTo(Map.of("rush-here", 400L, "rush-ship", 200L));
    Books books = Agreement.check(installation, client);
    assertThat(books.batches().get(ref("rush-here")))
        .isNotNull()
        .extracting(Books.Stock::allocated)
        .isEqualTo(400);
    assertThat(books.events())
        .filteredOn(event -> event.sku().equals(sku) && event.event() instanceof Event.OutOfStock)
        .as("a sold-out rush does not fill the log")
        .hasSize(1);
  }

  @Test
  void the_last_unit_has_one_winner() {
    for (int round = 0; round < ROUNDS; round++) {
      Sku sku = new Sku("LAST-" + round);
      create(sku, "last-" + round, 1, inStock());

      List<Client.Answer> answers =
          Together.run(CLIENTS, n -> client.send(allocate("last-" + n, sku, 1)));

      assertThat(statuses(answers)).isEqualTo(Map.of(201, 1L, 409, CLIENTS - 1L));
    }
    Agreement.check(installation, client);
  }

  @Test
  void the_same_line_sent_by_all_at_once_is_one_line_and_as_many_equal_answers() {
    Sku sku = new Sku("SAME");
    create(sku, "same", 1_000, inStock());
    for (int round = 0; round < ROUNDS; round++) {
      Command command = allocate("same-" + round, sku, 7);

      List<Client.Answer> answers = Together.run(CLIENTS, n -> client.send(command));

      assertThat(statuses(answers)).isEqualTo(Map.of(201, 1L, 200, CLIENTS - 1L));
      assertThat(answers).extracting(Client.Answer::body).containsOnly(answers.getFirst().body());
    }
    Books books = Agreement.check(installation, client);
    assertThat(books.batches().get(ref("same")))
        .isNotNull()
        .extracting(Books.Stock::allocated)
        .isEqualTo(7 * ROUNDS);
  }

  @Test
  void allocations_that_race_cuts_of_their_batch_leave_no_ghost() {
    Sku sku = new Sku("CUT");
    create(sku, "cut-here", 200, inStock());
    create(sku, "cut-ship", 150, due("2027-01-01"));

    List<Map<String, Client.Answer>> promised =
        Together.run(
            CLIENTS, n -> n % 8 == 0 ? cuts(sku, new Random(n)) : lines(sku, n, new Random(n)));

    // The books fail at the first event that leaves a batch with more than it has.
    Books books = Agreement.check(installation, client);
    assertThat(books.events())
        .filteredOn(event -> event.sku().equals(sku))
        .anyMatch(event -> event.event() instanceof Event.Allocated e && e.movedFrom().isPresent())
        .anyMatch(event ->
            event.event() instanceof Event.Deallocated e
                && e.reason() == Event.Deallocated.Reason.BATCH_CUT);
    Map<String, Long> allocated =
        books.events().stream()
            .filter(event -> event.sku().equals(sku))
            .filter(event -> event.event() instanceof Event.Allocated e && e.movedFrom().isEmpty())
            .collect(
                Collectors.toMap(
                    event -> ((Event.Allocated) event.event()).orderId().value(),
                    event -> event.position()));
    assertThat(allocated)
        .as("who was promised something, at which position")
        .isEqualTo(
            promised.stream()
                .flatMap(mine -> mine.entrySet().stream())
                .collect(
                    Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().body().getLong("position"))));
  }

  /** Changes both batches again and again; promises nothing. */
  private Map<String, Client.Answer> cuts(Sku sku, Random random) {
    for (int i = 0; i < 6; i++) {
      boolean here = random.nextBoolean();
      Client.Answer answer =
          client.send(
              new Command.ChangeBatch(
                  ref(here ? "cut-here" : "cut-ship"),
                  OptionalInt.of(random.nextInt(here ? 200 : 150)),
                  Optional.empty()));
      assertThat(answer.status()).as("cut of %s: %s", sku, answer).isEqualTo(200);
    }
    return Map.of();
  }

  /** Allocates lines and gives some back; the answers of those that were promised, by order. */
  private Map<String, Client.Answer> lines(Sku sku, int n, Random random) {
    Map<String, Client.Answer> promised = new HashMap<>();
    for (int i = 0; i < 12; i++) {
      String orderId = "cut-%d-%d".formatted(n, i);
      Client.Answer answer = client.send(allocate(orderId, sku, 1 + random.nextInt(4)));
      assertThat(answer.status()).isIn(201, 409);
      if (answer.status() == 201) {
        promised.put(orderId, answer);
      }
      if (random.nextInt(5) == 0) {
        Client.Answer released = client.send(new Command.Deallocate(new OrderId(orderId), sku));
        assertThat(released.status()).isIn(204, 404);
      }
    }
    return promised;
  }

  private void create(Sku sku, String ref, int quantity, Arrival arrival) {
    Client.Answer made = client.send(new Command.CreateBatch(ref(ref), sku, quantity, arrival));
    assertThat(made.status()).isEqualTo(201);
  }

  private static Command allocate(String orderId, Sku sku, int quantity) {
    return new Command.Allocate(new OrderId(orderId), sku, quantity);
  }

  private static Map<Integer, Long> statuses(List<Client.Answer> answers) {
    return answers.stream()
        .collect(Collectors.groupingBy(Client.Answer::status, Collectors.counting()));
  }

  private static <T> List<T> flat(List<List<T>> lists) {
    return lists.stream().flatMap(List::stream).toList();
  }
}
