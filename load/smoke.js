// All eight routes once, and what is wrong with a request: statuses, headers and shapes as docs/http.md has them, for a
// server with default options. One shopper, a second. It works on a product that no shop has, and hides what it wrote.
//
//   BASE_URL     http://127.0.0.1:3000
//   PRODUCTS     5000    products have the ids 1 to this
//   PRODUCT      9007199254740991   the product that it writes to

import { check, group } from 'k6';
import http from 'k6/http';
import { Counter } from 'k6/metrics';

import { BASE_URL, between, PRODUCTS, wholeNumber } from './lib/settings.js';

const PRODUCT = wholeNumber('PRODUCT', Number.MAX_SAFE_INTEGER);

const finished = new Counter('finished');

/** More than any shop has, but an id. */
const UNKNOWN = Number.MAX_SAFE_INTEGER;

/** What the routes are put behind, if anything. */
const PREFIX = BASE_URL.replace(/^https?:\/\/[^/]+/, '');

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';

export const options = {
  thresholds: {
    checks: ['rate==1'],
    // A script that breaks off in the middle makes fewer checks, and all of those may hold.
    finished: ['count==1'],
  },
};

function send(method, path, { body = null, type, accept } = {}) {
  const headers = {};
  if (type) headers['Content-Type'] = type;
  if (accept) headers.Accept = accept;
  return http.request(method, `${BASE_URL}${path}`, body, { headers, redirects: 0 });
}

const get = (path) => send('GET', path);
const put = (path, options) => send('PUT', path, options);
const post = (path, draft) => send('POST', path, { body: JSON.stringify(draft), type: JSON_TYPE });

/** Checks of a response: every one of `expected` must hold, and what every answer of the service has. */
function expect(what, response, status, expected = {}) {
  const all = {
    [`${what}: ${status}`]: (r) => r.status === status,
    [`${what}: any page may read it`]: (r) =>
      r.headers['Access-Control-Allow-Origin'] === '*' &&
      r.headers['Access-Control-Expose-Headers'].startsWith('Location, Link, Retry-After'),
  };
  for (const [name, holds] of Object.entries(expected)) {
    all[`${what}: ${name}`] = holds;
  }
  if (!check(response, all)) {
    const body = String(response.body).slice(0, 300);
    console.error(`${what}: ${response.status} ${JSON.stringify(response.headers)} ${body}`);
  }
  return response;
}

/** What the body says. k6's own reading of it forgets the order of keys. */
const read = (r) => JSON.parse(r.body);

const isJson = (r) => r.headers['Content-Type'] === 'application/json; charset=utf-8';
const isEmpty = (r) => !r.body;

/** Whether an object has exactly these keys, in this order. */
const hasKeys = (object, keys) => Object.keys(object).join() === keys.join();
const isId = (value) => Number.isSafeInteger(value) && value >= 1;
const isCount = (value) => Number.isSafeInteger(value) && value >= 0;
const isText = (value) => typeof value === 'string';
const isTime = (value) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value);

/** Most helpful first, then the smallest id. */
function isInOrder(rows) {
  return rows.every(({ helpful, id }, i) => {
    if (i === 0) return true;
    const before = rows[i - 1];
    return before.helpful > helpful || (before.helpful === helpful && before.id < id);
  });
}

function isNestedAnswer([key, answer]) {
  return (
    hasKeys(answer, ['id', 'body', 'date', 'answerer_name', 'helpfulness', 'photos']) &&
    key === String(answer.id) &&
    isId(answer.id) &&
    isText(answer.body) &&
    isTime(answer.date) &&
    isText(answer.answerer_name) &&
    isCount(answer.helpfulness) &&
    answer.photos.every(isText)
  );
}

const QUESTION_KEYS = [
  'question_id',
  'question_body',
  'question_date',
  'asker_name',
  'question_helpfulness',
  'reported',
  'answers',
];

function isQuestion(question) {
  return (
    hasKeys(question, QUESTION_KEYS) &&
    isId(question.question_id) &&
    isText(question.question_body) &&
    isTime(question.question_date) &&
    isText(question.asker_name) &&
    isCount(question.question_helpfulness) &&
    question.reported === false &&
    Object.entries(question.answers).every(isNestedAnswer)
  );
}

