package allocation;

import allocation.postgres.Migrations;
import allocation.postgres.PgEventLog;
import allocation.postgres.ViewsRebuild;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.util.function.Consumer;

/** The command {@code rebuild-views}: makes the views anew while the service works. */
final class RebuildViews {
  private static final int BATCH_ROWS = 5_000;

  private RebuildViews() {}

  static Future<Void> run(Config config, Consumer<String> progress) {
    Vertx vertx = Vertx.vertx();
    Pool viewPool = config.views().pool(vertx, "allocation-views", config.unitLimitMs());
    Pool logPool = config.postgres().pool(vertx, "allocation", config.unitLimitMs());
    return vertx
        .<Void>executeBlocking(() -> {
          Migrations.migrate(config.postgres().server(), config.shards().count());
          Migrations.migrate(config.views().server(), config.shards().count());
          return null;
        })
        .compose(migrated ->
            new ViewsRebuild(viewPool, new PgEventLog(logPool), BATCH_ROWS, progress).run())
        .<Void>mapEmpty()
        .eventually(vertx::close);
  }
}
