package allocation.bridge;

import allocation.bus.PublicFailure;
import allocation.bus.Shards;
import allocation.json.BadInput;
import allocation.log.EventLog;
import allocation.wire.PublicLog;
import allocation.wire.PublicLog.Request;
import io.vertx.core.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers what comes to {@code allocation.public.log}. Belongs to one event loop. */
final class LogEntrance {
  private static final Logger LOG = LoggerFactory.getLogger(LogEntrance.class);

  /** More than any shard will ever have, and the same as over HTTP: 18 digits. */
  private static final long MAX_POSITION = 999_999_999_999_999_999L;

  private final EventLog log;
  private final Shards shards;
  private boolean failing;

  LogEntrance(EventLog log, Shards shards) {
    this.log = log;
    this.shards = shards;
  }

  Future<String> answer(String text) {
    Request request = Request.read(text);
    return answer(request)
        .onSuccess(read -> failing = false)
        .recover(cause -> {
          if (!failing) {
            // Once: subscribers ask every second, each of them.
            failing = true;
            LOG.warn("the log cannot be read for other services", cause);
          }
          return Future.failedFuture(
              PublicFailure.BUSY.exception("The log cannot be read; ask again"));
        });
  }

  private Future<String> answer(Request request) {
    return switch (request) {
      case Request.Positions all -> log.positions().map(PublicLog::text);
      case Request.After after -> {
        if (after.shard() >= shards.count()) {
          throw new BadInput("shard", "must be below " + shards.count());
        }
        if (after.position() > MAX_POSITION) {
          throw new BadInput("after", "must be at most " + MAX_POSITION);
        }
        yield log.after(after.shard(), after.position(), after.limit())
            .map(events -> PublicLog.text(after.shard(), events));
      }
    };
  }
}
