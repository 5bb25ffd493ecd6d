// The server that anyone would begin with: Express and pg, a statement a request, JSON built by PostgreSQL. scripts/bench
// measures it on the database that atelier fills. It is given what such servers are given in earnest: a process for each
// core, prepared statements, PostgreSQL's text sent on as it is, no entity tags. Validation, limits, rate limits and the
// contract's form of dates are deliberately absent. Takes PORT and libpq's variables (PGHOST, PGDATABASE, …).

import cluster from 'node:cluster';
import { availableParallelism } from 'node:os';
import express from 'express';
import pg from 'pg';

const QUESTIONS = `
  SELECT json_build_object('product_id', ($1::bigint)::text, 'results', coalesce(json_agg(page.question), '[]'))::text AS json
  FROM (
    SELECT json_build_object('question_id', q.question_id, 'question_body', q.body, 'question_date', q.written_at,
      'asker_name', q.name, 'question_helpfulness', q.helpful, 'reported', q.reported, 'answers', (
        SELECT coalesce(json_object_agg(a.answer_id, json_build_object('id', a.answer_id, 'body', a.body,
          'date', a.written_at, 'answerer_name', a.name, 'helpfulness', a.helpful, 'photos', (
            SELECT coalesce(json_agg(p.url), '[]')
            FROM photos p WHERE p.product_id = a.product_id AND p.answer_id = a.answer_id
          )) ORDER BY a.helpful DESC, a.answer_id), '{}')
        FROM answers a WHERE a.product_id = q.product_id AND a.question_id = q.question_id AND NOT a.reported
      )) AS question
    FROM questions q WHERE q.product_id = $1 AND NOT q.reported
    ORDER BY q.helpful DESC, q.question_id LIMIT $2 OFFSET $3
  ) page`;
const ANSWERS = `
  SELECT json_build_object('question', ($1::bigint)::text, 'page', $3::int / $2::int + 1, 'count', $2::int,
    'results', coalesce(json_agg(page.answer), '[]'))::text AS json
  FROM (
    SELECT json_build_object('answer_id', a.answer_id, 'body', a.body, 'date', a.written_at, 'answerer_name', a.name,
      'helpfulness', a.helpful, 'photos', (
        SELECT coalesce(json_agg(json_build_object('id', p.photo_id, 'url', p.url)), '[]')
        FROM photos p WHERE p.product_id = a.product_id AND p.answer_id = a.answer_id
      )) AS answer
    FROM answers a JOIN questions q USING (product_id, question_id)
    WHERE q.question_id = $1 AND NOT q.reported AND NOT a.reported
    ORDER BY a.helpful DESC, a.answer_id LIMIT $2 OFFSET $3
  ) page`;
const ASK = `
  INSERT INTO questions (product_id, question_id, written_at, body, name, email)
  VALUES ($1, nextval('question_ids'), now(), $2, $3, $4) RETURNING question_id`;
const ANSWER = `
  WITH answer AS (
    INSERT INTO answers (product_id, answer_id, question_id, written_at, body, name, email)
    SELECT product_id, nextval('answer_ids'), question_id, now(), $2, $3, $4 FROM questions WHERE question_id = $1
    RETURNING product_id, answer_id
  ), added AS (
    INSERT INTO photos (product_id, photo_id, answer_id, url)
    SELECT product_id, nextval('photo_ids'), answer_id, unnest($5::text[]) FROM answer
  )
  SELECT answer_id FROM answer`;

const PRODUCT = `
  SELECT json_build_object('id', p.product_id, 'name', p.name, 'slogan', p.slogan, 'description', p.description,
    'category', p.category, 'default_price', (p.default_price / 100.0)::numeric(14, 2)::text, 'features', (
      SELECT coalesce(json_agg(json_build_object('feature', f.feature, 'value', f.value) ORDER BY f.feature_id), '[]')
      FROM features f WHERE f.product_id = p.product_id
    ))::text AS json
  FROM products p WHERE p.product_id = $1`;
const STYLES = `
  SELECT json_build_object('product_id', ($1::bigint)::text, 'results', coalesce(json_agg(json_build_object(
    'style_id', s.style_id, 'name', s.name, 'original_price', (s.original_price / 100.0)::numeric(14, 2)::text,
    'sale_price', (s.sale_price / 100.0)::numeric(14, 2)::text, 'default?', s.is_default, 'photos', (
      SELECT coalesce(json_agg(json_build_object('thumbnail_url', p.thumbnail_url, 'url', p.url) ORDER BY p.photo_id), '[]')
      FROM style_photos p WHERE p.product_id = s.product_id AND p.style_id = s.style_id
    ), 'skus', (
      SELECT coalesce(json_object_agg(k.sku_id, json_build_object('quantity', k.quantity, 'size', k.size)), '{}')
      FROM skus k WHERE k.product_id = s.product_id AND k.style_id = s.style_id
    )) ORDER BY s.style_id), '[]'))::text AS json
  FROM styles s WHERE s.product_id = $1`;
