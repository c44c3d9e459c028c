-- The events that one unit of work wrote in a shard stand in one row, a line of JSON each: a row, an
-- index entry and a header for every event cost more than the events. PostgreSQL packs the text, which
-- repeats itself, to a fifth. "event" is a view now, with a row for each event as before.

ALTER TABLE event RENAME TO event_whole;
ALTER TABLE event_whole RENAME CONSTRAINT event_key TO event_whole_key;

-- first_position and last_position are those of the first and the last line of data.
CREATE TABLE event_run (
  shard          int         NOT NULL,
  last_position  bigint      NOT NULL,
  first_position bigint      NOT NULL,
  unit_id        text        NOT NULL,
  at             timestamptz NOT NULL,
  data           text        NOT NULL,
  CONSTRAINT event_run_key PRIMARY KEY (shard, last_position)
) PARTITION BY LIST (shard);
-- Packed in its place, and moved out of the row only if it is longer than a page even so.
ALTER TABLE event_run ALTER data SET STORAGE MAIN;

DO $$
DECLARE
  of_shard int;
BEGIN
  FOR of_shard IN SELECT shard FROM shard LOOP
    EXECUTE format('CREATE TABLE event_run_%1$s PARTITION OF event_run FOR VALUES IN (%1$s)
                    PARTITION BY RANGE (last_position)', of_shard);
  END LOOP;
END $$;

-- As before, for the new table.
CREATE OR REPLACE FUNCTION make_event_partitions(of_shard int, up_to bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  positions_each CONSTANT bigint := 10000000;
  part           text;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('event partitions'));
  FOR n IN 0 .. (up_to - 1) / positions_each LOOP
    part := format('event_run_%s_%s', of_shard, n);
    IF to_regclass(part) IS NULL THEN
      -- Packed whenever it is longer than this, in bytes: also the run of a single event.
      EXECUTE format('CREATE TABLE %I (LIKE event_run INCLUDING DEFAULTS INCLUDING CONSTRAINTS
                      INCLUDING STORAGE) WITH (toast_tuple_target = 128)', part);
      EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)',
                     'event_run_' || of_shard, part, n * positions_each + 1,
                     (n + 1) * positions_each + 1);
    END IF;
  END LOOP;
  RETURN ((up_to - 1) / positions_each + 1) * positions_each;
END $$;

SELECT make_event_partitions(shard, position + 10000001) FROM shard;

INSERT INTO event_run (shard, last_position, first_position, unit_id, at, data)
  SELECT shard, max(position), min(position), unit_id, min(at), string_agg(data, E'\n' ORDER BY position)
  FROM event_whole GROUP BY shard, unit_id, (position - 1) / 500 ORDER BY 1, 2;
DROP TABLE event_whole;

-- For people, and for a service of the version before. Ask it for a shard: it looks at whole runs.
CREATE VIEW event AS
  SELECT run.shard, run.first_position + line.number - 1 AS position, line.data::json ->> 'sku' AS sku,
         line.data::json ->> 'type' AS type, (line.data::json ->> 'version')::int AS version, line.data,
         run.unit_id, line.data::json ->> 'correlationId' AS correlation_id, run.at
  FROM event_run run
  CROSS JOIN LATERAL string_to_table(run.data, E'\n') WITH ORDINALITY AS line (data, number);

CREATE FUNCTION insert_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO event_run (shard, last_position, first_position, unit_id, at, data)
    VALUES (NEW.shard, NEW.position, NEW.position, NEW.unit_id, NEW.at, NEW.data);
  RETURN NEW;
END $$;
CREATE TRIGGER event_insert INSTEAD OF INSERT ON event FOR EACH ROW EXECUTE FUNCTION insert_event();
