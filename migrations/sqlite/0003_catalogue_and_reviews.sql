-- The catalogue and the reviews. Places are as in 0001, one after the other in every table. Columns that lists
-- need come first.

-- The catalogue: only an import changes it.

CREATE TABLE products (
    place         INTEGER PRIMARY KEY, -- the product's number * 2^24
    default_price INTEGER NOT NULL,    -- all prices are in hundredths
    name          TEXT NOT NULL,
    slogan        TEXT NOT NULL,
    description   TEXT NOT NULL,
    category      TEXT NOT NULL
);

CREATE TABLE styles (
    place          INTEGER PRIMARY KEY,
    style_id       INTEGER NOT NULL,
    original_price INTEGER NOT NULL,
    sale_price     INTEGER, -- none when it is not on sale
    is_default     INTEGER NOT NULL,
    name           TEXT NOT NULL
);

CREATE TABLE features (
    place      INTEGER PRIMARY KEY,
    feature_id INTEGER NOT NULL,
    feature    TEXT NOT NULL,
    value      TEXT
);

CREATE TABLE style_photos (
    place         INTEGER PRIMARY KEY,
    photo_id      INTEGER NOT NULL,
    style_id      INTEGER NOT NULL,
    url           TEXT NOT NULL,
    thumbnail_url TEXT NOT NULL
);

CREATE TABLE skus (
    place    INTEGER PRIMARY KEY,
    sku_id   INTEGER NOT NULL,
    style_id INTEGER NOT NULL,
    quantity INTEGER NOT NULL,
    size     TEXT NOT NULL
);

CREATE TABLE related_products (
    place              INTEGER PRIMARY KEY, -- ascends with the rows of the file
    relation_id        INTEGER NOT NULL,
    related_product_id INTEGER NOT NULL,
    is_shown           INTEGER NOT NULL -- it is in the catalogue, another product, and in no earlier row
);

-- The reviews. state: 0 published, 1 pending, 2 rejected, 3 hidden.

CREATE TABLE reviews (
    place      INTEGER PRIMARY KEY,
    review_id  INTEGER NOT NULL UNIQUE,
    written_at INTEGER NOT NULL, -- milliseconds since 1970, UTC
    rating     INTEGER NOT NULL,
    recommend  INTEGER NOT NULL,
    state      INTEGER NOT NULL, -- when the row was added; see review_marks
    helpful    INTEGER NOT NULL, -- when the row was added; see review_marks
    summary    TEXT NOT NULL,
    body       TEXT NOT NULL,
    name       TEXT NOT NULL,
    response   TEXT,             -- of the shop
    email      TEXT NOT NULL
);

-- The present state and votes of reviews that were voted for or reported since they were added. They take
-- precedence over the row's own.
CREATE TABLE review_marks (
    place     INTEGER PRIMARY KEY,
    helpful   INTEGER NOT NULL,
    withdrawn INTEGER NOT NULL, -- votes that were taken back; shown is helpful - withdrawn
    state     INTEGER NOT NULL,
    revision  INTEGER NOT NULL  -- grows with every change of state; 0 when the row was added
);

CREATE TABLE review_photos (
    place     INTEGER PRIMARY KEY,
    photo_id  INTEGER NOT NULL,
    review_id INTEGER NOT NULL,
    url       TEXT NOT NULL
);

CREATE TABLE characteristics (
    place             INTEGER PRIMARY KEY,
    characteristic_id INTEGER NOT NULL,
    name              TEXT NOT NULL
);

CREATE TABLE characteristic_ratings (
    place             INTEGER PRIMARY KEY,
    rating_id         INTEGER NOT NULL,
    characteristic_id INTEGER NOT NULL,
    review_id         INTEGER NOT NULL,
    stars             INTEGER NOT NULL
);

-- What published reviews gave to a characteristic. Every write keeps it up, and `atelier check` adds up again.
CREATE TABLE characteristic_sums (
    place             INTEGER PRIMARY KEY,
    characteristic_id INTEGER NOT NULL,
    stars             INTEGER NOT NULL,
    ratings           INTEGER NOT NULL
);

-- When a set was imported.
CREATE TABLE imports (
    set_name    TEXT PRIMARY KEY,
    imported_at INTEGER NOT NULL
) WITHOUT ROWID;

INSERT INTO last_ids (kind, id) VALUES ('review', 0), ('review_photo', 0), ('rating', 0);

ALTER TABLE submissions ADD COLUMN review_id INTEGER;

CREATE VIEW all_reviews AS
SELECT coalesce(f.product_id, r.place >> 24) AS product_id, r.review_id, r.rating, r.summary, r.body,
       strftime('%Y-%m-%dT%H:%M:%fZ', r.written_at / 1000.0, 'unixepoch') AS written_at, r.recommend, r.name, r.email,
       r.response, coalesce(m.state, r.state) AS state, coalesce(m.helpful - m.withdrawn, r.helpful) AS helpful
FROM reviews r
LEFT JOIN review_marks m ON m.place = r.place
LEFT JOIN far_products f ON f.product_number = r.place >> 24;
