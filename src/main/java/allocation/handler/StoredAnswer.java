package allocation.handler;

import allocation.bus.CommandKey;
import allocation.domain.Outcome;

/**
 * The answer of a command that has no key of its own, kept so that sending it again is harmless.
 *
 * @param key names one command, whatever shard that is about
 * @param shard of what it is about: the answer is written under its lock
 * @param fingerprint of the command's content: the same key with other content is a mistake
 */
public record StoredAnswer(CommandKey key, int shard, String fingerprint, Outcome outcome) {}
