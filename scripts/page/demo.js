// The demo shop in a browser, with and without scripts: a visitor looks around, asks, answers, votes, reports and
// writes a review, and sees what came of it.
'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');
const axe = require('axe-core');
const path = require('node:path');
const { address, look, pictures } = require('./shop.js');

const SHOP = `${address}/demo`;
const PRODUCT = `${SHOP}/products/9`;
const SIZES = [320, 768, 1024, 1440];

/** Opens what can be opened, and fills in a form. */
async function fill(form, fields) {
  for (const [label, text] of Object.entries(fields)) await form.getByLabel(label).fill(text);
}

for (const javaScriptEnabled of [false, true]) {
  const how = javaScriptEnabled ? 'with scripts' : 'without scripts';

  test(`a visitor finds a product and a style of it, ${how}`, () => look(SHOP, { javaScriptEnabled }, async (page) => {
    await page.getByRole('link', { name: 'Long Story Coat' }).click();
    assert.equal(await page.locator('h1').innerText(), 'Long Story Coat');
    const styles = page.locator('.styles a');
    const before = await page.locator('img.large').getAttribute('src');
    const name = await styles.nth(1).innerText();
    await styles.nth(1).click();
    assert.equal(await page.locator('#style span').innerText(), name);
    assert.notEqual(await page.locator('img.large').getAttribute('src'), before);
    for (const image of await page.locator('img.large, .thumbnails img').all()) {
      await image.scrollIntoViewIfNeeded();
      await page.waitForFunction((shown) => shown.complete && shown.naturalWidth > 0, await image.elementHandle());
    }
    await page.locator('.cards a').first().click();
    assert.notEqual(await page.locator('h1').innerText(), 'Long Story Coat');
  }));

  test(`a visitor asks, answers, votes and reports, ${how}`, () => look(PRODUCT, { javaScriptEnabled, reducedMotion: 'reduce' }, async (page) => {
    const asked = `Does it <b>swim</b>, ${how}?`;
    await page.getByText('Ask a question').click();
    const form = page.locator('#ask form');
    await fill(form, { 'Your question': asked, 'Your name': 'Ann & Bob', 'Your e-mail': 'ann@shop.example' });
    await form.getByRole('button', { name: 'Send the question' }).click();
    assert.equal(await page.getByRole('status').innerText(), 'Thank you, your question is online.');
    const question = page.locator('.question', { hasText: asked });
    assert.ok(await question.isVisible());
    const frame = await question.boundingBox();
    assert.ok(frame.y >= 0 && frame.y < 900, `the question is in sight: ${frame.y}`);
    await question.getByText('Answer this question').click();
    await fill(question, { 'Your answer': 'Like a duck.', 'Your name': 'Eve', 'Your e-mail': 'eve@shop.example' });
    await question.getByRole('button', { name: 'Send the answer' }).click();
    assert.equal(await page.getByRole('status').innerText(), 'Thank you, your answer is online.');
    await page.getByRole('link', { name: 'Close' }).click();
    assert.equal(await page.getByRole('status').count(), 0);
    const helpful = question.getByRole('button', { name: 'Helpful (0) question' });
    await helpful.click();
    assert.equal(await page.getByRole('status').innerText(), 'Thank you, your vote is counted.');
    await question.getByRole('button', { name: 'Helpful (1) question' }).waitFor();
    await question.locator('.answer').getByRole('button', { name: 'Report' }).click();
    assert.equal(await question.locator('.answer').count(), 0);
    await question.getByRole('button', { name: 'Report' }).click();
    assert.equal(await question.count(), 0);
  }));

  test(`a wrong form comes back, and a review is shown, ${how}`, () => look(PRODUCT, { javaScriptEnabled }, async (page, complaints) => {
    const count = async () => Number((await page.locator('.overall a').innerText()).split(' ')[0]);
    const before = await count();
    await page.getByText('Write a review').click();
    const form = page.locator('#write form');
    const choose = (group, option) => form.getByRole('group', { name: group, exact: true }).getByText(option, { exact: true }).click();
    await choose('Stars', '4 – good');
    await choose('Do you recommend it?', 'Yes');
    await choose('Fit', '3 – perfect');
    // Any character counts for the browser, a visible one for the service.
    await fill(form, { Headline: `Good, ${how}`, 'Your review': 'Warm.', 'Your name': ' ', 'Your e-mail': 'eve@shop.example' });
    await form.getByRole('button', { name: 'Send the review' }).click();
    assert.equal(await form.getByRole('alert').innerText(), 'Your review is not online yet: please check what is marked.');
    assert.ok(await form.getByRole('alert').isVisible(), 'the form is open');
    const name = form.getByLabel('Your name');
    assert.equal(await name.getAttribute('aria-invalid'), 'true');
    assert.match(await page.locator(`[id="${(await name.getAttribute('aria-describedby')).split(' ')[1]}"]`).innerText(), /^Your name must have 1 to 60/);
    assert.equal(await form.getByLabel('Your review').inputValue(), 'Warm.');
    assert.ok(await form.getByLabel('4 – good').isChecked());
    await name.fill('Eve');
    await form.getByRole('button', { name: 'Send the review' }).click();
    assert.equal(await page.getByRole('status').innerText(), 'Thank you, your review is online.');
    const review = page.locator('.review', { hasText: `Good, ${how}` });
    assert.ok(await review.getByLabel('4 out of 5 stars').isVisible());
    assert.equal(await count(), before + 1);
    // The browser notes the 422.
    assert.ok(complaints.every((complaint) => complaint.includes('422')), `${complaints}`);
    complaints.length = 0;
  }));
}

