-- The tables that anyone would begin with, for SQLite's shell to fill.
CREATE TABLE questions (
    id INTEGER PRIMARY KEY, product_id INTEGER, body TEXT, date_written INTEGER, asker_name TEXT, asker_email TEXT,
    reported INTEGER, helpful INTEGER);
CREATE TABLE answers (
    id INTEGER PRIMARY KEY, question_id INTEGER, body TEXT, date_written INTEGER, answerer_name TEXT,
    answerer_email TEXT, reported INTEGER, helpful INTEGER);
CREATE TABLE photos (id INTEGER PRIMARY KEY, answer_id INTEGER, url TEXT);
BEGIN;