const RELATED = `
  SELECT coalesce(json_agg(related_product_id ORDER BY position), '[]')::text AS json
  FROM related_products WHERE product_id = $1 AND is_shown`;
const REVIEWS = `
  SELECT json_build_object('product', ($1::bigint)::text, 'page', $3::int, 'count', $2::int,
    'results', coalesce(json_agg(page.review), '[]'))::text AS json
  FROM (
    SELECT json_build_object('review_id', r.review_id, 'rating', r.rating, 'summary', r.summary,
      'recommend', r.recommend, 'response', r.response, 'body', r.body, 'date', r.written_at,
      'reviewer_name', r.name, 'helpfulness', r.helpful, 'photos', (
        SELECT coalesce(json_agg(json_build_object('id', p.photo_id, 'url', p.url)), '[]')
        FROM review_photos p WHERE p.product_id = r.product_id AND p.review_id = r.review_id
      )) AS review
    FROM reviews r WHERE r.product_id = $1 AND r.state = 0
    ORDER BY r.helpful DESC, r.written_at DESC, r.review_id DESC LIMIT $2 OFFSET $3
  ) page`;
const SUMS = `
  SELECT json_build_object('product_id', ($1::bigint)::text, 'ratings', (
      SELECT coalesce(json_object_agg(rating, number), '{}') FROM (
        SELECT rating, count(*)::text AS number FROM reviews WHERE product_id = $1 AND state = 0 GROUP BY rating
      ) r
    ), 'recommended', (
      SELECT json_build_object('false', count(*) FILTER (WHERE NOT recommend)::text,
        'true', count(*) FILTER (WHERE recommend)::text)
      FROM reviews WHERE product_id = $1 AND state = 0
    ), 'characteristics', (
      SELECT coalesce(json_object_agg(c.name, json_build_object('id', c.characteristic_id,
        'value', (s.stars::numeric / nullif(s.ratings, 0))::numeric(20, 16)::text)), '{}')
      FROM characteristics c LEFT JOIN characteristic_sums s USING (product_id, characteristic_id)
      WHERE c.product_id = $1
    ))::text AS json`;

// Ids fit into a number.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);
const pool = new pg.Pool({ max: 16 });
const ask = (name, text, ...values) => pool.query({ name, text, values });
const page = ({ page = 1, count = 5 }) => [count, (page - 1) * count];

const app = express().disable('etag').disable('x-powered-by').use(express.json());
app.get('/qa/questions', async ({ query }, res) => {
  const { rows } = await ask('questions', QUESTIONS, query.product_id, ...page(query));
  res.type('json').send(rows[0].json);
});
const show = (path, statement) =>
  app.get(path, async ({ params }, res) => {
    const { rows } = await ask(path, statement, params.id);
    if (rows.length) res.type('json').send(rows[0].json);
    else res.status(404).end();
  });
show('/products/:id', PRODUCT);
show('/products/:id/styles', STYLES);
show('/products/:id/related', RELATED);
app.get('/reviews', async ({ query }, res) => {
  const { rows } = await ask('reviews', REVIEWS, query.product_id, ...page(query));
  res.type('json').send(rows[0].json);
});
app.get('/reviews/meta', async ({ query }, res) => {
  const { rows } = await ask('sums', SUMS, query.product_id);
  res.type('json').send(rows[0].json);
});
app.get('/qa/questions/:id/answers', async ({ params, query }, res) => {
  const { rows } = await ask('answers', ANSWERS, params.id, ...page(query));
  res.type('json').send(rows[0].json);
});
app.post('/qa/questions', async ({ body }, res) => {
  const { rows } = await ask('ask', ASK, body.product_id, body.body, body.name, body.email);
  res.status(201).json(rows[0]);
});
app.post('/qa/questions/:id/answers', async ({ params, body }, res) => {
  const { rows } = await ask('answer', ANSWER, params.id, body.body, body.name, body.email, body.photos ?? []);
  res.status(rows.length ? 201 : 404).json(rows[0]);
});
const change = (path, statement) =>
  app.put(path, async ({ params }, res) => {
    const { rowCount } = await ask(path, statement, params.id);
    res.status(rowCount ? 204 : 404).end();
  });
change('/qa/questions/:id/helpful', 'UPDATE questions SET helpful = helpful + 1 WHERE question_id = $1');
change('/qa/questions/:id/report', 'UPDATE questions SET reported = true WHERE question_id = $1');
change('/qa/answers/:id/helpful', 'UPDATE answers SET helpful = helpful + 1 WHERE answer_id = $1');
change('/qa/answers/:id/report', 'UPDATE answers SET reported = true WHERE answer_id = $1');

if (cluster.isPrimary) for (let i = 0; i < availableParallelism(); i += 1) cluster.fork();
else app.listen(process.env.PORT ?? 3000, '127.0.0.1');
