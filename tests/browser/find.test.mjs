// The record is printed, looked through and given on; advice to a colleague is written down before it is forgotten.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before } from 'node:test';
import { go, link, press, unfold, write } from './keyboard.mjs';
import { checkPage, photograph, says, scenes, sees, signIn, startBrowser, startDemo, windowOf } from './support.mjs';

let demo;
let browser;
let amara;
let leader;

before(async () => {
  [demo, browser] = await Promise.all([startDemo(), startBrowser()]);
  [amara, leader] = await Promise.all([windowOf(browser), windowOf(browser)]);
  await signIn(amara, demo.url, 'Amara Bello');
  await signIn(leader, demo.url, 'Josie Quill');
});

after(async () => {
  await browser?.close();
  await demo?.stop();
});

const scene = scenes(180_000);
const narrowAndWide = [320, 1366];

async function look(page, name) {
  await checkPage(page, name, narrowAndWide);
  await photograph(page, `find-${name}`);
}

// Counts the keys that a person presses, and nothing else: no helper looks for the way.
function countKeys(page) {
  let keys = 0;
  return {
    press: async (key) => { keys += 1; await page.keyboard.press(key); },
    type: async (text) => { keys += text.length; await page.keyboard.type(text); },
    keys: () => keys,
  };
}

const focused = (page) => page.evaluate(() => document.activeElement?.id);

scene('advice is written down in under 30 seconds, without a mouse and without naming anybody', async () => {
  await link(amara.getByRole('navigation', { name: 'Main' }), 'Advice');
  await look(amara, 'advice');
  assert.equal(await focused(amara), 'asked_by', 'the cursor waits in the first field');
  await sees(amara, 'Name nobody here');
  const hands = countKeys(amara);
  await hands.type('cu');
  await hands.press('Tab');
  await hands.type('in');
  await hands.press('Tab');
  await hands.type('p');
  await hands.press('Tab');
  await hands.type('Needs an appropriate adult before interview. Call us when one is here.');
  const saved = amara.waitForEvent('load');
  await hands.press('Control+Enter');
  await saved;
  const fields = 4;
  const seconds = hands.keys() / 4 + fields;
  assert.ok(seconds < 30, `${hands.keys()} keys and ${fields} fields take ${seconds} seconds`);
  await sees(amara, 'Saved ');
  assert.match(await says(amara), /Saved \d\d:\d\d/);
  assert.equal(await focused(amara), 'asked_by', 'a fresh form waits');
  assert.equal(await amara.getByLabel('What did you advise?').inputValue(), '');
  await sees(amara, 'Custody staff', 'Interview and appropriate adult', 'Phone, 5 min', 'Needs an appropriate adult before interview.');
});

scene('what is missing is said beside its field, and nothing typed is lost', async () => {
  await amara.goto(`${demo.url}/consultations`);
  await write(amara, amara.getByLabel('What did you advise?'), "Don't <b>interview</b> yet\nAsk again at 9");
  await unfold(amara, 'What was asked, how long it took, when');
  await write(amara, amara.getByLabel('How many minutes it took'), 'ten');
  await press(amara, 'Save');
  await sees(amara, 'Choose who asked', 'Choose what it was about', 'Choose how you gave the advice', 'Enter how long it took in whole minutes');
  assert.equal(await amara.getByLabel('What did you advise?').inputValue(), "Don't <b>interview</b> yet\nAsk again at 9");
  assert.equal(await amara.getByLabel('How many minutes it took').inputValue(), 'ten');
  await look(amara, 'advice-errors');
});

scene('a correction is a new version, and the first words stay', async () => {
  await amara.goto(`${demo.url}/consultations`);
  await amara.locator('tbody').getByRole('link').first().click();
  await unfold(amara, 'Correct it');
  await write(amara, amara.getByLabel('What did you advise?'), 'Needs an appropriate adult. One was called at 15:00.');
  await press(amara, 'Save the correction');
  await sees(amara, 'Write why it is corrected');
  await look(amara, 'correct-errors');
  await write(amara, amara.getByLabel('Why is it corrected?'), 'The adult was called meanwhile');
  await press(amara, 'Save the correction');
  await sees(amara, 'One was called at 15:00', 'The adult was called meanwhile');
  await unfold(amara, 'Version 1');
  await sees(amara, 'Call us when one is here.');
  await look(amara, 'corrected');
});

