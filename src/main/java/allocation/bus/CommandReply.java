package allocation.bus;

import allocation.domain.Outcome;

/**
 * What became of a command; it is durable when it arrives.
 *
 * @param shard the command's shard
 * @param position the shard's last position as of the answer: a read after it sees the effect
 */
public record CommandReply(int shard, long position, Outcome outcome)
    implements BusMessage, CommandResult {}
