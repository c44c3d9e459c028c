-- Lines and events grow without end: each shard has tables of its own, and the events of a shard one
-- for each ten million positions. An insert stays in the newest of them, and one that is full can be
-- backed up, moved or detached by itself. Names, columns and keys are those of before.

ALTER TABLE order_line RENAME TO order_line_whole;
ALTER TABLE order_line_whole RENAME CONSTRAINT order_line_key TO order_line_whole_key;
ALTER INDEX order_line_by_batch RENAME TO order_line_whole_by_batch;
CREATE TABLE order_line (
  shard     int    NOT NULL,
  order_id  text   COLLATE "C" NOT NULL,
  sku       text   COLLATE "C" NOT NULL,
  quantity  int    NOT NULL CONSTRAINT order_line_quantity_counts CHECK (quantity > 0),
  batch_ref text   COLLATE "C" NOT NULL,
  position  bigint NOT NULL,
  CONSTRAINT order_line_key PRIMARY KEY (shard, order_id, sku)
) PARTITION BY LIST (shard);
-- A cut takes a batch's lines newest first.
CREATE INDEX order_line_by_batch ON order_line (shard, batch_ref, position);

ALTER TABLE event RENAME TO event_whole;
ALTER TABLE event_whole RENAME CONSTRAINT event_key TO event_whole_key;
CREATE TABLE event (
  shard          int         NOT NULL,
  position       bigint      NOT NULL,
  sku            text        COLLATE "C" NOT NULL,
  type           text        NOT NULL,
  version        int         NOT NULL,
  data           text        NOT NULL,
  unit_id        text        NOT NULL,
  correlation_id text        NOT NULL,
  at             timestamptz NOT NULL,
  CONSTRAINT event_key PRIMARY KEY (shard, position)
) PARTITION BY LIST (shard);

DO $$
DECLARE
  of_shard int;
BEGIN
  FOR of_shard IN SELECT shard FROM shard LOOP
    EXECUTE format('CREATE TABLE order_line_%1$s PARTITION OF order_line FOR VALUES IN (%1$s)',
                   of_shard);
    EXECUTE format('CREATE TABLE event_%1$s PARTITION OF event FOR VALUES IN (%1$s)
                    PARTITION BY RANGE (position)', of_shard);
  END LOOP;
END $$;

-- Makes the partitions of a shard's events up to the one that has a position, and returns the last
-- position that there is a place for. Attached and not created in place, since that would keep
-- writers waiting; one at a time, since several nodes may want the same.
CREATE FUNCTION make_event_partitions(of_shard int, up_to bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  rows_each CONSTANT bigint := 10000000;
  part      text;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('event partitions'));
  FOR n IN 0 .. (up_to - 1) / rows_each LOOP
    part := format('event_%s_%s', of_shard, n);
    IF to_regclass(part) IS NULL THEN
      EXECUTE format('CREATE TABLE %I (LIKE event INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part);
      EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)',
                     'event_' || of_shard, part, n * rows_each + 1, (n + 1) * rows_each + 1);
    END IF;
  END LOOP;
  RETURN ((up_to - 1) / rows_each + 1) * rows_each;
END $$;

-- One more than is needed: a shard never waits for its next partition.
SELECT make_event_partitions(shard, position + 10000001) FROM shard;

INSERT INTO order_line SELECT shard, order_id, sku, quantity, batch_ref, position FROM order_line_whole;
INSERT INTO event
  SELECT shard, position, sku, type, version, data, unit_id, correlation_id, at FROM event_whole;
DROP TABLE order_line_whole;
DROP TABLE event_whole;
