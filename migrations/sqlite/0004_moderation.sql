-- Moderation. These tables have the same columns in both stores: only integers, texts and blobs,
-- and times in milliseconds since 1970. kind: 0 question, 1 answer, 2 review. state: 0 published,
-- 1 pending, 2 rejected, 3 hidden.

-- Votes that were taken back; shown is helpful - withdrawn. Both only grow.
ALTER TABLE marks ADD COLUMN withdrawn INTEGER NOT NULL DEFAULT 0;

DROP VIEW all_questions;
DROP VIEW all_answers;

CREATE VIEW all_questions AS
SELECT coalesce(f.product_id, q.place >> 24) AS product_id, q.question_id, q.body,
       strftime('%Y-%m-%dT%H:%M:%fZ', q.written_at / 1000.0, 'unixepoch') AS written_at, q.name, q.email,
       coalesce(m.reported, q.reported) AS reported, coalesce(m.helpful - m.withdrawn, q.helpful) AS helpful
FROM questions q
LEFT JOIN marks m ON m.place = q.place
LEFT JOIN far_products f ON f.product_number = q.place >> 24;

CREATE VIEW all_answers AS
SELECT coalesce(f.product_id, a.place >> 24) AS product_id, a.question_id, a.answer_id, a.body,
       strftime('%Y-%m-%dT%H:%M:%fZ', a.written_at / 1000.0, 'unixepoch') AS written_at, a.name, a.email,
       coalesce(m.reported, a.reported) AS reported, coalesce(m.helpful - m.withdrawn, a.helpful) AS helpful
FROM answers a
LEFT JOIN marks m ON m.place = a.place
LEFT JOIN far_products f ON f.product_number = a.place >> 24;

-- What moderation knows of a row: one that waits, was decided about, reported, or came with an
-- identity. The row itself says whether it is public; where that contradicts, the row is right.
CREATE TABLE moderation_items (
    product_id        INTEGER NOT NULL,
    kind              INTEGER NOT NULL,
    row_id            INTEGER NOT NULL,
    state             INTEGER NOT NULL,
    revision          INTEGER NOT NULL, -- grows with every change of state
    -- 0 reported and public, 1 appealed, 2 pending, 3 hidden by reports alone; none when it waits
    -- for nothing
    class             INTEGER,
    since             INTEGER NOT NULL, -- when it began to wait; otherwise its last change
    reports           INTEGER NOT NULL, -- since the last decision of a person
    -- a person approved it: the next hiding takes three times as many reports
    is_approved       INTEGER NOT NULL,
    findings          TEXT NOT NULL,    -- JSON: what rules noticed
    author            BLOB,             -- keyed digest
    is_identified     INTEGER NOT NULL,
    role              INTEGER NOT NULL, -- 0 shopper, 1 seller, 2 expert
    is_verified_buyer INTEGER NOT NULL,
    client            BLOB,             -- keyed digest
    text_digest       BLOB,
    posted_at         INTEGER,
    claimed_kind      TEXT,
    claimed_by        TEXT,
    claimed_until     INTEGER,
    decision_id       INTEGER,          -- the last one
    featured_at       INTEGER,
    erased_at         INTEGER,
    PRIMARY KEY (row_id, kind)
) WITHOUT ROWID;

CREATE INDEX moderation_items_by_class ON moderation_items (class, since, kind, row_id) WHERE class IS NOT NULL;
CREATE INDEX moderation_items_by_age ON moderation_items (since, kind, row_id) WHERE class IS NOT NULL;
CREATE INDEX moderation_items_by_state ON moderation_items (state, since, kind, row_id);
CREATE INDEX moderation_items_by_author ON moderation_items (author, posted_at) WHERE author IS NOT NULL;
CREATE INDEX moderation_items_by_text ON moderation_items (text_digest, posted_at) WHERE text_digest IS NOT NULL;
CREATE INDEX moderation_items_by_client ON moderation_items (client, posted_at) WHERE client IS NOT NULL;
CREATE INDEX moderation_items_by_product ON moderation_items (product_id);
CREATE INDEX moderation_items_to_erase ON moderation_items (since) WHERE state = 2 AND erased_at IS NULL;

-- Every decision. Rows are never changed, but for notes that are erased.
CREATE TABLE decisions (
    decision_id  INTEGER PRIMARY KEY AUTOINCREMENT,
    at           INTEGER NOT NULL,
    product_id   INTEGER NOT NULL,
    kind         INTEGER NOT NULL,
    row_id       INTEGER NOT NULL,
    actor_kind   TEXT NOT NULL, -- system, key, person
    actor        TEXT,
    from_state   INTEGER NOT NULL,
    to_state     INTEGER NOT NULL,
    reason       TEXT NOT NULL,
    note         TEXT,
    legal_ground TEXT,
    undoes       INTEGER,
    revision     INTEGER NOT NULL,
    request      BLOB, -- the digest of the request's Idempotency-Key
    -- What was kept of the row before, so that this comes back when the decision is taken back: its
    -- class, since, reports, is_approved and decision_id; and how many reports went on to count.
    was_class    INTEGER,
    was_since    INTEGER NOT NULL,
    was_reports  INTEGER NOT NULL,
    was_approved INTEGER NOT NULL,
    was_decision INTEGER,
    left_reports INTEGER NOT NULL
);

CREATE INDEX decisions_by_row ON decisions (row_id, kind, decision_id);
CREATE INDEX decisions_by_request ON decisions (request) WHERE request IS NOT NULL;

CREATE TABLE reports (
    report_id     INTEGER PRIMARY KEY,
    product_id    INTEGER NOT NULL,
    kind          INTEGER NOT NULL,
    row_id        INTEGER NOT NULL,
    at            INTEGER NOT NULL,
    reporter      BLOB,             -- keyed digest
    -- the digest is of a client's address and is forgotten after a while
    is_of_address INTEGER NOT NULL,
    reason        TEXT,
    note          TEXT
);

CREATE INDEX reports_by_row ON reports (row_id, kind, report_id);
CREATE INDEX reports_of_addresses ON reports (at) WHERE is_of_address = 1 AND reporter IS NOT NULL;

CREATE TABLE appeals (
    decision_id INTEGER PRIMARY KEY,
    product_id  INTEGER NOT NULL,
    kind        INTEGER NOT NULL,
    row_id      INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    note        TEXT NOT NULL
);

-- Votes of identified shoppers that were not taken back.
CREATE TABLE identified_votes (
    product_id INTEGER NOT NULL,
    kind       INTEGER NOT NULL,
    row_id     INTEGER NOT NULL,
    voter      BLOB NOT NULL, -- keyed digest
    PRIMARY KEY (product_id, row_id, kind, voter)
) WITHOUT ROWID;

CREATE TABLE api_keys (
    key_id     INTEGER PRIMARY KEY,
    name       TEXT NOT NULL,
    digest     BLOB NOT NULL UNIQUE, -- SHA-256 of the key
    scopes     TEXT NOT NULL,        -- separated by commas
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER
);

-- A name belongs to one key at a time; that of an expired key is free once it is revoked.
CREATE UNIQUE INDEX api_keys_in_force ON api_keys (name) WHERE revoked_at IS NULL;

CREATE TABLE word_lists (
    name     TEXT PRIMARY KEY,
    entries  TEXT NOT NULL,
    revision INTEGER NOT NULL
);

-- What digests are keyed with.
CREATE TABLE digest_secrets (
    name   TEXT PRIMARY KEY,
    secret BLOB NOT NULL
);
