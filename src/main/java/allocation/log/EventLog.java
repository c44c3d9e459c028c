package allocation.log;

import allocation.domain.LoggedEvent;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;

/** Port: reads the log of facts. Positions are gapless within a shard and visible in order. */
public interface EventLog {
  /** The last position of every shard; 0 where nothing happened yet. */
  Future<Map<Integer, Long>> positions();

  /** At most {@code limit} events of a shard after {@code position}, in position order. */
  Future<List<LoggedEvent>> after(int shard, long position, int limit);
}
