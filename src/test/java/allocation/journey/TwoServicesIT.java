package allocation.journey;

import static allocation.given.Given.inStock;
import static allocation.given.Given.ref;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.domain.Command;
import allocation.domain.Event;
import allocation.domain.OrderId;
import allocation.domain.Sku;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Two services on one database that do not know of each other: each believes that it owns every
 * shard. Ownership makes it fast, the database makes it right.
 */
class TwoServicesIT {
  private static final int CLIENTS = 64;
  private static final int LINES = 12;
  private static final int ROUNDS = 8;

  @Test
  void two_owners_of_every_shard_keep_every_promise_once() {
    try (PostBox post = new PostBox();
        Installation installation = new Installation("two_services")) {
      List<Client> services =
          List.of(installation.start(post.settings()), installation.start(post.settings()));

      neither_starves(services);
      exactly_the_stock_is_allocated(services);
      the_last_unit_has_one_winner(services);
      cuts_race_allocations(services);

      Books books = Agreement.check(installation, services.getLast());
      List<String> outOfStock =
          books.events().stream()
              .filter(event -> event.event() instanceof Event.OutOfStock)
              .map(event -> "Out of stock for " + event.sku())
              .toList();
      assertThat(outOfStock).isNotEmpty();
      assertThat(post.lines())
          .as("no mail twice, and none missing")
          .containsExactlyInAnyOrderElementsOf(outOfStock);
      assertThat(lost(services)).as("lost races").isPositive();
    }
  }

  private static void neither_starves(List<Client> services) {
    Sku sku = new Sku("PLENTY");
    create(services, sku, "plenty", CLIENTS * LINES);

    List<List<Integer>> statuses =
        Together.run(
            CLIENTS,
            n -> {
              List<Integer> mine = new ArrayList<>();
              for (int i = 0; i < LINES; i++) {
                mine.add(
                    services
                        .get(n % 2)
                        .send(allocate("plenty-%d-%d".formatted(n, i), sku, 1))
                        .status());
              }
              return mine;
            });

    assertThat(statuses).allSatisfy(mine -> assertThat(mine).containsOnly(201));
    assertThat(services)
        .as("answered at once, nearly always")
        .allSatisfy(
            service -> assertThat(service.sentAgain()).isLessThan(CLIENTS * LINES / 2 / 10));
  }

  private static void exactly_the_stock_is_allocated(List<Client> services) {
    Sku sku = new Sku("RUSH");
    create(services, sku, "rush", 300);

    List<Integer> statuses =
        Together.run(
                CLIENTS,
                n -> {
                  List<Integer> mine = new ArrayList<>();
                  for (int i = 0; i < LINES; i++) {
                    mine.add(
                        services
                            .get((n + i) % 2)
                            .send(allocate("rush-%d-%d".formatted(n, i), sku, 1))
                            .status());
                  }
                  return mine;
                })
            .stream()
            .flatMap(List::stream)
            .toList();

    assertThat(counted(statuses)).isEqualTo(Map.of(201, 300L, 409, CLIENTS * LINES - 300L));
  }

  private static void the_last_unit_has_one_winner(List<Client> services) {
    for (int round = 0; round < ROUNDS; round++) {
      Sku sku = new Sku("LAST-" + round);
      create(services, sku, "last-" + round, 1);

      List<Integer> statuses =
          Together.run(
              CLIENTS, n -> services.get(n % 2).send(allocate("last-" + n, sku, 1)).status());

      assertThat(counted(statuses)).isEqualTo(Map.of(201, 1L, 409, CLIENTS - 1L));
    }
  }

  private static void cuts_race_allocations(List<Client> services) {
    Sku sku = new Sku("CUT");
    create(services, sku, "cut-a", 60);
    create(services, sku, "cut-b", 60);

    Together.run(
        CLIENTS,
        n -> {
          Client service = services.get(n % 2);
          for (int i = 0; i < 5; i++) {
            Command command =
                n < 8
                    ? new Command.ChangeBatch(
                        ref(i % 2 == 0 ? "cut-a" : "cut-b"),
                        OptionalInt.of((n * 7 + i * 13) % 60),
                        Optional.empty())
                    : allocate("cut-%d-%d".formatted(n, i), sku, 1 + i % 3);
            assertThat(service.send(command).status()).isIn(200, 201, 409);
          }
          return n;
        });
  }

  private static double lost(List<Client> services) {
    return services.stream()
        .mapToDouble(service -> service.metric("allocation_races_lost_total"))
        .sum();
  }

  private static void create(List<Client> services, Sku sku, String ref, int quantity) {
    Client.Answer made =
        services.getFirst().send(new Command.CreateBatch(ref(ref), sku, quantity, inStock()));
    assertThat(made.status()).isEqualTo(201);
  }

  private static Command allocate(String orderId, Sku sku, int quantity) {
    return new Command.Allocate(new OrderId(orderId), sku, quantity);
  }

  private static Map<Integer, Long> counted(List<Integer> statuses) {
    return statuses.stream()
        .collect(Collectors.groupingBy(status -> status, Collectors.counting()));
  }
}
