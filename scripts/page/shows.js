// The page tells the truth, with and without its script, and its links lead somewhere.
'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');
const { address, prefixed, look, status } = require('./shop.js');

/** What the page says of a route: answered, refused, failed. */
async function told(page, method, path) {
  const row = page.locator('#main tr', { has: page.locator(`th:has-text("${method} ${path}")`) });
  const cells = await row.filter({ hasText: path }).allInnerTexts();
  const exact = cells.map((text) => text.split(/\s+/)).filter((words) => words[0] === method && words[1] === path);
  assert.equal(exact.length, 1, `${method} ${path} in ${cells}`);
  return exact[0].slice(2, 5).map(Number);
}

async function tellsTheTruth(page) {
  assert.deepEqual(await told(page, 'GET', '/qa/questions'), [43, 3, 0]);
  assert.deepEqual(await told(page, 'GET', '/qa/questions/{question_id}/answers'), [12, 0, 0]);
  assert.deepEqual(await told(page, 'PUT', '/qa/questions/{question_id}/helpful'), [7, 0, 0]);
  assert.deepEqual(await told(page, 'POST', '/qa/questions'), [0, 0, 0]);
  const { version, memory } = await status();
  const facts = await page.locator('#main dl').allInnerTexts();
  for (const fact of [version, 'SQLite']) assert.ok(facts[0].includes(fact), facts[0]);
  for (const number of [memory.products, memory.questions, memory.answers]) {
    assert.ok(number > 1000 && facts[1].includes(number.toLocaleString('en')), facts[1]);
  }
  assert.equal(await page.locator('#state').innerText(), 'Ready');
  for (const [id, count] of [['lists', 55], ['writes', 7]]) {
    const card = page.locator(`section.${id}`);
    assert.match(await card.innerText(), new RegExp(`${count} in five minutes, 0 failed`));
    for (const line of ['svg:first-of-type .line', '.line.p50', '.line.p99']) {
      const paths = card.locator(line);
      assert.ok(await paths.count() > 0, line);
      for (const path of await paths.all()) assert.match(await path.getAttribute('d'), /^M\d+ [\d.]+(H|V)/, `${id} ${line}`);
    }
  }
}

test('the page counts requests', () => look(address, {}, tellsTheTruth));

test('it shows the same without its script', () => look(address, { javaScriptEnabled: false }, async (page) => {
  await tellsTheTruth(page);
  assert.ok(await page.getByText('Load the page again for new figures.').isVisible());
  assert.ok(await page.locator('#pause').isHidden(), 'nothing is there that does nothing');
}));

test('every link has a target, also below a prefix and without a slash at its end', async () => {
  for (const at of [address, prefixed, `${prefixed}/`]) {
    await look(at, {}, async (page) => {
      const links = await page.locator('a').evaluateAll((all) => all.map((link) => link.href));
      // The demo shop is one of them where it is served.
      assert.equal(links.length, at === address ? 6 : 5, `${links}`);
      for (const link of links) {
        const answer = await page.request.get(link);
        assert.equal(answer.status(), 200, link);
        if (link.includes('/qa/questions?')) assert.ok((await answer.json()).results.length > 0, link);
      }
    });
  }
});

test('the page at /docs shows every operation', () => look(`${address}/docs`, {}, async (page) => {
  const paths = await page.locator('article .path').allInnerTexts();
  for (const path of ['get /', 'get /status.json', 'put /qa/answers/{answer_id}/report']) {
    assert.ok(paths.some((shown) => shown.toLowerCase() === path), `${path} in ${paths}`);
  }
}));
