// A shop's everyday traffic at a constant arrival rate: 90 % question lists, 5 % answer lists, 4 % votes, 1 % new
// questions and answers, on products drawn by Zipf's law. It adds rows and votes to the shop.
//
//   BASE_URL     http://127.0.0.1:3000
//   PRODUCTS     5000    products have the ids 1 to this
//   RATE         5000    requests a second, after a ramp of five seconds
//   DURATION_S   60      seconds at that rate

import { SYSTEM_TAGS, TREND_STATS, wholeNumber } from './lib/settings.js';
import { firstPages, KINDS, shop } from './lib/traffic.js';

const RATE = wholeNumber('RATE', 5000);
const RAMP_S = 5;
const DURATION_S = wholeNumber('DURATION_S', 60);

export const options = {
  scenarios: {
    mixed: {
      executor: 'ramping-arrival-rate',
      timeUnit: '1s',
      stages: [
        { target: RATE, duration: `${RAMP_S}s` },
        { target: RATE, duration: `${DURATION_S}s` },
      ],
      // Each costs memory that k6 looks through when it collects its garbage, and requests wait meanwhile.
      preAllocatedVUs: 100,
      maxVUs: 1000,
    },
  },
  thresholds: {
    http_req_failed: ['rate==0'],
    http_req_duration: ['p(99)<10'],
    // Requests that k6 did not make because it was busy itself: at most one in two hundred.
    dropped_iterations: [`count<=${Math.ceil((RATE * DURATION_S) / 200)}`],
    ...Object.fromEntries(KINDS.map((kind) => [`http_req_duration{kind:${kind}}`, ['p(99)<50']])),
  },
  summaryTrendStats: TREND_STATS,
  systemTags: SYSTEM_TAGS,
};

export function setup() {
  return firstPages();
}

export default shop;
