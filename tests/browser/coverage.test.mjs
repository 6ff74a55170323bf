// Nobody passes through unseen and unsaid: who came and left at night is found by the service itself and offered
// help by a letter that betrays nothing; a person says why for everybody else; the commissioner sees numbers only.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { go, link, press, write } from './keyboard.mjs';
import { checkPage, photograph, says, scenes, sees, signIn, startBrowser, startDemo, windowOf } from './support.mjs';

let demo;
let browser;
let amara;

before(async () => {
  [demo, browser] = await Promise.all([startDemo(), startBrowser()]);
  amara = await windowOf(browser);
  await signIn(amara, demo.url, 'Amara Bello');
});

after(async () => {
  await browser?.close();
  await demo?.stop();
});

const scene = scenes(180_000);

const narrowAndWide = [320, 1366];

async function look(page, name) {
  await checkPage(page, name, narrowAndWide);
  await photograph(page, `coverage-${name}`);
}

const day = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

async function choose(page, label) {
  await go(page, page.getByLabel(label, { exact: true }));
  await page.keyboard.press('Space');
}

let offer;

scene('who came and left at night is found, with the reason and who said it', async () => {
  await amara.goto(`${demo.url}/coverage?from=${day(-9)}&to=${day(0)}`);
  await look(amara, 'ledger');
  // The numbers beside the words add up to the rows.
  const counts = await amara.locator('.tl-counts .tl-chip__value').allInnerTexts();
  const total = counts.reduce((sum, count) => sum + Number(count), 0);
  await sees(amara, `${total} rows on the lists.`);
  const foundAlready = (await says(amara)).includes('found when Throughline looks next') === false;
  await press(amara, 'Look for people missed out of hours');
  if (!foundAlready) assert.match(await says(amara), /(One person was|\d+ people were) found who came and left out of hours/);
  await look(amara, 'found');
  await amara.goto(`${demo.url}/coverage?from=${day(-9)}&to=${day(0)}&show=out_of_hours`);
  await sees(amara, 'Out of hours', 'found by the times', 'Offer:');
  assert.ok(!(await says(amara)).includes('found when Throughline looks next'));
});

scene('a reason that is owed is given, several at once and one by one, and put right with its history', async () => {
  await amara.goto(`${demo.url}/coverage?from=${day(-4)}&to=${day(0)}&show=owed`);
  const owed = amara.locator('.tl-owed__row');
  const before = await owed.count();
  assert.ok(before >= 3, `only ${before} reasons are owed in the demo`);
  // Nothing ticked: said beside the question.
  await press(amara, 'Record for those ticked');
  await sees(amara, 'Tick everybody for whom the reason holds');
  await look(amara, 'nobody-ticked');
  await amara.goto(`${demo.url}/coverage?from=${day(-4)}&to=${day(0)}&show=owed`);
  for (const at of [0, 1]) {
    await go(amara, owed.nth(at).getByRole('checkbox'));
    await amara.keyboard.press('Space');
  }
  await amara.getByLabel('Why were they not seen?').selectOption('released');
  await press(amara, 'Record for those ticked');
  await sees(amara, 'The reason was recorded for 2 people.');
  await amara.goto(`${demo.url}/coverage?from=${day(-4)}&to=${day(0)}&show=owed`);
  assert.equal(await owed.count(), before - 2);
  const name = (await owed.first().locator('strong').innerText()).trim();
  await link(amara.locator('main'), `Say why ${name} was not seen`);
  await look(amara, 'say-why');
  const line = amara.url();
  await amara.getByLabel(/Why were they not seen/).selectOption('asleep');
  await press(amara, 'Record it and go to the next');
  await amara.goto(line);
  await amara.getByLabel(/Put the reason right/).selectOption('hospital');
  await press(amara, 'Record it');
  await amara.goto(line);
  await sees(amara, 'Recorded reason: Taken to hospital', 'Asleep or in rest period', 'Amara Bello');
  await look(amara, 'history');
});

