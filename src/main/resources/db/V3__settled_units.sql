-- Units of work of which it was said that they were not committed: they never will be, even if they
-- hung in the network with all that they have to say. A few rows, of a day.
CREATE TABLE settled_unit (
  unit_id text        COLLATE "C" NOT NULL CONSTRAINT settled_unit_key PRIMARY KEY,
  at      timestamptz NOT NULL DEFAULT now()
);

-- As lock_shards(wanted, expected), for a unit that is sent in one piece with its COMMIT.
CREATE FUNCTION lock_shards(wanted int[], expected bigint[], unit text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM lock_shards(wanted, expected);
  -- Looked for once the locks are held: whoever settles a unit holds them too.
  IF EXISTS (SELECT FROM settled_unit s WHERE s.unit_id = unit) THEN
    RAISE EXCEPTION 'unit % was settled as not committed', unit USING ERRCODE = 'AL003';
  END IF;
END $$;
