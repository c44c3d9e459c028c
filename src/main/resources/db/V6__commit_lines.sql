-- Rows of batches change all the time: more room for HOT, so that a page is tidied up less often.
ALTER TABLE batch SET (fillfactor = 50);

-- A unit of work of nothing but new lines, in one statement: it is written whole or not at all. Raises
-- AL001 when a shard is not where the writer thought, AL002 when a batch is not there, AL003 when the
-- unit was settled as not committed; order_line_key tells a line that is there already.
CREATE FUNCTION commit_lines(
  unit text, unit_at timestamptz,
  shards int[], expected bigint[], moved bigint[],
  batch_shards int[], batch_skus text[], batch_refs text[], allocated_by int[],
  line_shards int[], order_ids text[], skus text[], quantities int[], refs text[], positions bigint[],
  run_shards int[], firsts bigint[], lasts bigint[], runs text[]
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  changed bigint;
BEGIN
  -- One by one, in their order: it is the order in which everyone locks them.
  FOR i IN 1 .. cardinality(shards) LOOP
    UPDATE shard s SET position = moved[i] WHERE s.shard = shards[i] AND s.position = expected[i];
    IF NOT FOUND THEN
      RAISE EXCEPTION 'shard % is not at %', shards[i], expected[i] USING ERRCODE = 'AL001';
    END IF;
  END LOOP;
  -- Looked for once the locks are held: whoever settles a unit holds them too.
  IF EXISTS (SELECT FROM settled_unit s WHERE s.unit_id = unit) THEN
    RAISE EXCEPTION 'unit % was settled as not committed', unit USING ERRCODE = 'AL003';
  END IF;

  UPDATE batch b SET allocated = b.allocated + change.allocated_by
    FROM unnest(batch_shards, batch_skus, batch_refs, commit_lines.allocated_by)
      AS change (shard, sku, ref, allocated_by)
    WHERE b.shard = change.shard AND b.sku = change.sku COLLATE "C" AND b.ref = change.ref COLLATE "C";
  GET DIAGNOSTICS changed = ROW_COUNT;
  PERFORM expect_rows('change of batches', cardinality(batch_refs), changed)
    WHERE changed <> cardinality(batch_refs);

  INSERT INTO order_line (shard, order_id, sku, quantity, batch_ref, position)
    SELECT * FROM unnest(line_shards, order_ids, skus, quantities, refs, positions);

  INSERT INTO event_run (shard, last_position, first_position, unit_id, at, data)
    SELECT run.shard, run.last, run.first, unit, unit_at, run.data
    FROM unnest(run_shards, firsts, lasts, runs) AS run (shard, first, last, data);
END $$;
