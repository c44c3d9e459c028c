package allocation.domain;

import java.time.Instant;

/**
 * An event at its place in the log.
 *
 * @param position gapless within the shard, from 1
 * @param unitId the unit of work that wrote it
 * @param data the JSON as it stands in the log and goes to Pulsar, made once
 */
public record LoggedEvent(
    int shard,
    long position,
    Sku sku,
    Event event,
    Instant at,
    String unitId,
    String correlationId,
    String data) {}
