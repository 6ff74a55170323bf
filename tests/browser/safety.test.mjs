// What must be seen is seen: alerts with an owner that come back until somebody has answered, the risk card
// in words on screen and on paper, and the adjustments passport in two presses.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { answer, link, press, unfold } from './keyboard.mjs';
import { checkPage, photograph, says, scenes, sees, signIn, startBrowser, startDemo, windowOf } from './support.mjs';

let demo;
let browser;
let amara;
let josie;

before(async () => {
  [demo, browser] = await Promise.all([startDemo(), startBrowser()]);
  [amara, josie] = await Promise.all([windowOf(browser), windowOf(browser)]);
  await signIn(amara, demo.url, 'Amara Bello');
  await signIn(josie, demo.url, 'Josie Quill');
});

after(async () => {
  await browser?.close();
  await demo?.stop();
});

const scene = scenes(180_000);
const looked = new Set();

async function look(page, name) {
  if (looked.has(name)) return;
  looked.add(name);
  await checkPage(page, name);
  await photograph(page, `safety-${name}`);
}

const main = (page) => page.locator('main');
const banner = async (page) => (await page.locator('.tl-person').innerText()).replace(/\s+/g, ' ');

// The records of the people on the board, then of those on the worklist, whose banner says so, one after another: at
// night there are few on the board.
async function somebody(page, ...wanted) {
  const seen = new Set();
  for (const start of ['/', '/worklist']) {
    await page.goto(`${demo.url}${start}`);
    const leads = await page.locator('main a').evaluateAll((all) => all.map((one) => one.getAttribute('href')));
    for (const lead of new Set(leads.filter((href) => /^\/(episodes|tasks)\/[0-9a-f-]{36}/.test(href)))) {
      const episode = await episodeOf(page, lead);
      if (!episode || seen.has(episode)) continue;
      seen.add(episode);
      await page.goto(`${demo.url}${episode}`);
      const said = `${await banner(page)} ${await says(page)}`;
      if (wanted.every((one) => one.test(said))) return episode;
    }
  }
  throw new Error(`nobody on the board or the worklist is like ${wanted.join(', ')}`);
}

async function episodeOf(page, lead) {
  const of = (href) => href?.match(/^\/episodes\/[0-9a-f-]{36}/)?.[0];
  if (of(lead)) return of(lead);
  await page.goto(`${demo.url}${lead}`);
  const links = await page.locator('a[href^="/episodes/"]').evaluateAll((all) => all.map((one) => one.getAttribute('href')));
  return links.map(of).find(Boolean);
}

const named = async (page) => (await page.locator('.tl-person__name').innerText()).trim();
let alert;
let person;

scene('given alerts that nobody has answered, when Josie opens her worklist, then it says how long each has waited and who is to answer', async () => {
  await josie.goto(`${demo.url}/worklist`);
  await sees(josie, 'Alerts nobody has answered in time', /Nobody has answered for .*: .* overdue/, /To be answered by [A-Z]/);
  await look(josie, 'late');
});

scene('given what a sister said on the telephone, when Amara raises an alert for Josie, then it stands on the card and on the worklist of Josie', async () => {
  const episode = await somebody(amara, /Open|Next/);
  await amara.goto(`${demo.url}${episode}`);
  await link(amara, 'Raise an alert');
  await press(amara, 'Raise the alert');
  await sees(amara, 'Choose what the alert is about', 'Write what you saw or heard, or who told you what');
  await look(amara, 'raise-wrong');
  await answer(amara, { 'What is it about?': 'Medication due' });
  await sees(amara, 'When is the medication due?');
  await answer(amara, {
    'What is it about?': 'Self-harm or suicide',
    'What did you see or hear, or who told you what?': 'His sister rang the office: he said goodbye to her',
    'Who is to answer for it?': 'Josie Quill',
  });
  await press(amara, 'Raise the alert');
  await sees(amara, 'The alert was raised', 'he said goodbye to her', 'Raised, for Josie Quill to answer');
  const raised = new URL(amara.url()).pathname;
  await josie.goto(`${demo.url}/worklist`);
  assert.ok(await main(josie).locator(`a[href^="${raised}"]`).count(), 'it is on the worklist of Josie');
  await amara.goto(`${demo.url}${episode}`);
  await sees(amara, 'Known risk', 'he said goodbye to her');
});

