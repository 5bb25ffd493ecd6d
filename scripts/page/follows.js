// The page follows the figures without being loaded again, and stops while it is hidden or paused.
// The test sets the browser's clock: nothing waits for a step to pass.
'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');
const { address, look, send } = require('./shop.js');

const STEP_MS = 2_000;

/** Has a page whose time passes when the test says so, and counts how often it asks for figures. */
function lookWithClock(use) {
  return look(address, { hasOwnClock: true }, async (page, complaints) => {
    let asked = 0;
    page.on('request', () => { asked += 1; });
    await use(page, { complaints, asked: () => asked });
  });
}

/** Lets a step pass, and waits for the figures that come. */
async function step(page) {
  const answered = page.waitForResponse((answer) => answer.url() === `${address}/`);
  await page.clock.runFor(STEP_MS);
  await (await answered).finished();
}

const answered = (page) => page.locator('tr', { hasText: 'GET /qa/questions' }).first().locator('td').first();

test('figures change in place', () => lookWithClock(async (page) => {
  const before = Number(await answered(page).innerText());
  const cell = await answered(page).elementHandle();
  const line = await page.locator('.lists .line').first().elementHandle();
  await page.locator('summary').click();
  await page.locator('a').nth(2).focus();
  for (let time = 0; time < 5; time += 1) await send('GET', '/qa/questions?product_id=1', 200);
  await step(page);
  await page.waitForFunction(([shown, expected]) => shown.textContent === expected, [cell, String(before + 5)]);
  assert.ok(await line.evaluate((path) => path.isConnected), 'the same line, with other points');
  assert.ok(await page.locator('details').evaluate((details) => details.open), 'what was opened stays open');
  assert.ok(await page.locator('a').nth(2).evaluate((link) => link === document.activeElement), 'the focus stays');
}));

test('it stops while it is paused or hidden', () => lookWithClock(async (page, { asked }) => {
  const pause = page.locator('#pause');
  await pause.click();
  assert.equal(await pause.innerText(), 'Continue');
  await page.clock.runFor(STEP_MS * 30);
  assert.equal(asked(), 0, 'it rests');
  const goesOn = page.waitForResponse(`${address}/`);
  await pause.click();
  await (await goesOn).finished();
  assert.equal(await pause.innerText(), 'Pause');
  const turn = (hidden) => page.evaluate((isHidden) => {
    Object.defineProperty(document, 'hidden', { configurable: true, value: isHidden });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);
  await turn(true);
  const former = asked();
  await page.clock.runFor(STEP_MS * 30);
  assert.equal(asked(), former, 'nobody sees it');
  const seen = page.waitForResponse(`${address}/`);
  await turn(false);
  await (await seen).finished();
}));

test('the page says when the server does not respond, and when it does again', () => lookWithClock(async (page, { complaints }) => {
  const state = page.locator('#state');
  await page.route(`${address}/`, (route) => route.abort());
  await page.clock.runFor(STEP_MS);
  await state.getByText('No response').waitFor();
  assert.equal(await state.getAttribute('class'), 'state bad');
  await page.unroute(`${address}/`);
  await page.route(`${address}/`, (route) => route.fulfill({ status: 503, body: 'Error: not now' }));
  await step(page);
  assert.equal(await state.innerText(), 'No response');
  await page.unroute(`${address}/`);
  await step(page);
  await state.getByText('Ready').waitFor();
  assert.equal(await state.getAttribute('class'), 'state good');
  assert.equal(complaints.length, 2, `${complaints}`);
  complaints.length = 0;
}));
