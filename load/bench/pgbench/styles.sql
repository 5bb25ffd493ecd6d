-- A product's styles by the usual statement: one query a request, and the server builds the JSON.
\set product random(:first, :last)
SELECT json_build_object('product_id', (:product)::text, 'results', coalesce(json_agg(json_build_object(
    'style_id', s.style_id, 'name', s.name, 'original_price', (s.original_price / 100.0)::numeric(14, 2)::text,
    'sale_price', (s.sale_price / 100.0)::numeric(14, 2)::text, 'default?', s.is_default,
    'photos', (
        SELECT coalesce(json_agg(json_build_object('thumbnail_url', p.thumbnail_url, 'url', p.url) ORDER BY p.photo_id), '[]')
        FROM style_photos p WHERE p.product_id = s.product_id AND p.style_id = s.style_id
    ),
    'skus', (
        SELECT coalesce(json_object_agg(k.sku_id, json_build_object('quantity', k.quantity, 'size', k.size) ORDER BY k.sku_id), '{}')
        FROM skus k WHERE k.product_id = s.product_id AND k.style_id = s.style_id
    )
) ORDER BY s.style_id), '[]'))
FROM styles s WHERE s.product_id = :product;
