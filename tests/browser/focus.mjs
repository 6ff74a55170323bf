// What a person sees who reads at 400 % and uses no mouse: the page in one column (WCAG 2.2, 1.4.10 Reflow), and
// whatever has the focus, not under something that stays in view (2.4.11 Focus Not Obscured).

// 1280 by 1024 and 1366 by 768 at 400 %, and the least window in which the banner of a person stays in view: there
// the way is gone by Tab, key by key.
export const zoomed = [{ width: 320, height: 256 }, { width: 342, height: 192 }, { width: 800, height: 560, byTab: true }];

const farthest = 700;

// What is wrong with the page at each size, in words: that it scrolls sideways, or what hides the focus on the way
// through it from its start. The focus goes back to where it was.
export async function focusFaults(page, sizes = zoomed) {
  const before = page.viewportSize();
  const focused = await page.evaluateHandle(() => document.activeElement);
  const found = [];
  for (const size of sizes) {
    await resize(page, size);
    const hidden = size.byTab ? hiddenByTab : hiddenInTurn;
    const faults = [...(await sideways(page)), ...(await hidden(page))];
    found.push(...faults.map((fault) => `at ${size.width} by ${size.height}: ${fault}`));
  }
  await resize(page, before);
  await page.evaluate(goToStart);
  await focused.evaluate((element) => element.focus());
  return found;
}

// A script lays the header out anew in the frame after.
export async function resize(page, size) {
  await page.setViewportSize({ width: size.width, height: size.height });
  await page.evaluate(() => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); }));
}

async function sideways(page) {
  const by = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  return by > 1 ? [`scrolls ${by}px sideways`] : [];
}

// Presses Tab from the start of the page until the focus leaves it or comes round, and says what was hidden on the way.
async function hiddenByTab(page) {
  await page.evaluate(goToStart);
  const hidden = [];
  for (let presses = 0; presses < farthest; presses += 1) {
    await page.keyboard.press('Tab');
    const fault = await page.evaluate(hidesFocus);
    if (fault === null) return hidden;
    if (fault) hidden.push(fault);
  }
  throw new Error(`the focus never leaves ${page.url()}`);
}

// Gives everything that takes the focus the focus in turn, as the browser does for Tab, without the keys between.
const hiddenInTurn = (page) => page.evaluate(`(${eachInTurn})(${goToStart}, ${hidesFocus})`);

function eachInTurn(goToStart, hidesFocus) {
  goToStart();
  const takes = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')];
  const faults = takes.filter((one) => one.tabIndex >= 0).map((one) => {
    one.focus();
    return document.activeElement === one ? hidesFocus() : '';
  });
  return faults.filter(Boolean);
}

function goToStart() {
  // Within a dialog the body takes no focus, and what has it already would not be brought into view.
  document.activeElement?.blur();
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute('tabindex');
  window.scrollTo(0, 0);
  window.hadFocus = new Set();
}

// What hides the focused element, in words: '' when nothing does, null when everything had the focus before. What is
// higher than the window leaves free cannot be seen whole: some of it is enough.
function hidesFocus() {
  const one = document.activeElement;
  if (!one || one === document.body || window.hadFocus.has(one)) return null;
  window.hadFocus.add(one);
  const edge = 2;
  const three = (low, high) => (high - low > 2 * edge ? [low + edge, (low + high) / 2, high - edge] : [(low + high) / 2]);
  const seen = [...one.getClientRects()]
    .map((box) => ({ left: Math.max(box.left, 0), right: Math.min(box.right, innerWidth), top: Math.max(box.top, 0), bottom: Math.min(box.bottom, innerHeight) }))
    .filter((box) => box.right > box.left && box.bottom > box.top);
  const hits = seen.flatMap((box) => three(box.left, box.right).flatMap((x) => three(box.top, box.bottom).map((y) => document.elementFromPoint(x, y)))).filter(Boolean);
  const isOwn = (hit) => one.contains(hit) || hit.closest('label')?.control === one;
  const name = one.id || one.getAttribute('href') || one.textContent.trim().slice(0, 40);
  if (!hits.some(isOwn)) return `nothing is seen of “${name}” when it has the focus`;
  const staysInView = (element) => ['sticky', 'fixed'].includes(getComputedStyle(element).position);
  const coverOf = (hit) => {
    if (isOwn(hit)) return null;
    let at = hit;
    while (at && !staysInView(at)) at = at.parentElement;
    return at?.contains(one) ? null : at;
  };
  const cover = hits.map(coverOf).find(Boolean);
  const fits = cover && one.getBoundingClientRect().height + cover.offsetHeight < innerHeight;
  return fits ? `“${cover.className || cover.localName}” covers “${name}” when it has the focus` : '';
}
