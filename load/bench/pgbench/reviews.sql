-- A page of reviews by the usual statement: one query a request, and the server builds the JSON.
\set product random(:first, :last)
SELECT json_build_object('product', (:product)::text, 'page', 0, 'count', 5, 'results', coalesce(json_agg(page.review), '[]'))
FROM (
    SELECT json_build_object(
        'review_id', r.review_id, 'rating', r.rating, 'summary', r.summary, 'recommend', r.recommend,
        'response', r.response, 'body', r.body, 'date', r.written_at, 'reviewer_name', r.name, 'helpfulness', r.helpful,
        'photos', (
            SELECT coalesce(json_agg(json_build_object('id', p.photo_id, 'url', p.url) ORDER BY p.photo_id), '[]')
            FROM review_photos p WHERE p.product_id = r.product_id AND p.review_id = r.review_id
        )
    ) AS review
    FROM reviews r
    WHERE r.product_id = :product AND r.state = 0
    ORDER BY r.helpful DESC, r.review_id
    LIMIT 5
) page;
