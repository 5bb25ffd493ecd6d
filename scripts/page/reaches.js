// Everybody can use the pages: by keyboard, on a narrow screen, enlarged, without motion, and with
// a screen reader as far as axe-core can tell, by all of its rules.
'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');
const axe = require('axe-core');
const { address, look } = require('./shop.js');

/** What axe finds wrong with a page, all of which is shown, or cannot judge. */
async function barriers(page) {
  await page.evaluate(axe.source);
  return page.evaluate(async (isNarrow) => {
    document.querySelectorAll('details').forEach((details) => { details.open = true; });
    document.querySelectorAll('[hidden]').forEach((element) => { element.hidden = false; });
    const rules = Object.fromEntries(window.axe.getRules().map(({ ruleId }) => [ruleId, { enabled: true }]));
    const { violations, incomplete } = await window.axe.run(document, { rules });
    // On a narrow screen it cannot see what must be scrolled to; on a wide one it has judged that.
    return [...violations, ...isNarrow ? [] : incomplete].flatMap(({ id, nodes }) => nodes.slice(0, 3).map(({ html, any, all, none }) =>
      `${id}: ${html}: ${[...any, ...all, ...none].map(({ message }) => message)}`));
  }, page.viewportSize().width < 600);
}

for (const colorScheme of ['light', 'dark']) {
  for (const width of [1200, 320]) {
    const settings = { colorScheme, viewport: { width, height: 900 } };
    test(`no barrier at ${width} px, ${colorScheme}`, async () => {
      // The page at /docs has many more elements, and the same colours on all screens.
      for (const path of width < 600 && colorScheme === 'dark' ? ['/'] : ['/', '/docs']) {
        await look(address + path, settings, async (page) => {
          assert.deepEqual(await barriers(page), [], path);
        });
      }
    });
  }
}

test('nothing is wider than the screen', async () => {
  for (const path of ['/', '/docs']) {
    await look(address + path, {}, async (page) => {
      // 640 is a usual screen at 200 %, 320 at 400 %.
      for (const width of [320, 375, 640, 900, 1600]) {
        await page.setViewportSize({ width, height: 800 });
        const { scrollWidth } = await page.evaluate(() => ({ scrollWidth: document.documentElement.scrollWidth }));
        const wide = () => [...document.querySelectorAll('body *')].filter((element) => element.getBoundingClientRect().right > innerWidth)
          .map((element) => element.outerHTML.slice(0, 80)).slice(0, 5);
        assert.ok(scrollWidth <= width, `${path} has ${scrollWidth} px at ${width}: ${await page.evaluate(wide)}`);
      }
    });
  }
});

test('the keyboard leads through the page in order, and shows where it is', () => look(address, {}, async (page) => {
  const order = [];
  for (;;) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => {
      const element = document.activeElement;
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      const { top, left } = element.getBoundingClientRect();
      const name = element.getAttribute('aria-label') ?? element.textContent;
      return { tag: element.tagName, name, isShown: outlineStyle !== 'none' && outlineWidth !== '0px', top: top + scrollY, left };
    });
    if (at.tag === 'BODY') break;
    assert.ok(at.isShown, `${at.name} does not show that it has the focus`);
    order.push(at);
    assert.ok(order.length < 20, 'there is no end');
  }
  assert.deepEqual(order.map(({ tag }) => tag), ['A', 'A', 'A', 'A', 'A', 'A', 'BUTTON', 'SUMMARY', 'DIV']);
  assert.deepEqual(order.slice(6).map(({ name }) => name), ['Pause', 'The charts as a table', 'Requests since the start']);
  order.reduce((former, next) => {
    assert.ok(next.top > former.top, `${next.name} is not below ${former.name}`);
    return next;
  });
}));

test('nothing moves with reduced motion', async () => {
  for (const reducedMotion of ['reduce', 'no-preference']) {
    await look(address, { reducedMotion }, async (page) => {
      const moving = await page.evaluate(() => [...document.querySelectorAll('*')]
        .filter((element) => getComputedStyle(element).transitionDuration !== '0s').length);
      assert.equal(moving > 0, reducedMotion === 'no-preference', `${moving} with ${reducedMotion}`);
    });
  }
});

test('charts have words', () => look(address, {}, async (page) => {
  const charts = page.getByRole('img');
  assert.equal(await charts.count(), 4);
  const names = await charts.evaluateAll((all) => all.map((chart) => chart.querySelector('title').textContent));
  assert.deepEqual(names, ['Lists per second in the last five minutes', 'How long lists took in the last five minutes',
    'Writes per second in the last five minutes', 'How long writes took in the last five minutes']);
  for (const chart of await charts.all()) assert.match(await chart.locator('desc').textContent(), /\d/);
  await page.locator('summary').click();
  assert.equal(await page.locator('details tbody tr').count(), 5);
}));
