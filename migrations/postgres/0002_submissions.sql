-- How a question or answer is recognized that is sent again: one row for each that was added, until
-- it expires. It holds no text and no address, only digests of 128 bits.
CREATE TABLE submissions (
    expires_at  timestamptz NOT NULL,
    question_id bigint, -- what it came to, one or the other
    answer_id   bigint,
    digest      uuid NOT NULL CONSTRAINT submissions_pkey PRIMARY KEY, -- of the client's key or, without one, of the content
    content     uuid -- the digest of what came under a key
);
