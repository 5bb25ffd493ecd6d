// Where the knee is: question lists of products drawn by Zipf's law at arrival rates that rise step by step until the
// 99th percentile of a step passes 50 ms, requests fail or k6 cannot make them in time. Prints a line a step and the
// knee: the fastest step that was borne. Steps behind it are run as well and show how the service bears too much.
//
//   BASE_URL     http://127.0.0.1:3000
//   PRODUCTS     5000    products have the ids 1 to this
//   FROM_RATE    1000    requests a second of the first step
//   TO_RATE      20000   requests a second that no step passes
//   RISE_PERCENT 30      how much faster than the one before a step is
//   STEP_S       5       seconds a step takes
//   LEAST_RATE   1000    the test fails when the knee is below

import http from 'k6/http';

import { BASE_URL, SYSTEM_TAGS, TREND_STATS, wholeNumber } from './lib/settings.js';
import { favouredProduct } from './lib/traffic.js';

const FROM_RATE = wholeNumber('FROM_RATE', 1000);
const TO_RATE = wholeNumber('TO_RATE', 20000);
const RISE_PERCENT = wholeNumber('RISE_PERCENT', 30);
const STEP_S = wholeNumber('STEP_S', 5);
const LEAST_RATE = wholeNumber('LEAST_RATE', FROM_RATE);

/** Seconds at the first rate that are not measured: connections are made and caches are filled. */
const WARM_UP_S = 3;
/** Seconds between two steps, in which what was begun is finished. */
const PAUSE_S = 2;
const MAX_P99_MS = 50;
/** Of the requests of a step, in percent. */
const MAX_DROPPED_PERCENT = 1;

const LIST = { tags: { name: 'GET /qa/questions' }, responseCallback: http.expectedStatuses(200) };

const RATES = [];
for (let rate = FROM_RATE; rate <= TO_RATE; rate = Math.ceil((rate * (100 + RISE_PERCENT)) / 100)) {
  RATES.push(rate);
}

function arrivals(rate, seconds, start) {
  return {
    executor: 'constant-arrival-rate',
    rate,
    timeUnit: '1s',
    duration: `${seconds}s`,
    startTime: `${start}s`,
    gracefulStop: `${PAUSE_S}s`,
    preAllocatedVUs: 200,
    maxVUs: 1000,
  };
}

const scenarioOf = (rate) => `at_${rate}`;
const scenarios = { warm_up: arrivals(FROM_RATE, WARM_UP_S, 0) };
const thresholds = {};
RATES.forEach((rate, step) => {
  const start = WARM_UP_S + PAUSE_S + step * (STEP_S + PAUSE_S);
  scenarios[scenarioOf(rate)] = arrivals(rate, STEP_S, start);
  // Only metrics with a threshold are told apart by scenario; of the faster steps nothing is demanded.
  const demanded = rate <= LEAST_RATE;
  const tag = `{scenario:${scenarioOf(rate)}}`;
  thresholds[`http_req_duration${tag}`] = [demanded ? `p(99)<${MAX_P99_MS}` : 'p(99)>=0'];
  thresholds[`http_req_failed${tag}`] = [demanded ? 'rate==0' : 'rate>=0'];
  thresholds[`http_reqs${tag}`] = ['count>=0'];
});

export const options = {
  scenarios,
  thresholds,
  discardResponseBodies: true,
  summaryTrendStats: TREND_STATS,
  systemTags: SYSTEM_TAGS,
};

export default function () {
  http.get(`${BASE_URL}/qa/questions?product_id=${favouredProduct()}&page=1&count=5`, LIST);
}

/** What k6 measured of a step. */
function result(data, rate) {
  const values = (metric) => data.metrics[`${metric}{scenario:${scenarioOf(rate)}}`].values;
  const { med, 'p(99)': p99, max } = values('http_req_duration');
  const requests = values('http_reqs').count;
  const failed = values('http_req_failed').passes;
  const droppedPercent = Math.max(0, 100 - (100 * requests) / (rate * STEP_S));
  const borne = p99 < MAX_P99_MS && failed === 0 && droppedPercent < MAX_DROPPED_PERCENT;
  return { rate, done: requests / STEP_S, med, p99, max, failed, droppedPercent, borne };
}

export function handleSummary(data) {
  const results = RATES.map((rate) => result(data, rate));
  const columns = (cells) => cells.map((cell) => String(cell).padStart(10)).join('');
  const lines = [columns(['asked/s', 'done/s', 'median ms', 'p99 ms', 'max ms', 'failed', 'dropped %'])];
  for (const { rate, done, med, p99, max, failed, droppedPercent } of results) {
    const times = [med, p99, max].map((time) => time.toFixed(2));
    lines.push(columns([rate, done.toFixed(0), ...times, failed, droppedPercent.toFixed(1)]));
  }
  const knee = results.filter(({ borne }) => borne).pop();
  if (knee === undefined) {
    lines.push(`The knee is below ${FROM_RATE} a second.`);
  } else if (knee === results[results.length - 1]) {
    lines.push(`The knee is above ${knee.rate} a second: set TO_RATE higher.`);
  } else {
    lines.push(`The knee is at ${knee.rate} a second, with a 99th percentile of ${knee.p99.toFixed(2)} ms.`);
  }
  return { stdout: `${lines.join('\n')}\n` };
}