let episode;
let person;

// The episodes of the people on the board, then of the tasks of the worklist.
async function episodes() {
  const hrefs = (path) => amara.locator(`a[href^="${path}"]`).evaluateAll((links) => links.map((one) => one.getAttribute('href')));
  const found = [];
  await amara.goto(demo.url);
  found.push(...(await hrefs('/episodes/')));
  await amara.goto(`${demo.url}/worklist`);
  for (const task of (await hrefs('/tasks/')).slice(0, 20)) {
    await amara.goto(`${demo.url}${task}`);
    found.push(...(await hrefs('/episodes/')));
  }
  return new Set(found.map((one) => one.split('/').slice(0, 3).join('/')));
}

scene('advice about somebody that tells something needs its basis, and stands in timeline and ledger', async () => {
  // At night few are on the board: then those on the worklist are looked at.
  const addresses = await episodes();
  for (const address of addresses) {
    await amara.goto(`${demo.url}${address}/forms/screening`);
    const signed = amara.locator('a[href^="/records/"]').first();
    if ((await signed.count()) === 0 || amara.url().endsWith('/edit')) continue;
    episode = address;
    await signed.click();
    if (await amara.getByRole('link', { name: 'Print it for the service’s own use' }).or(amara.getByRole('link', { name: /Print it/ })).count()) break;
  }
  assert.ok(episode, 'the board has somebody who was screened');
  person = await amara.locator('a[href^="/people/"]').first().getAttribute('href');
  await amara.goto(`${demo.url}${episode}`);
  await link(amara.locator('main'), 'Record advice you gave about them');
  await look(amara, 'advice-about');
  await go(amara, amara.getByLabel('Healthcare professional'));
  await amara.keyboard.press('Space');
  await amara.getByLabel('What about?').selectOption('communication');
  await amara.getByLabel('How?').selectOption('phone');
  await write(amara, amara.getByLabel('What did you advise?'), 'Short sentences, and a pause after each.');
  await press(amara, 'Save');
  await sees(amara, 'Say whether they were told something of this person');
  await amara.getByLabel('Yes', { exact: true }).check();
  await press(amara, 'Save');
  await sees(amara, 'Choose the basis for sharing this', 'Tick to confirm that it is no more than this reader needs');
  await look(amara, 'advice-about-errors');
  await amara.getByLabel('Safeguarding', { exact: true }).check();
  await write(amara, amara.getByLabel('Why, if the basis is not consent'), 'Cannot follow what is said at the hatch');
  await amara.getByLabel('It was no more than they need').check();
  await press(amara, 'Save');
  await sees(amara, 'Short sentences, and a pause after each.', 'in the disclosure ledger');
  await look(amara, 'advice-about-saved');
  await amara.goto(`${demo.url}${person}/timeline`);
  await sees(amara, 'Advice given to healthcare professional');
  await amara.goto(`${demo.url}${person}/sharing`);
  await sees(amara, 'Advice given: communication and adjustments', 'Cannot follow what is said at the hatch');
  await amara.goto(`${demo.url}/consultations?show=site`);
  await sees(amara, 'About a person: it stands in their record');
  assert.ok(!(await says(amara)).includes('a pause after each'), 'the list of the site does not say what was advised about somebody');
});

