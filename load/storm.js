// Everybody votes for one answer while others read lists. At the end the answer must have exactly as many votes as
// were acknowledged. The answer and its question are made for the test and hidden after it.
//
//   BASE_URL     http://127.0.0.1:3000
//   PRODUCTS     5000    products have the ids 1 to this
//   RATE         2000    votes a second
//   READ_RATE    200     question lists a second, of any product
//   DURATION_S   30      seconds

import http from 'k6/http';
import { Counter } from 'k6/metrics';

import { BASE_URL, between, PRODUCTS, SYSTEM_TAGS, TREND_STATS, wholeNumber } from './lib/settings.js';

const DURATION_S = wholeNumber('DURATION_S', 30);

const acknowledged = new Counter('votes_acknowledged');
const counted = new Counter('votes_counted');
// Acknowledged less counted. A threshold sees one metric, so the two meet in this one.
const difference = new Counter('votes_difference');

const VOTE = { tags: { name: 'PUT /qa/answers/:id/helpful' }, responseCallback: http.expectedStatuses(204) };
const LIST = { tags: { name: 'GET /qa/questions' }, responseCallback: http.expectedStatuses(200) };

function arrivals(exec, rate) {
  return {
    exec,
    executor: 'constant-arrival-rate',
    rate,
    timeUnit: '1s',
    duration: `${DURATION_S}s`,
    preAllocatedVUs: 100,
    maxVUs: 500,
  };
}

export const options = {
  scenarios: {
    votes: arrivals('vote', wholeNumber('RATE', 2000)),
    reads: arrivals('read', wholeNumber('READ_RATE', 200)),
  },
  thresholds: {
    http_req_failed: ['rate==0'],
    votes_counted: ['count>0'],
    votes_difference: ['count==0'],
    'http_req_duration{scenario:votes}': ['p(99)<100'],
    'http_req_duration{scenario:reads}': ['p(99)<50'],
  },
  discardResponseBodies: true,
  summaryTrendStats: TREND_STATS,
  systemTags: SYSTEM_TAGS,
};

function post(path, draft) {
  const response = http.post(`${BASE_URL}${path}`, JSON.stringify(draft), {
    headers: { 'Content-Type': 'application/json' },
    responseType: 'text',
  });
  if (response.status !== 201) {
    throw new Error(`POST ${path} answers ${response.status || response.error}: ${response.body}`);
  }
  return response.json();
}

/** The votes of the only answer to a question. */
function votes(questionId) {
  const response = http.get(`${BASE_URL}/qa/questions/${questionId}/answers`, { responseType: 'text' });
  return response.json('results.0.helpfulness');
}

export function setup() {
  const person = { name: 'Load test', email: 'load@example.com' };
  const question = { ...person, body: 'Who is for it?', product_id: between(1, PRODUCTS) };
  const { question_id: questionId } = post('/qa/questions', question);
  const path = `/qa/questions/${questionId}/answers`;
  const { answer_id: answerId } = post(path, { ...person, body: 'Everybody.', photos: [] });
  return { questionId, answerId };
}

export function vote({ answerId }) {
  const response = http.put(`${BASE_URL}/qa/answers/${answerId}/helpful`, null, VOTE);
  if (response.status === 204) {
    acknowledged.add(1);
    difference.add(1);
  }
}

export function read() {
  http.get(`${BASE_URL}/qa/questions?product_id=${between(1, PRODUCTS)}`, LIST);
}

export function teardown({ questionId }) {
  const after = votes(questionId);
  counted.add(after);
  difference.add(-after);
  http.put(`${BASE_URL}/qa/questions/${questionId}/report`);
}
