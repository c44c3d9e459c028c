package allocation.handler;

import allocation.bus.CommandKey;

/**
 * Where a stored answer stands. Answers are kept in the shard of what they are about, so a key that
 * a caller uses for two shards names two commands.
 */
public record AnswerKey(int shard, CommandKey key) {}
