-- A new question as one transaction.
\set product random(1, :last)
INSERT INTO questions (product_id, question_id, written_at, body, name, email)
VALUES (:product, nextval('question_ids'), now(), 'Does it come with everything that the picture shows?', 'Ada L.', 'ada@example.com')
RETURNING question_id;
