// A person who uses no mouse: Tab to a thing, then Enter, Space, arrows or letters. Nothing here clicks.
const farthest = 700;

// Presses Tab until the element has focus. Of radio buttons, Tab reaches the group and arrows the one.
export async function go(page, locator) {
  await locator.waitFor({ state: 'attached' });
  const target = await locator.elementHandle();
  for (let presses = 0; presses <= farthest; presses += 1) {
    const place = await target.evaluate(whereFocusIs);
    if (place === 'there') return target;
    await page.keyboard.press(place === 'group' ? 'ArrowDown' : 'Tab');
  }
  throw new Error(`no way by keyboard to ${locator}`);
}

function whereFocusIs(element) {
  const now = document.activeElement;
  if (now === element) return 'there';
  const sameGroup = element.type === 'radio' && now?.type === 'radio' && now.name === element.name && now.form === element.form;
  return sameGroup ? 'group' : 'elsewhere';
}

// What has focus in the main part of the page, Tab by Tab from its start, in words; and what of it shows no
// sign of having focus.
export async function tabThrough(page) {
  await page.evaluate(() => {
    const main = document.querySelector('main');
    main.tabIndex = -1;
    main.focus();
  });
  const [order, hidden] = [[], []];
  for (let presses = 0; presses <= farthest; presses += 1) {
    await page.keyboard.press('Tab');
    const now = await page.evaluate(focused);
    if (now === null) return { order, hidden };
    order.push(now.words);
    if (!now.isSeen) hidden.push(now.words);
  }
  throw new Error('focus never leaves the page');
}

// The focused element of the main part, and whether it looks otherwise than without focus.
function focused() {
  const element = document.activeElement;
  if (!document.querySelector('main').contains(element)) return null;
  const looks = () => ['outlineStyle', 'outlineColor', 'boxShadow', 'backgroundColor', 'borderTopColor'].map((name) => getComputedStyle(element)[name]).join();
  const now = looks();
  element.blur();
  const then = looks();
  element.focus();
  const words = (element.getAttribute('aria-label') ?? element.innerText ?? element.labels?.[0]?.innerText ?? element.name).replace(/\s+/g, ' ').trim();
  const box = element.getBoundingClientRect();
  return { words: words || element.labels?.[0]?.innerText.trim() || element.name, isSeen: now !== then && box.width > 0 && box.height > 0 };
}

async function leave(locator, key) {
  const page = locator.page();
  await go(page, locator);
  const loaded = page.waitForEvent('load');
  await page.keyboard.press(key);
  await loaded;
}

// Follows a link, or presses a button, and waits for the page that comes of it. What calls itself a
// button has to answer to Space.
export const link = (part, name, options = {}) => leave(part.getByRole('link', { name, ...options }), 'Enter');
export const press = (part, name, options = {}) => leave(part.getByRole('button', { name, exact: true, ...options }), 'Space');

// Opens what is folded away on the page or in a part of it.
export async function unfold(page, words, part = page) {
  const summary = part.locator('summary').filter({ hasText: words });
  await go(page, summary);
  if (!(await summary.evaluate((element) => element.parentElement.open))) await page.keyboard.press('Enter');
}

// Fills a form in, question by question: {words of the question: the answer}. Text is typed, a list of
// words ticked or chosen; a finding is {what: [how sure, whether new, who says so]}, and a moment is [day, time].
export async function answer(page, answers) {
  for (const [words, given] of Object.entries(answers)) await answerOne(page, words, given);
}

async function answerOne(page, words, given) {
  const legend = page.locator('legend:visible').filter({ hasText: asked(words) });
  const label = page.locator('label:visible').filter({ hasText: asked(words) });
  await legend.or(label).first().waitFor();
  if ((await legend.count()) === 0) return give(page, label.first(), given);
  const group = legend.first().locator('xpath=ancestor::fieldset[1]');
  if ((await group.locator('input[type=radio], input[type=checkbox]').count()) > 0) return choose(page, group, given);
  const [day, time] = given;
  await write(page, group.getByLabel('Date'), day);
  await write(page, group.getByLabel('Time'), time);
}

const asked = (words) => new RegExp(`^\\s*${words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(\\s*\\((needed|needed to sign|optional)\\))?\\s*$`);

async function give(page, label, given) {
  const control = page.locator(`[id="${await label.getAttribute('for')}"]`);
  const kind = await control.evaluate((element) => element.type);
  if (kind === 'select-one') return pick(page, control, given);
  if (kind === 'checkbox') return check(page, control);
  return write(page, control, given);
}

async function choose(page, group, given) {
  const choices = Array.isArray(given) ? given.map((one) => [one, []]) : typeof given === 'object' ? Object.entries(given) : [[given, []]];
  for (const [words, parts] of choices) {
    const control = group.getByLabel(words, { exact: true });
    await check(page, control);
    if (parts.length === 0) continue;
    const revealed = group.page().locator(`[id="${await control.getAttribute('aria-controls')}"]`);
    const [source, ...sure] = [parts[2], ...parts.slice(0, 2)];
    for (const part of sure) await check(page, revealed.getByLabel(part, { exact: true }));
    if (source) await pick(page, revealed.locator('select'), source);
  }
}

async function check(page, control) {
  await go(page, control);
  if (!(await control.isChecked())) await page.keyboard.press('Space');
}

// Moves through a list of choices until it shows the wanted one.
async function pick(page, control, words) {
  await go(page, control);
  await page.keyboard.press('Home');
  const choices = await control.evaluate((element) => element.options.length);
  for (let moves = 0; moves < choices; moves += 1) {
    if ((await control.evaluate((element) => element.selectedOptions[0]?.text)).includes(words)) return;
    await page.keyboard.press('ArrowDown');
  }
  throw new Error(`the list has no “${words}”`);
}

export async function write(page, control, text) {
  await go(page, control);
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.press('Delete');
  await page.keyboard.type(text);
}