scene('given an alert that Amara is to answer, when she hands it over with no reason, then what is missing is said and nothing is lost', async () => {
  await amara.goto(`${demo.url}/worklist`);
  await sees(amara, 'Alerts for you to answer');
  await look(amara, 'own');
  const first = main(amara).locator('a[href*="/alerts/"]').first();
  alert = await first.getAttribute('href');
  await amara.goto(`${demo.url}${alert}`);
  person = alert.match(/^\/people\/[0-9a-f-]+/)[0];
  await sees(amara, 'What was done about it', /Raised, .*,/, 'Nobody has answered for it yet');
  await look(amara, 'alert');
  await unfold(amara, 'Acknowledge or resolve');
  await answer(amara, { 'Your answer': 'Hand over: somebody else is to answer for it' });
  await press(amara, 'Save the answer');
  await sees(amara, 'Choose who is to answer for the alert', 'Say why the alert goes to somebody else');
  assert.ok(await amara.locator('details[open] input[value="hand_over"]').first().isChecked(), 'the choice is kept');
  await look(amara, 'hand-over-wrong');
});

scene('given a reason, when Amara hands it over, then it is on the worklist of Josie, and its history keeps who and why', async () => {
  await amara.goto(`${demo.url}${alert}`);
  await unfold(amara, 'Acknowledge or resolve');
  await answer(amara, { 'Your answer': 'Hand over: somebody else is to answer for it', 'Hand over to': 'Josie Quill', 'What was done, or why it has ended or goes to somebody else': 'My shift ends; <b>the flat</b> is not safe' });
  await press(amara, 'Save the answer');
  await sees(amara, 'The alert was handed over');
  await josie.goto(`${demo.url}/worklist`);
  const hers = josie.locator('section', { has: josie.locator('#my-alerts') });
  assert.equal(await hers.locator(`a[href="${alert}"]`).count(), 1);
  await josie.goto(`${demo.url}${alert}`);
  await sees(josie, 'Handed over to Josie Quill', 'My shift ends; <b>the flat</b> is not safe', 'Amara Bello');
});

scene('given the alert is hers, when Josie acknowledges and later resolves it, then every answer is kept', async () => {
  const tomorrow = new Date(Date.now() + 24 * 3600 * 1000).toLocaleDateString('en-GB', { timeZone: 'Europe/London' });
  await unfold(josie, 'Acknowledge or resolve');
  await answer(josie, { 'Your answer': 'Acknowledge: I take it on', 'Look at it again on': tomorrow, 'What was done, or why it has ended or goes to somebody else': 'Rang the brother' });
  await press(josie, 'Save the answer');
  await sees(josie, 'Josie Quill has taken it on');
  await josie.goto(`${demo.url}${alert}`);
  await unfold(josie, 'Acknowledge or resolve');
  await answer(josie, { 'Your answer': 'Resolve: it has ended', 'What was done, or why it has ended or goes to somebody else': 'Staying with her brother' });
  await press(josie, 'Save the answer');
  await josie.goto(`${demo.url}${alert}`);
  await sees(josie, 'Raised', 'Handed over to Josie Quill', 'Rang the brother', 'Staying with her brother', 'Josie Quill resolved it');
  assert.ok(!(await says(josie)).includes('To be answered for by'), 'nobody answers for what has ended');
  assert.equal(await josie.locator('summary', { hasText: 'Acknowledge or resolve' }).count(), 0, 'what has ended is answered no more');
  await look(josie, 'resolved');
});

scene('given a person, when their risk card is printed, then it is a file of one page that names nobody in its address', async () => {
  await amara.goto(`${demo.url}${person}`);
  const print = main(amara).getByRole('link', { name: 'Print the risk card (PDF)' });
  const file = await amara.request.get(`${demo.url}${await print.getAttribute('href')}`);
  assert.equal(file.status(), 200);
  assert.equal((await file.body()).subarray(0, 5).toString(), '%PDF-');
  assert.match(file.headers()['content-disposition'], /inline; filename="risk-card.pdf"/);
  const family = (await named(amara)).split(',')[0].toLowerCase();
  assert.ok(!(await print.getAttribute('href')).toLowerCase().includes(family));
});

