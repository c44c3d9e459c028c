package allocation.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every statement of the write path goes by an index, by its key, with the plan that a session
 * keeps: also one that was made before the tables grew.
 */
final class PgPlansIT {
  private static final List<Class<?>> OWNERS =
      List.of(
          LedgerReads.class,
          LedgerWrites.class,
          PgLedger.class,
          PgEventLog.class,
          PgCursors.class,
          StoredAnswers.class,
          PgViews.class,
          ViewRows.class);

  private static final Map<String, List<String>> EMPTY = new HashMap<>();
  private static final Map<String, List<String>> BEFORE_ANALYZE = new HashMap<>();
  private static final Map<String, List<String>> AFTER_ANALYZE = new HashMap<>();

  private static TestDatabase database;

  @BeforeAll
  static void fill() throws ReflectiveOperationException {
    database = TestDatabase.create("plans");
    Map<String, String> properties =
        PgSession.options("allocation", database.options(), 60_000).getProperties();
    properties.forEach((name, value) -> {
      if (name.startsWith("enable_")
          || Set.of("jit", "join_collapse_limit", "plan_cache_mode").contains(name)) {
        database.run("SET " + name + " = " + value);
      }
    });
    plan(EMPTY);
    database.run(
        """
        INSERT INTO batch_ref SELECT 'b' || i, 'sku-' || i FROM generate_series(1, 20000) i;
        INSERT INTO batch SELECT i % 16, 'sku-' || i, 'b' || i, 10, 5, NULL, 10, NULL, i
          FROM generate_series(1, 20000) i;
        INSERT INTO order_line SELECT i % 16, 'o' || i, 'sku-' || i, 5, 'b' || i, i
          FROM generate_series(1, 20000) i;
        INSERT INTO shortage SELECT i % 16, 'sku-' || i FROM generate_series(1, 20000) i;
        INSERT INTO command_answer SELECT i % 16, 's', 'k' || i, 'f', 'o', 'u', now()
          FROM generate_series(1, 20000) i;
        INSERT INTO event_run SELECT i % 16, i, i, 'u', now(), '{}' FROM generate_series(1, 20000) i;
        INSERT INTO views.product_view SELECT 'sku-' || i, 0, 5, 5 FROM generate_series(1, 20000) i;
        INSERT INTO views.batch_view SELECT 'b' || i, 'sku-' || i, 0, 10, 5
          FROM generate_series(1, 20000) i;
        INSERT INTO views.order_view SELECT 'o' || i / 2, 'sku-' || i, 5, 'b' || i, i, 0
          FROM generate_series(1, 20000) i;
        """);
    plan(BEFORE_ANALYZE);
    database.run("ANALYZE");
    plan(AFTER_ANALYZE);
  }

  @AfterAll
  static void close() {
    database.close();
  }

  static Stream<String> statements() throws IllegalAccessException {
    List<String> names = new ArrayList<>();
    for (Class<?> owner : OWNERS) {
      for (Field field : owner.getDeclaredFields()) {
        if (statement(field).isPresent()) {
          names.add(owner.getSimpleName() + "." + field.getName());
        }
      }
    }
    return names.stream();
  }

  @Test
  void a_change_that_makes_no_line_give_way_reads_none() {
    database.run("PREPARE cut AS " + LedgerReads.LINES_ABOVE);
    try {
      assertThat(explained(4)).contains("rows=1").doesNotContain("never executed");
      assertThat(explained(5)).containsPattern("order_line_\\d+[^\\n]*never executed");
    } finally {
      database.run("DEALLOCATE cut");
    }
  }

  /** Batch b1 has five pieces allocated. */
  private static String explained(int quantity) {
    return String.join(
        "\n",
        database.texts(
            "EXPLAIN (ANALYZE, COSTS OFF) EXECUTE cut(1, 'sku-1', 'b1', %d, 10001)"
                .formatted(quantity)));
  }

  @ParameterizedTest
  @MethodSource("statements")
  void goes_by_its_key(String name) {
    for (Map<String, List<String>> plans : List.of(EMPTY, BEFORE_ANALYZE, AFTER_ANALYZE)) {
      List<String> plan = plans.getOrDefault(name, List.of());
      String text = name + "\n" + String.join("\n", plan);
      assertThat(plan).as(text).isNotEmpty().noneMatch(line -> line.contains("Seq Scan on"));
      long scans = plan.stream().filter(line -> line.matches(".*(Index|Heap).*Scan.*")).count();
      long keys = plan.stream().filter(line -> line.matches(".*(Index|Recheck) Cond:.*")).count();
      assertThat(keys).as(text).isEqualTo(scans);
    }
  }

  private static void plan(Map<String, List<String>> plans) throws ReflectiveOperationException {
    for (String name : statements().toList()) {
      plans.put(name, plan(name));
    }
  }

  private static List<String> plan(String name) throws ReflectiveOperationException {
    String owner = name.substring(0, name.indexOf('.'));
    Class<?> type =
        OWNERS.stream().filter(c -> c.getSimpleName().equals(owner)).findFirst().orElseThrow();
    String sql =
        statement(type.getDeclaredField(name.substring(name.indexOf('.') + 1))).orElseThrow();
    long parameters = Stream.iterate(1, n -> n + 1).takeWhile(n -> sql.contains("$" + n)).count();
    database.run("PREPARE it AS " + sql);
    String nulls =
        parameters == 0
            ? ""
            : "(" + String.join(", ", Collections.nCopies((int) parameters, "NULL")) + ")";
    List<String> plan = database.texts("EXPLAIN EXECUTE it" + nulls);
    database.run("DEALLOCATE it");
    return plan;
  }

  private static Optional<String> statement(Field field) throws IllegalAccessException {
    if (!Modifier.isStatic(field.getModifiers()) || !field.getType().equals(String.class)) {
      return Optional.empty();
    }
    field.setAccessible(true);
    String text = (String) field.get(null);
    // PgEventLog.POSITIONS wants every row of a table of sixteen.
    boolean isSql = text.matches("(?s)\\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\\s.*");
    return Optional.of(text).filter(sql -> isSql && sql.contains("$"));
  }
}
