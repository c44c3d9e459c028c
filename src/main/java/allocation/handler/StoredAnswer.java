package allocation.handler;

import allocation.domain.Outcome;

/**
 * The answer of a command that has no key of its own, kept so that sending it again is harmless.
 *
 * @param fingerprint of the command's content: the same key with other content is a mistake
 */
public record StoredAnswer(AnswerKey key, String fingerprint, Outcome outcome) {}
