// The page looks as it did: with figures that do not change it is compared with stored pictures,
// cell by cell of a few letters' size, because letters are not drawn alike everywhere. The light
// one is the picture in the README. `scripts/test-page --accept` stores today's pictures.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { accepts, address, look, pictures } = require('./shop.js');

const ROOT = path.join(__dirname, '../..');
const LOOKS = [
  { kept: 'docs/first-page.png', colorScheme: 'light', width: 1200, height: 1010 },
  { kept: 'scripts/page/kept/dark.png', colorScheme: 'dark', width: 1200, height: 1010 },
  { kept: 'scripts/page/kept/narrow.png', colorScheme: 'light', width: 320, height: 1750 },
];

/** Pixels of a cell's side, how far its colours may differ (of 255), which share may differ more. */
const CELL = 16;
const MAX_DIFFERENCE = 20;
const MAX_SHARE = 0.01;

/** Puts figures of an invented shop in the places of today's. In the page. */
function setFigures() {
  let chance = 7;
  const random = () => {
    chance = (chance * 48271) % 2147483647;
    return chance / 2147483647;
  };
  const wave = (step, length, height) => height * (0.6 + 0.28 * Math.sin(step / length) + 0.12 * (random() - 0.5));
  const steps = Array.from({ length: 150 }, (_, step) => step);
  const line = (height) => `M0 ${height(0)}${steps.map((step) => `V${height(step).toFixed(1)}H${2 * step + 2}`).join('')}`;
  const texts = (selector, ...values) => document.querySelectorAll(selector).forEach((element, at) => {
    if (values[at] !== undefined) element.textContent = values[at];
  });
  texts('.facts dd', undefined, 'SQLite', '3 h 12 min', '24');
  texts('.numbers dd', '1,000,011', '3,518,963', '6,879,306');
  texts('#memory ~ .words b', '2.3 GiB');
  document.querySelector('#memory ~ .words').lastChild.data = ' of at most 4 GiB';
  document.querySelector('rect.full').setAttribute('width', '583');
  for (const [card, now, all, end, within, half, length, fast] of [
    ['.lists', '1,561', '362,118', '2,000', '50 µs', '10 µs', 21, 76],
    ['.writes', '14', '9,671', '50', '5 ms', '1 ms', 33, 50],
  ]) {
    texts(`${card} b`, now, all, '0', within, half);
    texts(`${card} .scale .end`, end);
    const [area, rate, p50, p99] = document.querySelectorAll(`${card} .area, ${card} .line`);
    const top = line((step) => 100 - wave(step, length, 98));
    rate.setAttribute('d', top);
    area.setAttribute('d', `${top}V100H0Z`);
    p50.setAttribute('d', line(() => fast + 8 - (random() < 0.06 ? 4 : 0)));
    p99.setAttribute('d', line(() => fast - (random() < 0.12 ? 5.6 : 0) - (random() < 0.03 ? 9 : 0)));
  }
  const rows = ['4,131,870', '301', '392,333', '812', '7,204', '11', '1,337', '7', '46'];
  document.querySelectorAll('#start ~ .scroll tbody tr').forEach((row, at) => {
    [rows[at], '0', '0', '50 µs', '5 ms'].forEach((text, cell) => { row.cells[cell + 1].textContent = text; });
  });
}

/** The share of cells in which two pictures differ. In a page, which can read pictures. */
async function difference([one, other, cell, most]) {
  const pixels = await Promise.all([one, other].map(async (data) => {
    const image = new Image();
    image.src = `data:image/png;base64,${data}`;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = Math.ceil(image.width / cell);
    canvas.height = Math.ceil(image.height / cell);
    const context = canvas.getContext('2d');
    context.imageSmoothingQuality = 'high';
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return context.getImageData(0, 0, canvas.width, canvas.height);
  }));
  const [{ width, height, data }, second] = pixels;
  if (width !== second.width || height !== second.height) return 1;
  let different = 0;
  for (let at = 0; at < data.length; at += 4) {
    if ([0, 1, 2].some((colour) => Math.abs(data[at + colour] - second.data[at + colour]) > most)) different += 1;
  }
  return different / (width * height);
}

/** Has a page with figures that do not change. */
function lookFixed({ colorScheme, width, height }, use) {
  // No step passes by itself, so the page takes over no other figures.
  const settings = { colorScheme, viewport: { width, height }, reducedMotion: 'reduce', deviceScaleFactor: 1, hasOwnClock: true };
  return look(address, settings, async (page) => {
    await page.evaluate(setFigures);
    await use(page, { fullPage: true, clip: { x: 0, y: 0, width, height } });
  });
}

for (const one of LOOKS) {
  test(`it looks as in ${one.kept}`, () => lookFixed(one, async (page, area) => {
    const kept = path.join(ROOT, one.kept);
    const picture = await page.screenshot({ ...area, path: path.join(pictures, path.basename(kept)) });
    if (accepts) {
      fs.mkdirSync(path.dirname(kept), { recursive: true });
      fs.writeFileSync(kept, picture);
    }
    const before = fs.readFileSync(kept).toString('base64');
    const compare = async (other) => page.evaluate(difference, [before, other.toString('base64'), CELL, MAX_DIFFERENCE]);
    const share = await compare(picture);
    assert.ok(share <= MAX_SHARE, `${(share * 100).toFixed(1)} % of it differ: compare ${kept} with the one in ${pictures}`);
    // A chart that is gone, or a colour, is more than letters that are drawn otherwise.
    for (const spoil of [
      () => document.querySelectorAll('.lists .chart').forEach((chart) => { chart.style.visibility = 'hidden'; }),
      () => document.querySelectorAll('style').forEach((style) => style.remove()),
    ]) {
      await page.evaluate(spoil);
      const spoilt = await compare(await page.screenshot(area));
      assert.ok(spoilt > MAX_SHARE, `${spoilt} is not noticed: ${spoil}`);
    }
  }));
}

test('cards stand side by side where there is room, and below each other where there is none', async () => {
  const boxes = (page) => page.evaluate(() => ['.lists', '.writes', '.lists svg', 'h1', '#state'].map((selector) => {
    const { left, right, top, bottom } = document.querySelector(selector).getBoundingClientRect();
    return { left, right, top, bottom };
  }));
  await lookFixed(LOOKS[0], async (page) => {
    const [lists, writes, chart, name, state] = await boxes(page);
    assert.ok(lists.right < writes.left && lists.top === writes.top && lists.bottom === writes.bottom, 'side by side');
    assert.ok(chart.right - chart.left > 300 && chart.bottom - chart.top > 80, 'a chart is large enough to be read');
    assert.ok(chart.left > lists.left && chart.right < lists.right, 'a chart is in its card');
    assert.ok(state.left > name.right && state.top < name.bottom, 'the state is to the right of the name');
  });
  await lookFixed(LOOKS[2], async (page) => {
    const [lists, writes, chart] = await boxes(page);
    assert.ok(lists.bottom < writes.top && lists.left === writes.left && lists.right === writes.right, 'below each other');
    assert.ok(chart.right - chart.left > 150, 'a chart is large enough to be read');
  });
});
