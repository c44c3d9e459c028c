-- A unit may be sent behind another one that has no answer yet, in the same session: it is written only if that one was.
-- Where it was not, the positions alone would not tell: somebody else may have moved the shards just as far. Same errors as
-- before, and AL001 for that. The function of 19 parameters stays for services of the version before.
CREATE OR REPLACE FUNCTION commit_lines(
  unit text, behind text, unit_at timestamptz,
  shards int[], expected bigint[], moved bigint[],
  batch_shards int[], batch_skus text[], batch_refs text[], allocated_by int[],
  line_shards int[], order_ids text[], skus text[], quantities int[], refs text[], positions bigint[],
  run_shards int[], firsts bigint[], lasts bigint[], runs text[]
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  changed bigint;
BEGIN
  IF behind IS NOT NULL AND behind IS DISTINCT FROM current_setting('allocation.unit', true) THEN
    RAISE EXCEPTION 'unit %, behind which % was sent, is not written', behind, unit USING ERRCODE = 'AL001';
  END IF;

  -- They are given in their order, which is the order in which everyone locks them; by the table's key it is the same.
  UPDATE shard s SET position = move.moved
    FROM unnest(commit_lines.shards, commit_lines.expected, commit_lines.moved)
      AS move (shard, expected, moved)
    WHERE s.shard = move.shard AND s.position = move.expected;
  GET DIAGNOSTICS changed = ROW_COUNT;
  IF changed <> cardinality(commit_lines.shards) THEN
    RAISE EXCEPTION 'not every shard of % is at its position of %', shards, expected
      USING ERRCODE = 'AL001';
  END IF;

  -- A settled unit changes nothing. Looked for once the locks are held: whoever settles a unit holds them too.
  UPDATE batch b SET allocated = b.allocated + change.allocated_by
    FROM unnest(batch_shards, batch_skus, batch_refs, commit_lines.allocated_by)
      AS change (shard, sku, ref, allocated_by)
    WHERE b.shard = change.shard AND b.sku = change.sku COLLATE "C" AND b.ref = change.ref COLLATE "C"
      AND NOT EXISTS (SELECT FROM settled_unit s WHERE s.unit_id = unit);
  GET DIAGNOSTICS changed = ROW_COUNT;
  IF changed = 0 OR changed <> cardinality(batch_refs) THEN
    IF EXISTS (SELECT FROM settled_unit s WHERE s.unit_id = unit) THEN
      RAISE EXCEPTION 'unit % was settled as not committed', unit USING ERRCODE = 'AL003';
    END IF;
    PERFORM expect_rows('change of batches', cardinality(batch_refs), changed);
  END IF;

  INSERT INTO order_line (shard, order_id, sku, quantity, batch_ref, position)
    SELECT * FROM unnest(line_shards, order_ids, skus, quantities, refs, positions);

  INSERT INTO event_run (shard, last_position, first_position, unit_id, at, data)
    SELECT run.shard, run.last, run.first, unit, unit_at, run.data
    FROM unnest(run_shards, firsts, lasts, runs) AS run (shard, first, last, data);

  -- Undone with all the rest if this is not written after all.
  PERFORM set_config('allocation.unit', unit, false);
END $$;
