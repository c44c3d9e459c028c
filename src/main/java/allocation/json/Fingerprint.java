package allocation.json;

import allocation.domain.Arrival;
import allocation.domain.Command;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.LocalDate;

/**
 * Tells a command that is sent again from another one under the same id. Stored, so the text of a
 * command must never change.
 */
public final class Fingerprint {
  private static final String IN_STOCK = "in-stock";

  private Fingerprint() {}

  /** Equal for equal commands, different for different ones; a JSON array. */
  public static String of(Command command) {
    ArrayNode text = JsonNodeFactory.instance.arrayNode();
    switch (command) {
      case Command.CreateBatch c ->
          text.add("CreateBatch")
              .add(c.ref().value())
              .add(c.sku().value())
              .add(c.quantity())
              .add(eta(c.arrival()));
      case Command.ChangeBatch c ->
          text.add("ChangeBatch")
              .add(c.ref().value())
              .add(c.quantity().stream().boxed().findFirst().orElse(null))
              .add(c.arrival().map(Fingerprint::eta).orElse(null));
      case Command.Allocate c ->
          text.add("Allocate").add(c.orderId().value()).add(c.sku().value()).add(c.quantity());
      case Command.Deallocate c ->
          text.add("Deallocate").add(c.orderId().value()).add(c.sku().value());
    }
    return text.toString();
  }

  private static String eta(Arrival arrival) {
    return arrival.eta().map(LocalDate::toString).orElse(IN_STOCK);
  }
}
