package allocation.handler;

import allocation.bus.CommandKey;
import allocation.domain.Outcome;
import allocation.domain.Sku;

/**
 * The answer of a command that has no key of its own, kept so that sending it again is harmless.
 *
 * @param fingerprint of the command's content: the same key with other content is a mistake
 */
public record StoredAnswer(CommandKey key, Sku sku, String fingerprint, Outcome outcome) {}