function isAnswer(answer) {
  return (
    hasKeys(answer, ['answer_id', 'body', 'date', 'answerer_name', 'helpfulness', 'photos']) &&
    isId(answer.answer_id) &&
    isText(answer.body) &&
    isTime(answer.date) &&
    isText(answer.answerer_name) &&
    isCount(answer.helpfulness) &&
    answer.photos.every((photo) => hasKeys(photo, ['id', 'url']) && isId(photo.id) && isText(photo.url))
  );
}

/** Whether nested answers are in order. Keys that are numbers lose theirs in an object, so the text is asked. */
function areAnswersInOrder(body, questions) {
  const keys = Array.from(body.matchAll(/"(\d+)":\{"id":/g), (match) => match[1]);
  return questions.every(({ answers }) => {
    const inside = keys.filter((key) => key in answers);
    return isInOrder(inside.map((key) => ({ id: answers[key].id, helpful: answers[key].helpfulness })));
  });
}

function isQuestionList(product, response) {
  const list = read(response);
  const rows = list.results.map((row) => ({ id: row.question_id, helpful: row.question_helpfulness }));
  return (
    hasKeys(list, ['product_id', 'results']) &&
    list.product_id === String(product) &&
    list.results.every(isQuestion) &&
    isInOrder(rows) &&
    areAnswersInOrder(response.body, list.results)
  );
}

function isAnswerList(question, page, count, response) {
  const list = read(response);
  const rows = list.results.map((row) => ({ id: row.answer_id, helpful: row.helpfulness }));
  return (
    hasKeys(list, ['question', 'page', 'count', 'results']) &&
    list.question === String(question) &&
    list.page === page &&
    list.count === count &&
    list.results.length <= count &&
    list.results.every(isAnswer) &&
    isInOrder(rows)
  );
}

/** The lists of the shop, with any content. */
function shopLists() {
  let answered;
  for (let i = 0; i < 20; i += 1) {
    const product = between(1, PRODUCTS);
    const list = expect('a product of the shop', get(`/qa/questions?product_id=${product}&count=1000`), 200, {
      'is JSON': isJson,
      'has the shape': (r) => isQuestionList(product, r),
      'tells no e-mail address': (r) => !r.body.includes('_email"'),
    });
    answered = read(list).results.find((question) => Object.keys(question.answers).length > 0) || answered;
  }
  if (!check(answered, { 'the shop has answers: set PRODUCTS': (question) => question !== undefined })) return;
  const id = answered.question_id;
  expect('answers of a question', get(`/qa/questions/${id}/answers`), 200, {
    'is JSON': isJson,
    'has the shape': (r) => isAnswerList(id, 1, 5, r),
    'has answers': (r) => read(r).results.length > 0,
  });
  expect('a page of answers', get(`/qa/questions/${id}/answers?page=2&count=1`), 200, {
    'has the shape': (r) => isAnswerList(id, 2, 1, r),
  });
  for (const bad of ['', 'undefined', 'null', 'NaN', 'abc', '0', '-1']) {
    expect(`page and count "${bad}"`, get(`/qa/questions/${id}/answers?page=${bad}&count=${bad}`), 200, {
      'are the defaults': (r) => isAnswerList(id, 1, 5, r),
    });
  }
  expect('a huge count', get(`/qa/questions/${id}/answers?count=1e10`), 200, {
    'is the largest': (r) => isAnswerList(id, 1, 1000, r),
  });
  expect('HEAD', send('HEAD', `/qa/questions/${id}/answers`), 200, {
    'has no body': isEmpty,
    'is JSON': isJson,
    'has a length': (r) => Number(r.headers['Content-Length']) > 0,
  });
}

/** The question of that id on its product's list, or `undefined`. */
function listed(questionId) {
  const list = expect('list after a write', get(`/qa/questions/?product_id=00${PRODUCT}&count=1000`), 200, {
    'has the shape': (r) => isQuestionList(PRODUCT, r),
  });
  return read(list).results.find((question) => question.question_id === questionId);
}

/** The answers on a question's list. */
function answersOf(questionId) {
  const list = expect('answers after a write', get(`/qa/questions/${questionId}/answers/`), 200, {
    'has the shape': (r) => isAnswerList(questionId, 1, 5, r),
  });
  return read(list).results;
}

function addQuestion() {
  // A text of its own: within five minutes the same one would count as sent again.
  const body = ` Does it "fit"?\r\n<b>Ça ☕</b> ${Date.now()} `;
  const draft = { body, name: 'Ada', email: 'ada@example.com', product_id: PRODUCT };
  const added = expect('a question', post('/qa/questions', { ...draft, unknown: true }), 201, {
    'is JSON': isJson,
    'tells its id': (r) => hasKeys(read(r), ['question_id']) && isId(read(r).question_id),
    'tells where': (r) => r.headers.Location === `${PREFIX}/qa/questions/${read(r).question_id}/answers`,
  });
  const id = read(added).question_id;
  expect('the same question again', post('/qa/questions', draft), 201, {
    'gets the same id': (r) => read(r).question_id === id,
  });
  check(listed(id), {
    'the question is listed': (question) => question !== undefined,
    'its text is trimmed, its lines end in newlines': (q) => q.question_body === body.trim().replace('\r\n', '\n'),
    'it begins without votes and answers': (q) => q.question_helpfulness === 0 && hasKeys(q.answers, []),
  });
  return id;
}

function addAnswers(questionId) {
  const path = `/qa/questions/${questionId}/answers`;
  const photos = ['https://example.com/a.jpg', '', 'http://example.com/b.jpg'];
  const holds = {
    'is JSON': isJson,
    'tells its id': (r) => hasKeys(read(r), ['answer_id']) && isId(read(r).answer_id),
    'tells where': (r) => r.headers.Location === `${PREFIX}${path}`,
  };
  const json = { body: 'It does.', name: 'Bob', email: 'bob@example.com', photos };
  const first = read(expect('an answer', post(path, json), 201, holds)).answer_id;
  const form = 'body=It+doesn%27t.&name=Eve&email=eve%40example.com&photos%5B%5D=https%3A%2F%2Fexample.com%2Fc.jpg';
  const sent = send('POST', `${path}/`, { body: form, type: FORM_TYPE });
  const second = read(expect('an answer as a form', sent, 201, holds)).answer_id;
  check(answersOf(questionId), {
    'both answers are listed, the older first': (rows) => rows.map((row) => row.answer_id).join() === `${first},${second}`,
    'the form was read': (rows) => rows[1].body === "It doesn't." && rows[1].photos.length === 1,
    'blank photos are dropped': (rows) => rows[0].photos.length === 2,
  });
  check(listed(questionId), {
    'both are in the list of questions': (q) => hasKeys(q.answers, [String(first), String(second)]),
    'photos are addresses there': (q) => q.answers[first].photos.join() === `${photos[0]},${photos[2]}`,
  });
  return [first, second];
}

function voteAndReport(questionId, [first, second]) {
  const done = { 'has no body': isEmpty };
  expect('a vote for a question', put(`/qa/questions/${questionId}/helpful`), 204, done);
  expect('a vote for an answer', put(`/qa/answers/${second}/helpful`, { body: '{}', type: JSON_TYPE }), 204, done);
  expect('another', put(`/qa/answers/${second}/helpful/`), 204, done);
  check(listed(questionId), { 'the question has a vote': (question) => question.question_helpfulness === 1 });
  check(answersOf(questionId), {
    'two votes are two': (rows) => rows[0].helpfulness === 2,
    'they put it first': (rows) => rows[0].answer_id === second && rows[1].answer_id === first,
  });
  expect('a report of an answer', put(`/qa/answers/${second}/report`), 204, done);
  expect('another', put(`/qa/answers/${second}/report`), 204, done);
  check(answersOf(questionId), { 'it is hidden': (rows) => rows.map((row) => row.answer_id).join() === String(first) });
  check(listed(questionId), { 'in both lists': (question) => hasKeys(question.answers, [String(first)]) });
  expect('a report of a question', put(`/qa/questions/${questionId}/report`), 204, done);
  check(listed(questionId), { 'the question is hidden': (question) => question === undefined });
  check(answersOf(questionId), { 'and its answers': (rows) => rows.length === 0 });
  expect('a vote for a hidden question', put(`/qa/questions/${questionId}/helpful`), 204, done);
}

/** What is wrong with each, and the beginning of what it is answered. */
const MISTAKES = [
  ['no product', 'GET', '/qa/questions', 422, 'Error: invalid product_id provided'],
  ['a product 0', 'GET', '/qa/questions?product_id=0', 422, 'Error: invalid product_id provided'],
  ['a product 1.0', 'GET', '/qa/questions?product_id=1.0', 422, 'Error: invalid product_id provided'],
  ['a question x', 'GET', '/qa/questions/x/answers', 404, 'Error: invalid question_id provided'],
  ['a question 2^53', 'PUT', '/qa/questions/9007199254740992/helpful', 404, 'Error: invalid question_id provided'],
  ['an answer -1', 'PUT', '/qa/answers/-1/report', 404, 'Error: invalid answer_id provided'],
  ['an unknown question', 'PUT', `/qa/questions/${UNKNOWN}/report`, 404, 'Error: '],
  ['an unknown answer', 'PUT', `/qa/answers/${UNKNOWN}/helpful`, 404, 'Error: '],
  ['an unknown path', 'GET', '/qa', 404, 'Error: '],
  ['a wrong method', 'DELETE', '/qa/questions', 405, 'Error: '],
  ['an answer to an unknown question', 'POST', `/qa/questions/${UNKNOWN}/answers`, 404, 'Error: ', '{}', JSON_TYPE],
  ['no content type', 'POST', '/qa/questions', 415, 'Error: ', '{}', ''],
  ['a wrong content type', 'POST', '/qa/questions', 415, 'Error: ', '{}', 'text/plain'],
  ['a large body', 'POST', '/qa/questions', 413, 'Error: ', `"${'x'.repeat(65535)}"`, JSON_TYPE],
  ['no body', 'POST', '/qa/questions', 400, 'Error: ', '', JSON_TYPE],
  ['half a body', 'POST', '/qa/questions', 400, 'Error: ', '{"body":', JSON_TYPE],
  ['two bodies', 'POST', '/qa/questions', 400, 'Error: ', '{}{}', JSON_TYPE],
  ['no object', 'POST', '/qa/questions', 422, 'Error: ', '[]', JSON_TYPE],
  ['no fields', 'POST', '/qa/questions', 422, 'Error: body is required', '{}', JSON_TYPE],
];

function mistakes() {
  for (const [what, method, path, status, text, body, type] of MISTAKES) {
    expect(what, send(method, path, { body, type }), status, {
      'is in plain text': (r) => r.headers['Content-Type'] === 'text/plain; charset=utf-8',
      'is explained': (r) => r.body.startsWith(text),
    });
    expect(`${what}, told as JSON`, send(method, path, { body, type, accept: JSON_TYPE }), status, {
      'is a problem': (r) => r.headers['Content-Type'] === 'application/problem+json',
      'is explained': (r) => read(r).detail.startsWith(text) && isText(read(r).title) && isText(read(r).type),
      'names the status': (r) => read(r).status === status,
      'names the path': (r) => read(r).instance === `${PREFIX}${path.split('?')[0]}`,
    });
  }
  const allowed = send('DELETE', '/qa/questions').headers.Allow || '';
  check(allowed, {
    'a wrong method: Allow names the others': () =>
      ['GET', 'HEAD', 'POST', 'OPTIONS'].every((method) => allowed.split(', ').includes(method)),
  });
}

/** Every bad field is named. */
function badFields() {
  const draft = { body: 'x'.repeat(1001), name: '', email: 'ada', product_id: 1.5 };
  const request = { body: JSON.stringify(draft), type: JSON_TYPE, accept: 'application/problem+json' };
  const pointers = (r) => read(r).errors.map((error) => error.pointer).sort().join();
  expect('four bad fields', send('POST', '/qa/questions', request), 422, {
    'are all named': (r) => pointers(r) === '#/body,#/email,#/name,#/product_id',
  });
}

function otherOrigins() {
  expect('a preflight', send('OPTIONS', '/qa/questions'), 204, {
    'names the methods': (r) => r.headers['Access-Control-Allow-Methods'].includes('PUT'),
    'names the headers': (r) => /Authorization.*Content-Type/.test(r.headers['Access-Control-Allow-Headers']),
  });
  expect('an unknown product', get(`/qa/questions?product_id=${UNKNOWN - 1}&x=y`), 200, {
    'is an empty list': (r) => r.body === `{"product_id":"${UNKNOWN - 1}","results":[]}`,
  });
  expect('an unknown question', get(`/qa/questions/${UNKNOWN}/answers?page=7`), 200, {
    'is an empty list': (r) => r.body === `{"question":"${UNKNOWN}","page":7,"count":5,"results":[]}`,
  });
}

export default function () {
  group('lists of the shop', shopLists);
  group('writes', () => {
    const questionId = addQuestion();
    voteAndReport(questionId, addAnswers(questionId));
  });
  group('mistakes', mistakes);
  group('bad fields', badFields);
  group('other origins and unknown ids', otherOrigins);
  finished.add(1);
}
