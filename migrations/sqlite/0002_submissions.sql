-- How a question or answer is recognized that is sent again: one row for each that was added, until it expires. It holds
-- no text and no address, only digests. Numbers ascend, so that new rows are neighbours; where a digest is, the
-- writing process knows.
CREATE TABLE submissions (
    number      INTEGER PRIMARY KEY,
    expires_at  INTEGER NOT NULL, -- milliseconds since 1970, UTC
    question_id INTEGER,          -- what it came to, one or the other
    answer_id   INTEGER,
    digest      BLOB NOT NULL,    -- of the client's key or, where it gave none, of the content
    content     BLOB              -- the digest of what came under a key
);
