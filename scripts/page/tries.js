// Every operation at /docs can be tried, with and without a prefix: the form sends the request that
// it shows as a line for curl, and shows the response that came.
'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const test = require('node:test');
const { address, look, prefixed } = require('./shop.js');

/** Opens the form of an operation. */
async function form(page, id) {
  const opened = page.locator(`article[id="${id}"] details.try`);
  await opened.locator('summary').click();
  return {
    fill: (name, value) => opened.locator(`[id="${id}.${name}"]`).fill(value),
    choose: (name, value) => opened.locator(`[id="${id}.${name}"]`).selectOption(value),
    curl: () => opened.locator('[aria-label="The same with curl"]').innerText(),
    send: async (status) => {
      await opened.getByRole('button', { name: 'Send' }).click();
      await opened.locator('[role=status] b').filter({ hasText: String(status) }).waitFor();
      return opened.locator('[role=status]').innerText();
    },
  };
}

test('every operation has a form', () => look(`${address}/docs`, {}, async (page) => {
  const [articles, forms] = [await page.locator('article').count(), await page.locator('article form').count()];
  assert.ok(articles >= 15 && forms === articles, `${forms} forms of ${articles} operations`);
}));

for (const at of [address, prefixed]) {
  test(`requests are sent as they are shown: ${new URL(at).pathname}`, () => look(`${at}/docs`, {}, async (page, complaints) => {
    const list = await form(page, 'listQuestions');
    await list.fill('product_id', '1');
    assert.match(await list.send(200), /"product_id": "1"/);
    assert.match(execFileSync('sh', ['-c', `${await list.curl()} -s`], { encoding: 'utf8' }), /^HTTP\/1.1 200 OK[^]*"product_id":"1"/);

    const ask = await form(page, 'addQuestion');
    await ask.fill('body', JSON.stringify({ product_id: 1, body: `Isn't it "blue"? ${at}`, name: 'Ada', email: 'ada@mail.test' }));
    assert.match(await ask.send(201), /location: [^]*"question_id": \d+/);
    assert.match(execFileSync('sh', ['-c', `${await ask.curl()} -s`], { encoding: 'utf8' }), /^HTTP\/1.1 201 Created/);
    await ask.choose('Content-Type', 'application/x-www-form-urlencoded');
    assert.match(await ask.curl(), /--data-raw 'body=[^']*&product_id=5'/);
    await ask.send(201);

    const vote = await form(page, 'voteQuestion');
    await vote.fill('question_id', '1');
    assert.match(await vote.curl(), /-X PUT '[^']*\/qa\/questions\/1\/helpful'/);
    await vote.send(204);
    await vote.fill('question_id', 'a/b');
    await vote.send(404);
    // The browser complains about the 404 that was wanted.
    assert.equal(complaints.splice(0).length, 1);
  }));
}

test('words are whole on a phone', () => look(`${address}/docs`, { viewport: { width: 390, height: 800 } }, async (page) => {
  await page.evaluate(() => document.querySelectorAll('details').forEach((details) => { details.open = true; }));
  const narrow = await page.locator('dt, dd, summary, label').evaluateAll((all) => all
    .filter((element) => element.getBoundingClientRect().width < 200 && element.textContent.trim().length > 20)
    .map((element) => element.textContent.slice(0, 40)));
  assert.deepEqual(narrow, []);
}));
