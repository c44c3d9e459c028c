package allocation.postgres;

import allocation.domain.Arrival;
import io.vertx.sqlclient.Tuple;
import java.time.LocalDate;
import java.util.Collection;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Between our values and PostgreSQL's: nullable dates, and lists as arrays for {@code unnest}. */
final class Columns {
  private Columns() {}

  /**
   * The parameters of one statement. Unlike {@code Tuple.of}, whose fixed-arity form takes a last
   * array for the rest of the parameters, it keeps every array one parameter; a lone one has to be
   * cast to Object.
   */
  static Tuple row(@Nullable Object... parameters) {
    return Tuple.from(parameters);
  }

  static Arrival arrival(@Nullable LocalDate eta) {
    return eta == null ? Arrival.inStock() : Arrival.due(eta);
  }

  static @Nullable LocalDate eta(Arrival arrival) {
    return arrival.eta().orElse(null);
  }

  // Plain loops: these run for every row of every unit of work.

  static <T> String[] texts(Collection<T> rows, Function<T, String> column) {
    String[] texts = new String[rows.size()];
    int i = 0;
    for (T row : rows) {
      texts[i++] = column.apply(row);
    }
    return texts;
  }

  static <T> Integer[] ints(Collection<T> rows, Function<T, Integer> column) {
    Integer[] ints = new Integer[rows.size()];
    int i = 0;
    for (T row : rows) {
      ints[i++] = column.apply(row);
    }
    return ints;
  }

  static <T> Long[] longs(Collection<T> rows, Function<T, Long> column) {
    Long[] longs = new Long[rows.size()];
    int i = 0;
    for (T row : rows) {
      longs[i++] = column.apply(row);
    }
    return longs;
  }

  static <T> @Nullable LocalDate[] dates(
      Collection<T> rows, Function<T, @Nullable LocalDate> column) {
    @Nullable LocalDate[] dates = new LocalDate[rows.size()];
    int i = 0;
    for (T row : rows) {
      dates[i++] = column.apply(row);
    }
    return dates;
  }
}
