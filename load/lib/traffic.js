// A shop's everyday traffic, one request an iteration: 90 % question lists, 5 % answer lists, 4 % votes, 1 % new
// questions and answers. Who asks how often is the business of the script that uses it.

import http from 'k6/http';

import { BASE_URL, PRODUCTS, between } from './settings.js';

/** The kinds of requests, for thresholds on `{kind:…}`. */
export const KINDS = ['list', 'answers', 'vote', 'add'];

const LIST = parameters('list', 'GET /qa/questions', 200);
const LIST_READ = { ...LIST, responseType: 'text' };
const ANSWERS = parameters('answers', 'GET /qa/questions/:id/answers', 200);
const VOTE_QUESTION = parameters('vote', 'PUT /qa/questions/:id/helpful', 204);
const VOTE_ANSWER = parameters('vote', 'PUT /qa/answers/:id/helpful', 204);
const ADD_QUESTION = parameters('add', 'POST /qa/questions', 201);
const ADD_ANSWER = parameters('add', 'POST /qa/questions/:id/answers', 201);

/** Any other status than `status` is a failed request. `name` keeps all addresses of a route together. */
function parameters(kind, name, status) {
  const adds = kind === 'add';
  return {
    tags: { kind, name },
    headers: adds ? { 'Content-Type': 'application/json' } : {},
    responseCallback: http.expectedStatuses(status),
    responseType: 'none',
  };
}

/** A prime that does not divide the number of products, so that no two places of favour meet in one product. */
const STRIDE = PRODUCTS % 7919 === 0 ? 7907 : 7919;

/**
 * A product by Zipf's law: the one in k-th place of favour is drawn with a weight of ln(1 + 1/k), which is 1/k but
 * for the first few. The favourites are spread over all ids.
 */
export function favouredProduct() {
  const place = Math.floor(Math.exp(Math.random() * Math.log(PRODUCTS + 1)));
  return 1 + ((place * STRIDE) % PRODUCTS);
}

/**
 * The ids on a page of a question list. Quotes inside texts are escaped, so only keys are found; looking for them is
 * cheaper than reading the JSON.
 */
function idsOn(response) {
  const all = (key) => response.body.split(key).slice(1).map((rest) => parseInt(rest.slice(0, 16), 10));
  return { questions: all('"question_id":'), answers: all('{"id":') };
}

function questionsUrl() {
  return `${BASE_URL}/qa/questions?product_id=${favouredProduct()}&page=1&count=5`;
}

/**
 * The ids on some pages with questions and answers: what shoppers have on their screens before their first list. Ends
 * the test when there are none.
 */
export function firstPages() {
  const pages = [];
  for (let tries = 0; tries < 1000 && pages.length < 50; tries += 1) {
    const response = http.get(questionsUrl(), LIST_READ);
    if (response.status !== 200) {
      throw new Error(`${BASE_URL} answers ${response.status || response.error}`);
    }
    const ids = idsOn(response);
    if (ids.questions.length > 0 && ids.answers.length > 0) {
      pages.push(ids);
    }
  }
  if (pages.length === 0) {
    throw new Error(`no product of 1 to ${PRODUCTS} has an answered question; set PRODUCTS to the shop's size`);
  }
  return pages;
}

/** The ids that this shopper has on the screen. */
let page;

/** One request of a shopper; `pages` are those of `firstPages`. */
export function shop(pages) {
  page = page || one(pages);
  const dice = Math.random();
  if (dice < 0.9) {
    list();
  } else if (dice < 0.95) {
    http.get(`${BASE_URL}/qa/questions/${one(page.questions)}/answers?page=1&count=5`, ANSWERS);
  } else if (dice < 0.99) {
    vote();
  } else {
    add();
  }
}

/** Asks for a list; looks at one in ten, because looking costs k6 more than asking. */
function list() {
  if (Math.random() < 0.9) {
    http.get(questionsUrl(), LIST);
    return;
  }
  const response = http.get(questionsUrl(), LIST_READ);
  if (response.status === 200) {
    const ids = idsOn(response);
    // A product without questions leaves nothing to vote for.
    page = ids.questions.length > 0 ? ids : page;
  }
}

function vote() {
  if (page.answers.length > 0 && Math.random() < 0.5) {
    http.put(`${BASE_URL}/qa/answers/${one(page.answers)}/helpful`, null, VOTE_ANSWER);
  } else {
    http.put(`${BASE_URL}/qa/questions/${one(page.questions)}/helpful`, null, VOTE_QUESTION);
  }
}

function add() {
  // A text of its own: the same one in the same place would count as sent again.
  const body = `Does it fit a small kitchen? (${Math.random()})`;
  const draft = { body, name: 'Load test', email: 'load@example.com' };
  if (Math.random() < 0.5) {
    draft.product_id = favouredProduct();
    http.post(`${BASE_URL}/qa/questions`, JSON.stringify(draft), ADD_QUESTION);
  } else {
    draft.photos = ['https://example.com/kitchen.jpg'];
    http.post(`${BASE_URL}/qa/questions/${one(page.questions)}/answers`, JSON.stringify(draft), ADD_ANSWER);
  }
}

/** One of a list, each as likely as the others. */
function one(candidates) {
  return candidates[between(0, candidates.length - 1)];
}
