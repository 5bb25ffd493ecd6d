-- The sums of a product's reviews by the usual statement: one query a request, and the server builds the JSON.
\set product random(:first, :last)
SELECT json_build_object(
    'product_id', (:product)::text,
    'ratings', (
        SELECT coalesce(json_object_agg(rating, number), '{}')
        FROM (SELECT rating, count(*)::text AS number FROM reviews WHERE product_id = :product AND state = 0 GROUP BY rating) r
    ),
    'recommended', (
        SELECT json_build_object('false', count(*) FILTER (WHERE NOT recommend)::text, 'true', count(*) FILTER (WHERE recommend)::text)
        FROM reviews WHERE product_id = :product AND state = 0
    ),
    'characteristics', (
        SELECT coalesce(json_object_agg(c.name, json_build_object(
            'id', c.characteristic_id, 'value', (s.stars::numeric / nullif(s.ratings, 0))::numeric(20, 16)::text
        ) ORDER BY c.characteristic_id), '{}')
        FROM characteristics c LEFT JOIN characteristic_sums s USING (product_id, characteristic_id)
        WHERE c.product_id = :product
    )
);
