-- A vote on a review as one transaction.
\set review random(1, :reviews)
UPDATE reviews SET helpful = helpful + 1 WHERE review_id = :review;
