-- A new answer as one transaction.
\set question random(1, :questions)
INSERT INTO answers (product_id, answer_id, question_id, written_at, body, name, email)
SELECT product_id, nextval('answer_ids'), question_id, now(), 'It does, but for the batteries, which one has to buy.', 'Ada L.', 'ada@example.com'
FROM questions WHERE question_id = :question
RETURNING answer_id;
