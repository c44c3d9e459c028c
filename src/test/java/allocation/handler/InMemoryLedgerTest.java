package allocation.handler;

import allocation.domain.LoggedEvent;
import allocation.given.InMemoryLedger;
import allocation.given.Waiting;
import io.vertx.core.Future;
import java.util.List;

final class InMemoryLedgerTest extends LedgerContract {
  private final InMemoryLedger ledger = new InMemoryLedger(Units.SHARDS);

  @Override
  protected Ledger ledger() {
    return ledger;
  }

  @Override
  protected List<LoggedEvent> events(int shard) {
    return ledger.events(shard);
  }

  @Override
  protected Future<Void> write(Effects effects) {
    return ledger.write(effects);
  }

  @Override
  protected Writer hold(Effects effects) {
    InMemoryLedger.HeldCommit held = ledger.holdNextCommit();
    Future<Void> committed = ledger.write(effects);
    Waiting.result(held.reached());
    return new Writer() {
      @Override
      public void commit() {
        held.release();
        Waiting.result(committed);
      }

      @Override
      public void abort() {
        held.abort();
        Waiting.failure(committed);
      }
    };
  }

  @Override
  protected int waiting() {
    return ledger.waiting();
  }
}
