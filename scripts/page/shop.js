// The running shop, the traffic that the tests have sent to it, and the browser that looks at it. A
// page that complains, or loads anything from elsewhere, fails its test.
'use strict';

const assert = require('node:assert/strict');
const { chromium } = require('playwright-core');

const [address, prefixed, pictures, ...options] = process.argv.slice(2);

// Nothing but the pages' own requests leaves it.
const QUIET = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];
const PATIENCE_MS = 15_000;

/** Requests before the first test, by method and path. */
const TRAFFIC = [
  ['GET', (number) => `/qa/questions?product_id=${number}`, 40, 200],
  ['GET', (number) => `/qa/questions/${number}/answers`, 12, 200],
  ['GET', () => '/qa/questions?product_id=x', 3, 422],
  ['PUT', (number) => `/qa/questions/${number}/helpful`, 7, 204],
];

let browser;

async function send(method, path, status) {
  const response = await fetch(address + path, { method });
  await response.arrayBuffer();
  assert.equal(response.status, status, `${method} ${path}`);
}

async function status() {
  return (await fetch(`${address}/status.json`)).json();
}

/** Waits until something is so. */
async function until(what, isSo) {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await isSo())) {
    assert.ok(Date.now() < deadline, `not in time: ${what}`);
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
}

async function open() {
  for (const [method, path, times, expected] of TRAFFIC) {
    for (let number = 1; number <= times; number += 1) await send(method, path(number), expected);
  }
  await until('the history has both kinds', async () => {
    const { lists, writes } = (await status()).last_minutes;
    return lists.answered === 55 && writes.answered === 7;
  });
  // Chromium's sandbox cannot be had by root.
  const args = process.getuid() === 0 ? ['--no-sandbox', ...QUIET] : QUIET;
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args });
}

async function close() {
  await browser?.close();
}

/** Looks at a page, and fails if it complained or loaded anything from elsewhere. */
async function look(at, { hasOwnClock, ...settings }, use) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...settings });
  const page = await context.newPage();
  if (hasOwnClock) {
    await page.clock.install({ time: 0 });
    await page.clock.pauseAt(1_000);
  }
  const complaints = [];
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(new URL(at).origin) && !request.url().startsWith('data:')) complaints.push(request.url());
  });
  try {
    const response = await page.goto(at);
    assert.equal(response.status(), 200, at);
    // The page at /docs writes it when it is complete.
    await page.locator('h1').waitFor();
    await use(page, complaints);
    assert.deepEqual(complaints, [], at);
  } finally {
    await context.close();
  }
}

module.exports = { address, prefixed, pictures, accepts: options.includes('--accept'), open, close, look, send, status, until };
