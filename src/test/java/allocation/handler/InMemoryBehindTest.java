package allocation.handler;

import allocation.domain.LoggedEvent;
import allocation.given.InMemoryLedger;
import java.util.List;

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
}
