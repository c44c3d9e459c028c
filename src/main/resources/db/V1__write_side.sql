-- The write side: what is promised, the log of facts, and how far followers have got.
-- Ids are compared exactly, byte by byte: COLLATE "C". Every table but batch_ref leads its key with
-- the shard, so that it can be partitioned or moved by shard.

-- Names this database in Pulsar's producer names: a recreated database must not be taken for the old.
CREATE TABLE installation (
  only_row boolean NOT NULL DEFAULT true CONSTRAINT installation_key PRIMARY KEY
                                         CONSTRAINT installation_is_one CHECK (only_row),
  id       uuid    NOT NULL DEFAULT gen_random_uuid()
);
INSERT INTO installation DEFAULT VALUES;

-- The number of rows is the number of shards, for good. Updated by every unit of work: room for HOT.
CREATE TABLE shard (
  shard    int    NOT NULL CONSTRAINT shard_key PRIMARY KEY,
  position bigint NOT NULL DEFAULT 0 CONSTRAINT shard_position_counts CHECK (position >= 0)
) WITH (fillfactor = 20);
INSERT INTO shard (shard) SELECT generate_series(0, ${shards} - 1);

-- The directory of all batches: refs are unique across shards, and a ref leads to its shard.
CREATE TABLE batch_ref (
  ref text COLLATE "C" NOT NULL CONSTRAINT batch_ref_key PRIMARY KEY,
  sku text COLLATE "C" NOT NULL
);

CREATE TABLE batch (
  shard            int    NOT NULL,
  sku              text   COLLATE "C" NOT NULL,
  ref              text   COLLATE "C" NOT NULL,
  purchased        int    NOT NULL,
  allocated        int    NOT NULL,
  eta              date,
  created_quantity int    NOT NULL,
  created_eta      date,
  position         bigint NOT NULL,
  CONSTRAINT batch_key PRIMARY KEY (shard, sku, ref),
  -- The last word on overselling, whatever the code above it does.
  CONSTRAINT batch_is_not_oversold CHECK (allocated BETWEEN 0 AND purchased)
) WITH (fillfactor = 70);

-- What is allocated now. position is the line's age; it survives a move to another batch.
CREATE TABLE order_line (
  shard     int    NOT NULL,
  order_id  text   COLLATE "C" NOT NULL,
  sku       text   COLLATE "C" NOT NULL,
  quantity  int    NOT NULL CONSTRAINT order_line_quantity_counts CHECK (quantity > 0),
  batch_ref text   COLLATE "C" NOT NULL,
  position  bigint NOT NULL,
  CONSTRAINT order_line_key PRIMARY KEY (shard, order_id, sku)
);
-- A cut takes a batch's lines newest first.
CREATE INDEX order_line_by_batch ON order_line (shard, batch_ref, position);

-- SKUs whose shortage was told and whose stock has not risen since.
CREATE TABLE shortage (
  shard int  NOT NULL,
  sku   text COLLATE "C" NOT NULL,
  CONSTRAINT shortage_key PRIMARY KEY (shard, sku)
);

-- Answers of commands that have no key of their own, written with their effect.
CREATE TABLE command_answer (
  shard       int         NOT NULL,
  scope       text        COLLATE "C" NOT NULL,
  id          text        COLLATE "C" NOT NULL,
  fingerprint text        NOT NULL,
  outcome     text        NOT NULL,
  unit_id     text        NOT NULL,
  at          timestamptz NOT NULL,
  CONSTRAINT command_answer_key PRIMARY KEY (shard, scope, id)
);
CREATE INDEX command_answer_by_age ON command_answer USING brin (at);

-- Every fact, for good. Gapless per shard, and visible in order: the shard row is locked till commit.
-- data is the JSON that goes to Pulsar, byte for byte.
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
);

-- How far each follower has got; moved by compare-and-set.
CREATE TABLE follower (
  name     text   COLLATE "C" NOT NULL,
  shard    int    NOT NULL,
  position bigint NOT NULL,
  CONSTRAINT follower_key PRIMARY KEY (name, shard)
) WITH (fillfactor = 20);

-- Locks the shards in order and compares where they are with what the writer decided on. FOR UPDATE
-- waits for another writer and then sees what it left, which a WHERE position = … would not.
CREATE FUNCTION lock_shards(wanted int[], expected bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  found_positions bigint[];
BEGIN
  SELECT array_agg(locked.position ORDER BY locked.shard) INTO found_positions
    FROM (SELECT s.shard, s.position FROM shard s WHERE s.shard = ANY (wanted)
          ORDER BY s.shard FOR UPDATE) locked;
  IF found_positions IS DISTINCT FROM expected THEN
    RAISE EXCEPTION 'shards % are at %, not at %', wanted, found_positions, expected
      USING ERRCODE = 'AL001';
  END IF;
END $$;

-- Ends a unit of work whose statement met other rows than it was decided on.
CREATE FUNCTION expect_rows(statement text, expected bigint, met bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  IF met <> expected THEN
    RAISE EXCEPTION '% met % rows, not %', statement, met, expected USING ERRCODE = 'AL002';
  END IF;
END $$;
