// Page views as a shop's front end makes them, at a constant arrival rate: a product with its styles, related products,
// reviews, their sums and questions at once, then each related product with its styles and sums. A view is some twenty
// requests.
//
//   BASE_URL     http://127.0.0.1:3000
//   PRODUCTS     5000    products have the ids 1 to this
//   RATE         200     page views a second
//   DURATION_S   60      seconds at that rate

import http from 'k6/http';
import { Trend } from 'k6/metrics';

import { BASE_URL, between, PRODUCTS, SYSTEM_TAGS, TREND_STATS, wholeNumber } from './lib/settings.js';

const RATE = wholeNumber('RATE', 200);
const DURATION_S = wholeNumber('DURATION_S', 60);

/** From the first request of a view to the last response. */
const view = new Trend('page_view', true);

export const options = {
  scenarios: {
    page: {
      executor: 'constant-arrival-rate',
      rate: RATE,
      timeUnit: '1s',
      duration: `${DURATION_S}s`,
      preAllocatedVUs: 50,
      maxVUs: 500,
    },
  },
  // As browsers do.
  batchPerHost: 6,
  thresholds: {
    http_req_failed: ['rate==0'],
    page_view: ['p(99)<50'],
    dropped_iterations: [`count<=${Math.ceil((RATE * DURATION_S) / 200)}`],
  },
  summaryTrendStats: TREND_STATS,
  systemTags: SYSTEM_TAGS,
};

const get = (path, name) => ({ method: 'GET', url: `${BASE_URL}${path}`, params: { tags: { name } } });

const card = (id) => [
  get(`/products/${id}`, 'product'),
  get(`/products/${id}/styles`, 'styles'),
  get(`/reviews/meta?product_id=${id}`, 'sums'),
];

export default function () {
  const id = between(1, PRODUCTS);
  const began = Date.now();
  const [related] = http.batch([
    get(`/products/${id}/related`, 'related'),
    get(`/reviews?product_id=${id}&sort=relevant`, 'reviews'),
    get(`/qa/questions?product_id=${id}&count=4`, 'questions'),
    ...card(id),
  ]);
  http.batch(related.json().flatMap(card));
  view.add(Date.now() - began);
}
