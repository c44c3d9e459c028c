-- ANALYZE reads as many rows as the column with the most statistics asks for: 30,000, half a second of a processor for a
-- table of millions. What only grows is read again at every tenth more, and what comes of it decides nothing: the service's
-- sessions may not read a whole table (PgSession), and go by keys. A tenth of the rows is left for people's own questions.
CREATE FUNCTION sample_few_rows(of_table regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  name text;
BEGIN
  FOR name IN SELECT attname FROM pg_attribute
              WHERE attrelid = of_table AND attnum > 0 AND NOT attisdropped LOOP
    EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS 10', of_table, name);
  END LOOP;
END $$;

-- Their partitions with them.
SELECT sample_few_rows('order_line');
SELECT sample_few_rows('event_run');
SELECT sample_few_rows('views.order_view');
-- Of a rebuild that is under way.
SELECT sample_few_rows(next) FROM to_regclass('views_next.order_view') AS next WHERE next IS NOT NULL;

-- The same for views that are made from now on.
ALTER FUNCTION make_views(text) RENAME TO make_view_tables;
CREATE FUNCTION make_views(name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM make_view_tables(name);
  PERFORM sample_few_rows(format('%I.order_view', name)::regclass);
END $$;

-- The same for partitions that are made from now on; all else is as it was.
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
      PERFORM sample_few_rows(part::regclass);
      EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)',
                     'event_run_' || of_shard, part, n * positions_each + 1,
                     (n + 1) * positions_each + 1);
    END IF;
  END LOOP;
  RETURN ((up_to - 1) / positions_each + 1) * positions_each;
END $$;
