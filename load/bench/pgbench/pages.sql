-- A page of questions by the usual statement: one query a request, and the server builds the JSON.
\set product random(:first, :last)
SELECT json_build_object('product_id', (:product)::text, 'results', coalesce(json_agg(page.question), '[]'))
FROM (
    SELECT json_build_object(
        'question_id', q.question_id, 'question_body', q.body, 'question_date', q.written_at, 'asker_name', q.name,
        'question_helpfulness', q.helpful, 'reported', q.reported,
        'answers', (
            SELECT coalesce(json_object_agg(a.answer_id, json_build_object(
                'id', a.answer_id, 'body', a.body, 'date', a.written_at, 'answerer_name', a.name,
                'helpfulness', a.helpful,
                'photos', (
                    SELECT coalesce(json_agg(p.url), '[]')
                    FROM photos p WHERE p.product_id = a.product_id AND p.answer_id = a.answer_id
                )
            ) ORDER BY a.helpful DESC, a.answer_id), '{}')
            FROM answers a
            WHERE a.product_id = q.product_id AND a.question_id = q.question_id AND NOT a.reported
        )
    ) AS question
    FROM questions q
    WHERE q.product_id = :product AND NOT q.reported
    ORDER BY q.helpful DESC, q.question_id
    LIMIT 5
) page;