test('lists grow by links, and reviews are sorted', () => look(PRODUCT, {}, async (page) => {
  assert.equal(await page.locator('.review').count(), 4);
  await page.getByRole('link', { name: 'More reviews' }).click();
  assert.ok(await page.locator('.review').count() > 4);
  await page.getByRole('link', { name: 'date', exact: true }).click();
  const times = await page.locator('.review time').evaluateAll((all) => all.map((time) => time.dateTime));
  assert.deepEqual(times, [...times].sort().reverse());
  assert.equal(await page.locator('.sorts [aria-current]').innerText(), 'date');
}));

for (const colorScheme of ['light', 'dark']) {
  for (const width of SIZES) {
    test(`the shop has no barrier at ${width} px, ${colorScheme}`, async () => {
      for (const at of [SHOP, PRODUCT]) {
        await look(at, { colorScheme, viewport: { width, height: 900 } }, async (page) => {
          await page.evaluate(axe.source);
          const found = await page.evaluate(async () => {
            document.querySelectorAll('details').forEach((details) => { details.open = true; });
            const { violations } = await window.axe.run(document);
            return violations.flatMap(({ id, nodes }) => nodes.slice(0, 3).map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary}`));
          });
          assert.deepEqual(found, [], at);
          const { scrollWidth } = await page.evaluate(() => ({ scrollWidth: document.documentElement.scrollWidth }));
          assert.ok(scrollWidth <= width, `${at} has ${scrollWidth} px at ${width}`);
          const file = `shop-${at === SHOP ? 'list' : 'product'}-${width}-${colorScheme}.png`;
          await page.screenshot({ path: path.join(pictures, file), fullPage: true });
        });
      }
    });
  }
}

test('what is pressed is large enough', () => look(PRODUCT, { viewport: { width: 320, height: 800 } }, async (page) => {
  await page.evaluate(() => document.querySelectorAll('details').forEach((details) => { details.open = true; }));
  const small = await page.locator('button, summary, .styles a, .thumbnails a, .options label').evaluateAll((all) => all
    .map((element) => [element.textContent.trim().slice(0, 40), element.getBoundingClientRect()])
    .filter(([, { width, height }]) => width < 24 || height < 24).map(([name]) => name));
  assert.deepEqual(small, []);
}));
