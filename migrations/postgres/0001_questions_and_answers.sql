-- A product's rows are neighbours: every primary key leads with `product_id`, and rows arrive in
-- its order. Votes and reports change only columns without an index, on pages with room to spare,
-- so that they touch no index at all (heap-only updates). Only built-in types; no triggers, no
-- functions; and no unique index without `product_id`, so the tables can be partitioned or sharded
-- by it. That an id is there once is seen to by the sequences below, by imports, and by `atelier
-- check`.

CREATE TABLE questions (
    product_id  bigint      NOT NULL,
    question_id bigint      NOT NULL,
    written_at  timestamptz NOT NULL,
    helpful     bigint      NOT NULL DEFAULT 0 CHECK (helpful BETWEEN 0 AND 4294967295),
    reported    boolean     NOT NULL DEFAULT false,
    body        text        NOT NULL,
    name        text        NOT NULL,
    email       text        NOT NULL,
    CONSTRAINT questions_pkey PRIMARY KEY (product_id, question_id)
) WITH (fillfactor = 90);

-- The routes that name only a question or only an answer find it here.
CREATE INDEX questions_question_id ON questions (question_id);

CREATE TABLE answers (
    product_id  bigint      NOT NULL,
    answer_id   bigint      NOT NULL,
    question_id bigint      NOT NULL,
    written_at  timestamptz NOT NULL,
    helpful     bigint      NOT NULL DEFAULT 0 CHECK (helpful BETWEEN 0 AND 4294967295),
    reported    boolean     NOT NULL DEFAULT false,
    body        text        NOT NULL,
    name        text        NOT NULL,
    email       text        NOT NULL,
    CONSTRAINT answers_pkey PRIMARY KEY (product_id, answer_id),
    CONSTRAINT answers_question FOREIGN KEY (product_id, question_id) REFERENCES questions
) WITH (fillfactor = 90);

CREATE INDEX answers_answer_id ON answers (answer_id);

CREATE TABLE photos (
    product_id bigint NOT NULL,
    photo_id   bigint NOT NULL,
    answer_id  bigint NOT NULL,
    url        text   NOT NULL,
    CONSTRAINT photos_pkey PRIMARY KEY (product_id, photo_id),
    CONSTRAINT photos_answer FOREIGN KEY (product_id, answer_id) REFERENCES answers
);

-- Where new ids come from. They never fall, also when rows are replaced; an import raises them
-- above its own.
CREATE SEQUENCE question_ids MAXVALUE 9007199254740991;
CREATE SEQUENCE answer_ids MAXVALUE 9007199254740991;
CREATE SEQUENCE photo_ids MAXVALUE 9007199254740991;
