// What the page at / does: it fetches itself once a step and changes only the texts and lines that
// differ, so that nothing flickers, moves, or loses its focus. It stops while the page is hidden or
// paused. Nothing else is loaded.
'use strict';

const STEP_MS = Number(document.body.dataset.stepMs);
const PATIENCE_MS = 5000;
const PARTS = ['state', 'main'];
const pause = document.getElementById('pause');
let isPaused = false;
let isFetching = false;
let timer;

/** Makes an element and all in it what it is on the fresh page. */
function takeOver(shown, fresh) {
  if (shown.dataset?.own !== undefined) return;
  for (const { name, value } of fresh.attributes) {
    if (shown.getAttribute(name) !== value) shown.setAttribute(name, value);
  }
  const [before, after] = [[...shown.childNodes], [...fresh.childNodes]];
  if (before.length !== after.length || before.some((node, at) => node.nodeName !== after[at].nodeName)) {
    shown.replaceChildren(...after);
    return;
  }
  before.forEach((node, at) => {
    if (node.nodeType === Node.ELEMENT_NODE) takeOver(node, after[at]);
    else if (node.data !== after[at].data) node.data = after[at].data;
  });
}

async function refresh() {
  try {
    const response = await fetch(location.href, { cache: 'no-store', signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!response.ok) throw new Error(`status ${response.status}`);
    const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
    for (const part of PARTS) takeOver(document.getElementById(part), fresh.getElementById(part));
  } catch {
    // The figures stay, and the state says that they are old.
    const state = document.getElementById('state');
    state.className = 'state bad';
    state.textContent = 'No response';
  }
}

async function follow() {
  clearTimeout(timer);
  if (isPaused || isFetching || document.hidden) return;
  isFetching = true;
  await refresh();
  isFetching = false;
  timer = setTimeout(follow, STEP_MS);
}

pause.addEventListener('click', () => {
  isPaused = !isPaused;
  pause.textContent = isPaused ? 'Continue' : 'Pause';
  follow();
});
document.addEventListener('visibilitychange', follow);
pause.hidden = false;
document.getElementById('reload').hidden = true;
timer = setTimeout(follow, STEP_MS);
