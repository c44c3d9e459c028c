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
  /** Loads in one snapshot and, by that, as of the positions it returns. */
  Future<Loaded> load(Wanted wanted);

  /** Writes all of it in one transaction, or nothing. Fails with one of {@link CommitFailure}. */
  Future<Void> commit(Effects effects);

  /**
   * Takes the locks of the shards first, then loads, has it decided and writes, all in that one
   * transaction: it does not lose a race for a shard. Fails like {@link #commit}.
   */
  Future<UnitOfWork> commitLocked(Wanted wanted, Function<Loaded, UnitOfWork> decide);

  /**
   * Whether a unit whose outcome is unknown was committed. Waits for the session that sent it to
   * end, so that the answer is final.
   */
  Future<Boolean> wasCommitted(Effects effects);

  /** The SKU of a batch; empty when it was never made. */
  Future<Optional<Sku>> ownerOf(BatchRef ref);
}