scene('given somebody who agreed, when Amara opens the passport and presses once, then the file is made and its line is in the ledger', async () => {
  await somebody(amara, /Sharing police yes/);
  await link(main(amara), 'Adjustments passport');
  await sees(amara, 'What others should do', 'How to tell they have not understood', 'Give it');
  await look(amara, 'passport');
  await press(amara, 'Make the passport and record who gets it');
  await sees(amara, 'Made, and written into the disclosure ledger', 'The person consented', 'Handed over on paper', '1 page');
  await look(amara, 'passport-made');
  const pdf = await main(amara).getByRole('link', { name: 'Open the PDF to print it' }).getAttribute('href');
  const file = await amara.request.get(`${demo.url}${pdf}`);
  assert.equal((await file.body()).subarray(0, 5).toString(), '%PDF-');
});

scene('given somebody who did not agree, when Amara presses at once, then basis and reason are asked for and nothing leaves', async () => {
  const episode = await somebody(amara, /Sharing police (no|not asked), court (no|not asked)/);
  await link(main(amara), 'Adjustments passport');
  await look(amara, 'passport-no-consent');
  const form = amara.locator('#give');
  assert.equal(await form.locator('input[name="basis"]:checked').count(), 0, 'no basis is chosen for anybody');
  await press(amara, 'Make the passport and record who gets it');
  await sees(amara, 'There is a problem', 'Choose the basis for sharing this', 'Choose how it is shared');
  await answer(amara, { 'How it is shared': 'Handed over on paper', 'On what basis': 'The person consented', 'No more than is needed': ['I have read it, and it is no more than this reader needs'] });
  await press(amara, 'Make the passport and record who gets it');
  await sees(amara, 'The consent ledger says');
  await look(amara, 'passport-refused');
  await amara.goto(`${demo.url}${episode}/documents/passport_custody`);
  await sees(amara, 'None has been made in this episode yet.');
});

scene('given a surname without a space and text from everywhere, when Amara saves it, then no page of the person is cut off or scrolls', async () => {
  await amara.goto(`${demo.url}${person}/edit`);
  await answer(amara, { Surname: 'Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaft', 'Likes to be called': 'שלום مرحبا 😀 e\u0301' });
  await press(amara, 'Save the details');
  await sees(amara, 'Summary');
  for (const part of ['', '/timeline', '/edit', '/care', '/documents', '/passport', '/duplicate']) {
    await amara.goto(`${demo.url}${person}${part}`);
    await look(amara, `long-name${part.replace('/', '-')}`);
  }
});

// What has the focus, and whether any of it lies under the banner that stays in view.
function underBanner(page) {
  return page.evaluate(() => {
    const banner = document.querySelector('.tl-person');
    const one = document.activeElement;
    if (!banner || !one || one === document.body || banner.contains(one)) return null;
    if (getComputedStyle(banner).position !== 'sticky') return null;
    const [top, box] = [banner.getBoundingClientRect(), one.getBoundingClientRect()];
    const name = one.id || one.getAttribute('href') || one.textContent.trim().slice(0, 40);
    return box.bottom > 0 && box.top < top.bottom - 1 && box.bottom > top.top + 1 ? `${name} at ${Math.round(box.top)}, banner to ${Math.round(top.bottom)}` : null;
  });
}

scene('given the banner stays in view, when somebody goes through a page by keyboard, forwards and back, then what has the focus is never under it', async () => {
  const sizes = [[320, 256], [320, 640], [800, 600], [1366, 768]];
  for (const [width, height] of sizes) {
    await amara.setViewportSize({ width, height });
    for (const path of [person, `${person}/edit`]) {
      await amara.goto(`${demo.url}${path}`);
      const count = await amara.locator('a[href], button, input:not([type=hidden]), select, textarea, summary').count();
      for (const key of ['Tab', 'Shift+Tab']) {
        for (let step = 0; step < Math.min(count + 5, 90); step += 1) {
          await amara.keyboard.press(key);
          assert.equal(await underBanner(amara), null, `${path} at ${width} by ${height}, ${key} ${step}`);
        }
      }
    }
  }
  await amara.setViewportSize({ width: 1366, height: 768 });
});
