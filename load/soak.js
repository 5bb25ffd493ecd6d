// The everyday traffic of mixed.js at a modest rate for a long time: what grows, leaks or slows down shows here. Each
// tenth of the time has a line of its own in the summary. It adds rows and votes to the shop.
//
//   BASE_URL     http://127.0.0.1:3000
//   PRODUCTS     5000    products have the ids 1 to this
//   RATE         500     requests a second
//   DURATION_S   3600    seconds

import exec from 'k6/execution';

import { SYSTEM_TAGS, TREND_STATS, wholeNumber } from './lib/settings.js';
import { firstPages, shop } from './lib/traffic.js';

const TENTHS = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

export const options = {
  scenarios: {
    soak: {
      executor: 'constant-arrival-rate',
      rate: wholeNumber('RATE', 500),
      timeUnit: '1s',
      duration: `${wholeNumber('DURATION_S', 3600)}s`,
      preAllocatedVUs: 100,
      maxVUs: 500,
    },
  },
  thresholds: {
    http_req_failed: ['rate==0'],
    ...Object.fromEntries(TENTHS.map((tenth) => [`http_req_duration{tenth:${tenth}}`, ['p(99)<50']])),
  },
  summaryTrendStats: TREND_STATS,
  systemTags: SYSTEM_TAGS,
};

export function setup() {
  return firstPages();
}

export default function (pages) {
  exec.vu.tags.tenth = TENTHS[Math.min(9, Math.floor(exec.scenario.progress * 10))];
  shop(pages);
}
