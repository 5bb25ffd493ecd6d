-- A product by the usual statement: one query a request, and the server builds the JSON.
\set product random(:first, :last)
SELECT json_build_object(
    'id', p.product_id, 'name', p.name, 'slogan', p.slogan, 'description', p.description, 'category', p.category,
    'default_price', (p.default_price / 100.0)::numeric(14, 2)::text,
    'features', (
        SELECT coalesce(json_agg(json_build_object('feature', f.feature, 'value', f.value) ORDER BY f.feature_id), '[]')
        FROM features f WHERE f.product_id = p.product_id
    )
)
FROM products p WHERE p.product_id = :product;
