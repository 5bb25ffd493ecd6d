-- The statement that inserts answers looks for their questions itself. A foreign key does so for
-- one row at a time, and locks the question, which rewrites its page in the write-ahead log: that
-- cost more than the answer itself. No question is ever deleted, imports check all rows, and so
-- does `atelier check`.
ALTER TABLE answers DROP CONSTRAINT IF EXISTS answers_question;
