-- A vote as one transaction.
\set question random(1, :questions)
UPDATE questions SET helpful = helpful + 1 WHERE question_id = :question;
