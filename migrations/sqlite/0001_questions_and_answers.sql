-- A product's rows are neighbours: `place` is the product's number * 2^24 + a position within the product,
-- even positions for questions, odd ones for answers. Columns that lists need come first.
-- For reading by hand, use the views at the end: they know the product's id and the present counters.

CREATE TABLE questions (
    place       INTEGER PRIMARY KEY,
    question_id INTEGER NOT NULL UNIQUE,
    written_at  INTEGER NOT NULL, -- milliseconds since 1970, UTC
    reported    INTEGER NOT NULL, -- when the row was added; see marks
    helpful     INTEGER NOT NULL, -- when the row was added; see marks
    body        TEXT NOT NULL,
    name        TEXT NOT NULL,
    email       TEXT NOT NULL
);

CREATE TABLE answers (
    place       INTEGER PRIMARY KEY,
    answer_id   INTEGER NOT NULL UNIQUE,
    question_id INTEGER NOT NULL,
    written_at  INTEGER NOT NULL,
    reported    INTEGER NOT NULL,
    helpful     INTEGER NOT NULL,
    body        TEXT NOT NULL,
    name        TEXT NOT NULL,
    email       TEXT NOT NULL
);

CREATE TABLE photos (
    place     INTEGER PRIMARY KEY, -- the product's number * 2^24 + a position among the product's photos
    photo_id  INTEGER NOT NULL,
    answer_id INTEGER NOT NULL,
    url       TEXT NOT NULL
);

-- The present counters of questions and answers that were voted for or reported since they were added. They
-- take precedence over the row's own. Apart from the text, so that a vote rewrites a dozen bytes.
CREATE TABLE marks (
    place    INTEGER PRIMARY KEY,
    helpful  INTEGER NOT NULL,
    reported INTEGER NOT NULL
);

-- A product's number is its id, but for ids of 2^38 and more, which get the numbers from 2^38 on.
CREATE TABLE far_products (
    product_number INTEGER PRIMARY KEY,
    product_id     INTEGER NOT NULL UNIQUE
);

-- The largest id ever given out or imported, of each kind. It never falls.
CREATE TABLE last_ids (
    kind TEXT PRIMARY KEY,
    id   INTEGER NOT NULL
) WITHOUT ROWID;

INSERT INTO last_ids (kind, id) VALUES ('question', 0), ('answer', 0), ('photo', 0);

CREATE VIEW all_questions AS
SELECT coalesce(f.product_id, q.place >> 24) AS product_id, q.question_id, q.body,
       strftime('%Y-%m-%dT%H:%M:%fZ', q.written_at / 1000.0, 'unixepoch') AS written_at, q.name, q.email,
       coalesce(m.reported, q.reported) AS reported, coalesce(m.helpful, q.helpful) AS helpful
FROM questions q
LEFT JOIN marks m ON m.place = q.place
LEFT JOIN far_products f ON f.product_number = q.place >> 24;

CREATE VIEW all_answers AS
SELECT coalesce(f.product_id, a.place >> 24) AS product_id, a.question_id, a.answer_id, a.body,
       strftime('%Y-%m-%dT%H:%M:%fZ', a.written_at / 1000.0, 'unixepoch') AS written_at, a.name, a.email,
       coalesce(m.reported, a.reported) AS reported, coalesce(m.helpful, a.helpful) AS helpful
FROM answers a
LEFT JOIN marks m ON m.place = a.place
LEFT JOIN far_products f ON f.product_number = a.place >> 24;

CREATE VIEW all_photos AS
SELECT coalesce(f.product_id, p.place >> 24) AS product_id, p.answer_id, p.photo_id, p.url
FROM photos p
LEFT JOIN far_products f ON f.product_number = p.place >> 24;