scene('words are found in the record, marked, and never in the address', async () => {
  await amara.goto(`${demo.url}${person}`);
  await write(amara, amara.getByRole('searchbox', { name: 'Find in this record' }), 'PAUSE séntences');
  const loaded = amara.waitForEvent('load');
  await amara.keyboard.press('Enter');
  await loaded;
  assert.equal(new URL(amara.url()).search, '');
  assert.deepEqual(await amara.locator('mark').allInnerTexts(), ['sentences', 'pause']);
  await sees(amara, 'Found in 1 place', 'Advice given');
  await write(amara, amara.getByLabel('Words to look for'), 'person');
  await press(amara, 'Find');
  const all = await amara.locator('.tl-timeline__item').count();
  assert.ok(all >= 2, `only ${all} places say “person”`);
  await look(amara, 'found');
  await unfold(amara, 'Show only some');
  await amara.getByRole('checkbox', { name: /Forms \(/ }).check();
  await press(amara, 'Find');
  await sees(amara, 'newest first');
  await look(amara, 'found-forms');
  await write(amara, amara.getByLabel('Words to look for'), 'zzyzx');
  await press(amara, 'Find');
  await sees(amara, 'These words stand nowhere in what you may read.', 'That does not mean that nobody knows');
  await look(amara, 'found-nothing');
  await write(amara, amara.getByLabel('Words to look for'), ' - ');
  await press(amara, 'Find');
  await sees(amara, 'Enter a word to look for');
});

scene('a signed form is printed for a purpose that is said, and a blank one for when the computers are down', async () => {
  await amara.goto(`${demo.url}${episode}/forms/screening`);
  const blank = await amara.request.get(`${demo.url}${await amara.getByRole('link', { name: /Print a blank one/ }).getAttribute('href')}`);
  assert.equal(blank.headers()['content-type'], 'application/pdf');
  await amara.locator('a[href^="/records/"]').first().click();
  await link(amara.locator('main'), /Print it for the service/);
  await look(amara, 'print');
  await sees(amara, 'printing is not a disclosure');
  await go(amara, amara.getByLabel(/Reading away from a screen/));
  await amara.keyboard.press('Space');
  const sent = amara.context().waitForEvent('response', (response) => response.request().method() === 'POST' && response.url().endsWith('/print'));
  await go(amara, amara.getByRole('button', { name: /Make the print/ }));
  await amara.keyboard.press('Space');
  const printed = await sent;
  assert.equal(printed.status(), 200);
  assert.match(printed.headers()['content-disposition'], /^inline; filename="screening-TL-/);
  await leader.goto(`${demo.url}${person}/who-looked`);
  await sees(leader, 'Printed');
});

scene('a team leader gives the record as a file, with purpose and basis', async () => {
  await leader.goto(`${demo.url}${person}/sharing`);
  await link(leader.locator('main'), 'Give this record to another service as a file');
  await look(leader, 'export');
  await press(leader, 'Make the file and record the disclosure');
  await sees(leader, 'Choose who it goes to', 'Say what the file is for', 'Choose which file is made');
  await look(leader, 'export-errors');
  await leader.getByLabel('GP and mental health team').check();
  await write(leader, leader.getByLabel('What is the file for?'), 'Care goes on at the prison');
  await leader.getByLabel('The record, as one JSON file').check();
  await write(leader, leader.getByLabel('Who exactly'), 'HMP Healthcare, reception');
  await leader.getByLabel('Secure email').check();
  await leader.getByLabel('Overriding public interest: risk of serious harm').check();
  await write(leader, leader.getByLabel('Why, if the basis is not consent'), 'Medicines would stop tonight');
  await leader.getByLabel('All of it is needed, and nobody but the recipient gets it').check();
  const download = leader.waitForEvent('download');
  await go(leader, leader.getByRole('button', { name: 'Make the file and record the disclosure' }));
  await leader.keyboard.press('Space');
  assert.equal((await download).suggestedFilename(), 'record.json');
  const file = JSON.parse(await readFile(await (await download).path(), 'utf8'));
  const held = ['contact_details', 'episodes', 'signed_forms', 'risk', 'care_plan', 'care_decisions', 'contacts', 'advice', 'documents', 'consents'];
  for (const part of held) assert.ok(part in file, `the file has no ${part}`);
  assert.ok(!('justice' in file), 'what is alleged is given only when it was asked for');
  assert.ok(file.left_out.includes('Police numbers, legal status, alleged offences and outcomes: not asked for'), file.left_out.join('; '));
  assert.ok(file.risk.state_words && !('legal_status' in file.episodes[0]));
  assert.ok(file.care_plan.goals.every((goal) => goal.lines.length > 0) && Array.isArray(file.care_plan.no_goal));
  await leader.goto(`${demo.url}${person}/sharing`);
  await sees(leader, 'The record as a file (json', 'For: Care goes on at the prison', 'HMP Healthcare, reception');
  // A practitioner is not offered it.
  await amara.goto(`${demo.url}${person}/sharing`);
  assert.equal(await amara.getByRole('link', { name: 'Give this record to another service as a file' }).count(), 0);
  assert.equal((await amara.goto(`${demo.url}${person}/export`)).status(), 404);
});
