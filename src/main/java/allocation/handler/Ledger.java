package allocation.handler;

import allocation.domain.BatchRef;
import allocation.domain.Sku;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.function.Function;

/**
 * Port: where the state of the write side is kept. Every Future ends within the ledger's limits.
 */
public interface Ledger {
  /**
   * Writes new lines in one transaction if each shard is where the effects say that it was, or
   * nothing. Fails with one of {@link CommitFailure}; throws when the effects are more than {@link
   * Effects#isNewLinesOnly}.
   */
  Future<Void> commit(Effects effects);

  /**
   * As {@link #commit}, of effects that were decided on what another unit will leave: sent without
   * waiting for that one's answer, and written only if that one was. Else it fails like a lost
   * race.
   *
   * @param unitId of the unit that was committed by the same caller and has no answer yet
   */
  Future<Void> commitBehind(String unitId, Effects effects);

  /**
   * Takes the locks of the shards first, then loads, has it decided and writes, all in that one
   * transaction: it does not lose a race for a shard. Nothing is written when the unit has no
   * effects. Fails like {@link #commit}, and with what {@code decide} throws.
   */
  Future<UnitOfWork> commitLocked(Wanted wanted, Function<Loaded, UnitOfWork> decide);

  /**
   * Whether a unit whose outcome is unknown was committed. The answer is final: it waits for a
   * session that has the unit's locks, and sees to it that what was not committed never will be.
   */
  Future<Boolean> wasCommitted(Effects effects);

  /** The SKU of a batch; empty when it was never made. */
  Future<Optional<Sku>> ownerOf(BatchRef ref);
}
