-- A new review as one transaction.
\set product random(1, :last)
INSERT INTO reviews (product_id, review_id, written_at, rating, recommend, summary, body, name, email)
VALUES (:product, nextval('review_ids'), now(), 4, true, 'As the picture shows', 'It came in two days and does what it says.', 'Ada L.', 'ada@example.com')
RETURNING review_id;
