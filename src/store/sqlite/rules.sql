-- Rules of the file that follow from no definition, each a statement that lists the rows that break
-- it, as one text each. Those that follow from definitions are made in `rules.rs`.

SELECT 'marks: place ' || m.place || ' has counters but no row' FROM marks m
WHERE NOT EXISTS (SELECT 1 FROM questions q WHERE q.place = m.place AND m.place % 2 = 0)
  AND NOT EXISTS (SELECT 1 FROM answers a WHERE a.place = m.place AND m.place % 2 = 1);

SELECT 'marks: place ' || place || ' has ' || withdrawn || ' votes that were taken back, of ' || helpful
FROM marks WHERE withdrawn > helpful;

-- The row is right, and moderation says so as well with the next decision.
SELECT 'moderation_items: question ' || i.row_id || ' has the state ' || i.state || ', but is '
    || CASE WHEN coalesce(m.reported, q.reported) = 0 THEN 'public' ELSE 'hidden' END
FROM moderation_items i JOIN questions q ON q.question_id = i.row_id LEFT JOIN marks m ON m.place = q.place
WHERE i.kind = 0 AND (i.state = 0) <> (coalesce(m.reported, q.reported) = 0);

SELECT 'moderation_items: answer ' || i.row_id || ' has the state ' || i.state || ', but is '
    || CASE WHEN coalesce(m.reported, a.reported) = 0 THEN 'public' ELSE 'hidden' END
FROM moderation_items i JOIN answers a ON a.answer_id = i.row_id LEFT JOIN marks m ON m.place = a.place
WHERE i.kind = 1 AND (i.state = 0) <> (coalesce(m.reported, a.reported) = 0);

SELECT 'moderation_items: review ' || i.row_id || ' has the state ' || i.state || ', but is '
    || CASE WHEN coalesce(m.state, r.state) = 0 THEN 'public' ELSE 'hidden' END
FROM moderation_items i JOIN reviews r ON r.review_id = i.row_id LEFT JOIN review_marks m ON m.place = r.place
WHERE i.kind = 2 AND (i.state = 0) <> (coalesce(m.state, r.state) = 0);

SELECT 'review_marks: place ' || m.place || ' has counters but no row' FROM review_marks m
WHERE NOT EXISTS (SELECT 1 FROM reviews r WHERE r.place = m.place);

SELECT 'review_marks: place ' || place || ' has ' || withdrawn || ' votes that were taken back, of ' || helpful
FROM review_marks WHERE withdrawn > helpful;

SELECT 'related_products: related product ' || r.relation_id || ' is shown, but ' || r.related_product_id
    || ' is not in the catalogue'
FROM related_products r WHERE r.is_shown <> 0 AND r.related_product_id < 274877906944
  AND NOT EXISTS (SELECT 1 FROM products p WHERE p.place = r.related_product_id << 24);

SELECT 'submissions: number ' || s.number || ' came to a row that is not there' FROM submissions s
WHERE NOT EXISTS (SELECT 1 FROM questions q WHERE q.question_id = s.question_id)
  AND NOT EXISTS (SELECT 1 FROM answers a WHERE a.answer_id = s.answer_id)
  AND NOT EXISTS (SELECT 1 FROM reviews r WHERE r.review_id = s.review_id);

-- The largest id is 2^53 - 1; a million less is suspicious as well. Numbers come before texts
-- here.
SELECT 'last_ids: the last ' || kind || ' id is ' || id || ', few or no new ids can follow'
FROM last_ids WHERE id NOT BETWEEN 0 AND 9007199253740991;

-- The years 1 to 9999.
SELECT 'imports: the set ' || set_name || ' was imported at ' || imported_at || ', which is not a time'
FROM imports WHERE imported_at NOT BETWEEN -62135596800000 AND 253402300799999;