scene('the offer is checked, looked at, made by letter and recorded', async () => {
  await amara.goto(`${demo.url}/outreach`);
  await look(amara, 'queue');
  await amara.locator('h2#to_check ~ .tl-scroll').first().getByRole('link').last().click();
  offer = amara.url();
  await sees(amara, 'Nobody has checked which contact is safe', 'Emptied on', 'Lawful basis');
  await look(amara, 'offer-to-check');
  await press(amara, 'Record what I found out');
  await sees(amara, 'Choose whether they may be contacted');
  await choose(amara, 'Yes, in the ways ticked below');
  await choose(amara, 'Letter');
  await press(amara, 'Record what I found out');
  await sees(amara, 'To offer', 'Make the offer');
  await look(amara, 'offer-to-make');
  await link(amara.locator('main'), 'Look at the letter and print it');
  const letter = (await amara.locator('body').innerText()).toLowerCase();
  for (const unsafe of ['mental', 'custody', 'police', 'court', 'liaison', 'throughline', 'arrest']) {
    assert.ok(!letter.includes(unsafe), `the letter says “${unsafe}”`);
  }
  assert.equal(await amara.title(), 'Letter');
  await look(amara, 'letter');
  await amara.goto(offer);
  await go(amara, amara.getByRole('group', { name: 'How was it offered?' }).getByLabel('Letter'));
  await amara.keyboard.press('Space');
  await press(amara, 'Record that it was offered');
  await sees(amara, 'The offer was recorded.', 'Offered by letter, wording 1', 'What came of it?');
  await look(amara, 'offered');
  await choose(amara, 'Declined: their details are emptied now');
  await press(amara, 'Record the answer');
  await sees(amara, 'Details emptied', 'Nothing: it is not needed any more.');
});

scene('the team leader is told what is owed, and sees the reach of the own sites', async () => {
  const josie = await windowOf(browser);
  await signIn(josie, demo.url, 'Josie Quill');
  await josie.goto(`${demo.url}/measures/reach`);
  await sees(josie, 'Exact figures of your own sites', 'Hour of arrival or sitting', 'Ethnic group', 'Not known');
  await look(josie, 'reach');
  const [download] = await Promise.all([josie.waitForEvent('download'), josie.getByRole('link', { name: 'Download these figures' }).click()]);
  assert.match(download.suggestedFilename(), /^throughline-reach-.*-exact\.csv$/);
  await josie.context().close();
});

scene('the commissioner sees numbers only, the small ones withheld', async () => {
  const harriet = await windowOf(browser);
  await signIn(harriet, demo.url, 'Harriet Dunn');
  await harriet.goto(`${demo.url}/measures`);
  await link(harriet.locator('main'), 'Reach');
  await sees(harriet, 'fewer than 5');
  await look(harriet, 'reach-published');
  const cells = await harriet.locator('td[data-label="On the lists"], td[data-label="Seen"]').allInnerTexts();
  assert.ok(cells.length > 10, 'there are figures');
  for (const cell of cells) {
    const few = /^\d+$/.test(cell.trim()) && Number(cell) < 5;
    assert.ok(!few, `${cell} is told`);
  }
  for (const path of ['/coverage', '/outreach', new URL(offer).pathname, '/measures/reach?view=exact']) {
    const answer = await harriet.goto(`${demo.url}${path}`);
    assert.equal(answer.status(), 404, path);
  }
  await look(harriet, 'not-allowed');
  await harriet.context().close();
});

scene('a link worker sees no offer that was not given to them', async () => {
  const daniel = await windowOf(browser);
  await signIn(daniel, demo.url, 'Daniel Osei');
  await daniel.goto(`${demo.url}/outreach`);
  await sees(daniel, 'No offer is waiting.');
  await look(daniel, 'link-worker');
  assert.equal((await daniel.goto(offer)).status(), 404);
  await daniel.context().close();
});

scene('a site without lists says so, and wrong days are told beside their field', async () => {
  await amara.goto(`${demo.url}/coverage?from=1/1/2020&to=2/1/2020`);
  await sees(amara, 'Nobody was on a list in these days.');
  await look(amara, 'empty');
  await write(amara, amara.getByLabel('First day'), 'soon');
  await press(amara, 'Show');
  await sees(amara, '\'soon\' is not a date');
  await look(amara, 'wrong-day');
});
