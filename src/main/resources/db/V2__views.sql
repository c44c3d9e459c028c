-- The read side: what the storefront asks for, followed from the log by the follower "views". It
-- lives in a schema of its own, so that a rebuild can fill a second one and swap the two by name.
-- One function makes both, so that they cannot differ.
CREATE FUNCTION make_views(name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format($views$
    CREATE SCHEMA %I

    -- What is allocated now. The arrival is its batch's, joined when asked for.
    CREATE TABLE order_view (
      order_id  text   COLLATE "C" NOT NULL,
      sku       text   COLLATE "C" NOT NULL,
      quantity  int    NOT NULL CONSTRAINT order_view_quantity_counts CHECK (quantity > 0),
      batch_ref text   COLLATE "C" NOT NULL,
      position  bigint NOT NULL,
      shard     int    NOT NULL,
      CONSTRAINT order_view_key PRIMARY KEY (order_id, sku)
    )

    CREATE TABLE batch_view (
      ref       text COLLATE "C" NOT NULL,
      sku       text COLLATE "C" NOT NULL,
      shard     int  NOT NULL,
      purchased int  NOT NULL,
      allocated int  NOT NULL,
      eta       date,
      CONSTRAINT batch_view_key PRIMARY KEY (ref),
      CONSTRAINT batch_view_is_not_oversold CHECK (allocated BETWEEN 0 AND purchased)
    ) WITH (fillfactor = 70)

    CREATE INDEX batch_view_by_sku ON batch_view (sku)

    -- The sums over a product's batches; in_stock is the part that is here, without an ETA.
    CREATE TABLE product_view (
      sku       text   COLLATE "C" NOT NULL,
      shard     int    NOT NULL,
      available bigint NOT NULL,
      in_stock  bigint NOT NULL,
      CONSTRAINT product_view_key PRIMARY KEY (sku),
      CONSTRAINT product_view_adds_up CHECK (in_stock BETWEEN 0 AND available)
    ) WITH (fillfactor = 70)
  $views$, name);
END $$;

SELECT make_views('views');
