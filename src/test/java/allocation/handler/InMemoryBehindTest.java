package allocation.handler;

import allocation.domain.LoggedEvent;
import allocation.given.InMemoryLedger;
import java.util.List;
import java.util.function.Supplier;

final class InMemoryBehindTest extends BehindContract {
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
  protected <T> T inOneTurn(Supplier<T> sending) {
    return sending.get();
  }
}
