-- The rules of the file, each a statement that lists the rows that break it, as one text each.

SELECT 'answers: answer ' || a.answer_id || ' names question ' || a.question_id || ', which is not there'
FROM answers a LEFT JOIN questions q ON q.question_id = a.question_id WHERE q.place IS NULL;

SELECT 'answers: answer ' || a.answer_id || ' is not in the product of its question ' || a.question_id
FROM answers a JOIN questions q ON q.question_id = a.question_id WHERE q.place >> 24 <> a.place >> 24;

SELECT 'photos: photo ' || p.photo_id || ' names answer ' || p.answer_id || ', which is not there'
FROM photos p LEFT JOIN answers a ON a.answer_id = p.answer_id WHERE a.place IS NULL;

SELECT 'photos: photo ' || p.photo_id || ' is not in the product of its answer ' || p.answer_id
FROM photos p JOIN answers a ON a.answer_id = p.answer_id WHERE a.place >> 24 <> p.place >> 24;

SELECT 'marks: place ' || m.place || ' has counters but no row' FROM marks m
WHERE NOT EXISTS (SELECT 1 FROM questions q WHERE q.place = m.place AND m.place % 2 = 0)
  AND NOT EXISTS (SELECT 1 FROM answers a WHERE a.place = m.place AND m.place % 2 = 1);

SELECT 'last_ids: the last ' || l.kind || ' id is ' || l.id || ', but there is one of ' || m.id
FROM last_ids l JOIN (
    SELECT 'question' AS kind, max(question_id) AS id FROM questions
    UNION ALL SELECT 'answer', max(answer_id) FROM answers
    UNION ALL SELECT 'photo', max(photo_id) FROM photos) m ON m.kind = l.kind
WHERE m.id > l.id;

SELECT 'last_ids: there is no last ' || k.kind || ' id'
FROM (SELECT 'question' AS kind UNION ALL SELECT 'answer' UNION ALL SELECT 'photo') k
LEFT JOIN last_ids l ON l.kind = k.kind WHERE l.id IS NULL;

SELECT 'questions: place ' || q.place || ' has a product number without a product'
FROM questions q LEFT JOIN far_products f ON f.product_number = q.place >> 24
WHERE q.place >= 274877906944 << 24 AND f.product_id IS NULL;

SELECT 'submissions: number ' || s.number || ' came to a row that is not there' FROM submissions s
WHERE NOT EXISTS (SELECT 1 FROM questions q WHERE q.question_id = s.question_id)
  AND NOT EXISTS (SELECT 1 FROM answers a WHERE a.answer_id = s.answer_id)
  AND NOT EXISTS (SELECT 1 FROM reviews r WHERE r.review_id = s.review_id);

SELECT 'questions: place ' || place || ' belongs to no product' FROM questions WHERE place < 1 << 24;

-- The largest id is 2^53 - 1; a million less is suspicious as well. Numbers come before texts
-- here.
SELECT 'last_ids: the last ' || kind || ' id is ' || id || ', few or no new ids can follow'
FROM last_ids WHERE id NOT BETWEEN 0 AND 9007199253740991;

SELECT 'photos: the id ' || photo_id || ' is there ' || count(*) || ' times'
FROM photos GROUP BY photo_id HAVING count(*) > 1;
