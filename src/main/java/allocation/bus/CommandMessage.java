package allocation.bus;

import allocation.domain.Command;
import allocation.domain.Sku;
import java.time.Instant;

/**
 * A command on its way to the handler of its SKU.
 *
 * @param key by which a repeat of it is known
 * @param deadline the caller waits no longer; the command is dropped once it has passed
 */
public record CommandMessage(
    Sku sku, Command command, CommandKey key, String correlationId, Instant deadline)
    implements BusMessage {}
