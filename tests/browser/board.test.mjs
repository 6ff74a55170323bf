// The screening board, with two colleagues at one site: who is where, what they do at once, what stays.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { answer, go, link, press, unfold } from './keyboard.mjs';
import { arrive, checkPage, leave, photograph, scenes, sees, signIn, windowOf } from './support.mjs';

const now = new Date();
let [demo, browser, folder, amara, tom] = [];

before(async () => {
  ({ demo, browser, folder } = await arrive({ empty: true }));
});

after(() => leave({ demo, browser, folder }));

const scene = scenes(240_000);

const tidy = (text) => text.replace(/\s+/g, ' ').trim();
const row = (page, name) => page.locator('.tl-work__row', { hasText: name });
const column = (page, title) => page.locator('.tl-lane', { has: page.getByRole('heading', { level: 3, name: new RegExp(`^${title}`) }) });
const box = (page, name) => row(page, name).locator('.tl-work__tick');
const isIn = async (page, name, title) => column(page, title).locator('.tl-work__row', { hasText: name }).waitFor();
const home = (page) => page.goto(demo.url);

// Presses Tab until a control has focus, whichever element it is by then: a live board is drawn again.
async function tabTo(page, control) {
  for (let presses = 0; presses < 200; presses += 1) {
    if (await control.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`no way by Tab to ${control}`);
}

// A live board may be drawn again on the way of many Tabs: focus is put where it is wanted. The scene of the
// keyboard goes the whole way.
async function tick(page, name) {
  await box(page, name).press('Space');
  assert.ok(await box(page, name).isChecked());
}

// Presses a button that a script answers in its place, without leaving the page.
async function pressHere(page, button) {
  const answered = page.waitForResponse((response) => response.url().endsWith('/board/act'));
  await button.press('Enter');
  return (await answered).status();
}

const take = (page, name) => pressHere(page, row(page, name).getByRole('button', { name: /^Take/ }));

function london(minutesAgo) {
  const date = new Date(now.getTime() - minutesAgo * 60_000);
  const parts = Object.fromEntries(new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hour12: false }).formatToParts(date).map(({ type, value }) => [type, value]));
  return `${parts.day}/${parts.month}/${parts.year} ${parts.hour}:${parts.minute}`;
}

// [family name, given names, date of birth, sex, minutes since arrival or nothing]
function custodyCsv(people) {
  const heading = ['Custody No', 'Surname', 'Forenames', 'D.O.B', 'Sex', 'Arrived', 'Detention authorised', 'Offence'];
  const rows = people.map(([surname, forenames, born, sex, ago]) => [`CU/${surname}`, surname, forenames, born, sex, ago ? london(ago) : '', ago ? london(ago - 5) : '', 'Theft']);
  return [heading, ...rows].map((cells) => cells.join(',')).join('\r\n');
}

function courtJson(rooms, each) {
  const at = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate(), 14, 0)).toISOString();
  const hearing = (room, number) => ({ hearingType: 'First hearing', panel: 'ADULT', channel: ['IN PERSON'], case: [{ caseUrn: `01PY${room}${number}2726`, party: [{ partyRole: 'DEFENDANT', individualDetails: { individualForenames: `Given${number}`, individualSurname: `Room${'abcdef'[room - 1]}${'abcdefghijkl'[number]}`, dateOfBirth: `19${70 + number}-0${room}-11`, gender: number % 2 ? 'male' : 'female', inCustody: number === 0, address: { line: ['1 Made Up Row'], town: 'Bromley', postCode: 'BR2 9ZZ' } }, offence: [{ offenceCode: 'TH68010', offenceTitle: 'Theft from a shop', offenceWording: 'Stole', plea: 'NONE' }] }] }] });
  const courtRoom = Array.from({ length: rooms }, (_, room) => ({ courtRoomName: `Courtroom ${room + 1}`, session: [{ judiciary: [{ johKnownAs: 'District Judge', isPresiding: true }], sittings: [{ sittingStart: at, hearing: Array.from({ length: each }, (_, number) => hearing(room + 1, number)) }] }] }));
  return JSON.stringify({ document: { publicationDate: now.toISOString() }, venue: { venueAddress: { line: ['1 London Road'], town: 'Bromley', postCode: 'BR1 1RA' } }, courtLists: [{ courtHouse: { courtHouseName: "Bromley Magistrates' Court", lja: 'South London', courtRoom } }] });
}

async function bringIn(page, name, text) {
  const file = join(folder, name);
  await writeFile(file, text);
  await page.goto(`${demo.url}/lists`);
  await page.getByLabel('Choose the file').setInputFiles(file);
  await press(page, 'Read the list');
  await press(page, 'Bring this list in');
  await home(page);
}

const longName = ['Featherstonehaugh-Cholmondeley-Marjoribanks', 'Wilhelmina Anastasia Persephone Theodora Evangeline', '03/03/1980', 'F', 90];
const first = [
  ['ASHDOWN', 'Petra', '04/04/1990', 'F', 330],
  ['BRIGGS', 'Owen', '05/05/1985', 'M', 1320],
  ['CALLOW', 'Imani', `06/06/${now.getFullYear() - 16}`, 'F', 60],
  ['DUNMORE', 'Felix', '07/07/1979', 'M', 30],
  ['ELLWOOD', 'Greta', '08/08/1988', 'F', 0],
  ['FARROW', 'Hamza', '09/09/1992', 'M', 20],
  ['GADSBY', 'Ivor', '10/10/1975', 'M', 25],
  longName,
];

// Every count on the board is that of its rows, and the columns add up to everybody.
async function countsAreTrue(page) {
  const [total] = /\((\d+)\)/.exec(await page.locator('h2#people').innerText()).slice(1).map(Number);
  const lanes = await page.locator('.tl-lane').evaluateAll((all) => all.map((lane) => ({ title: lane.querySelector('h3').innerText, rows: lane.querySelectorAll('.tl-work__row').length })));
  assert.equal(lanes.length, 6, 'a column for each decision');
  let [shown, all] = [0, 0];
  for (const { title, rows } of lanes) {
    const [, here, of] = /\((\d+)(?: of (\d+))?\)/.exec(title);
    assert.equal(Number(here), rows, `the count of “${title}”`);
    shown += rows;
    all += Number(of ?? here);
  }
  assert.equal(all, total, 'the columns add up to everybody');
  return { shown, total };
}

scene('given nobody on any list, then the board says so and has no columns', async () => {
  amara = await windowOf(browser);
  tom = await windowOf(browser);
  await signIn(amara, demo.url, 'Amara Bello');
  await signIn(tom, demo.url, 'Tom Hartley');
  await sees(amara, /[Nn]o custody list (for|received) today|custody list is expected by/);
  assert.equal(await amara.locator('.tl-lane').count(), 0);
  await checkPage(amara, 'empty board');
  await photograph(amara, 'board-empty');
});

scene('given a list, then each person is in a column whose count is that of its rows, and their place says why', async () => {
  await bringIn(amara, 'custody.csv', custodyCsv(first));
  const { total } = await countsAreTrue(amara);
  assert.equal(total, first.length);
  const order = await column(amara, 'To consider').locator('.tl-work__name').allInnerTexts();
  assert.match(order[0], /ELLWOOD/, 'a time that nobody gave may be short');
  assert.match(order[1], /ASHDOWN/, 'less than an hour to the first review');
  assert.match(order[2], /BRIGGS/, 'two hours to the limit');
  assert.match(tidy(await row(amara, 'ELLWOOD').innerText()), /1st Arrival time not on the list/);
  assert.match(tidy(await row(amara, 'ASHDOWN').innerText()), /2nd First review.*minutes left/);
  const described = row(amara, 'ASHDOWN').getByRole('link', { name: /ASHDOWN/ });
  const sentence = await described.evaluate((anchor) => document.getElementById(anchor.getAttribute('aria-describedby')).textContent);
  assert.match(sentence, /2nd of 8\. Before the next, for whom there is more time\./);
  await go(amara, described);
  assert.ok(await row(amara, 'ASHDOWN').locator('.tl-place__why').isVisible());
  await checkPage(amara, 'board in columns');
  await photograph(amara, 'board-columns');
  await photograph(amara, 'board-long-name', row(amara, 'FEATHERSTONEHAUGH'));
});

scene('given both look at one row, when both take it, then the second is told at once who has it and keeps the ticks', async () => {
  // Tom's line is down, so that his board still shows her as nobody's.
  await tom.route('**/board/events', (route) => route.fulfill({ status: 503 }));
  await home(tom);
  await tom.getByText(/^Not live since \d\d:\d\d: what you see may be out of date/).waitFor();
  assert.equal(await take(amara, 'ASHDOWN'), 200);
  await isIn(amara, 'ASHDOWN', 'Being seen');
  await sees(amara, 'You took ASHDOWN, Petra.');
  await tick(tom, 'BRIGGS');
  await tick(tom, 'CALLOW');
  assert.equal(await take(tom, 'ASHDOWN'), 409);
  await row(tom, 'ASHDOWN').getByText(/with Amara Bello since \d\d:\d\d/).first().waitFor();
  assert.match(tidy(await row(tom, 'ASHDOWN').innerText()), /Left alone: with Amara Bello since/);
  await sees(tom, 'Nothing was changed. 1 person left alone:');
  assert.ok(await box(tom, 'BRIGGS').isChecked() && await box(tom, 'CALLOW').isChecked(), 'what he ticked is kept');
  assert.match(await tom.evaluate(() => document.activeElement.innerText), /ASHDOWN/, 'focus is on the row');
  await countsAreTrue(tom);
  await checkPage(tom, 'somebody was faster');
  await photograph(tom, 'board-second', row(tom, 'ASHDOWN'));
  await tom.unroute('**/board/events');
});

scene('given ticks, a chosen reason and focus, when a colleague takes another row, then the board moves it and keeps them', async () => {
  await home(amara);
  await home(tom);
  await tick(amara, 'CALLOW');
  await tick(amara, 'DUNMORE');
  await amara.locator('#bulk-reason').selectOption({ label: 'Out of hours' });
  await amara.locator('#board-order summary').press('Enter');
  await row(amara, 'DUNMORE').getByRole('link', { name: /^DUNMORE/ }).focus();
  const top = async () => (await row(amara, 'DUNMORE').boundingBox()).y;
  const before = await top();
  await take(tom, 'FARROW');
  await isIn(amara, 'FARROW', 'Being seen');
  assert.ok(await box(amara, 'CALLOW').isChecked() && await box(amara, 'DUNMORE').isChecked());
  assert.equal(await amara.locator('#bulk-reason').inputValue(), 'out_of_hours');
  assert.ok(await amara.locator('#board-order').evaluate((part) => part.open), 'what was open is open');
  assert.match(await amara.evaluate(() => document.activeElement.innerText), /DUNMORE/);
  assert.ok(Math.abs((await top()) - before) < 2, 'what she reads stays where it is');
  assert.match(await amara.locator('[data-board-said]').innerText(), /^FARROW, Hamza: now being seen\.$/);
  assert.match(await row(amara, 'FARROW').getAttribute('class'), /tl-moved/);
  assert.match(await amara.locator('#board-form [data-ticked]').innerText(), /^2 people ticked/);
});

scene('given three ticked and one taken meanwhile, when she records them, then that one is left alone and named, and the rest is undone at a press', async () => {
  await tick(amara, 'GADSBY');
  await take(tom, 'DUNMORE');
  await isIn(amara, 'DUNMORE', 'Being seen');
  await row(amara, 'DUNMORE').getByText('Changed since you ticked it').waitFor();
  assert.equal(await pressHere(amara, amara.locator('#bulk-not-seen')), 200);
  await isIn(amara, 'CALLOW', 'Missed');
  await isIn(amara, 'GADSBY', 'Missed');
  await isIn(amara, 'DUNMORE', 'Being seen');
  await sees(amara, 'Not seen (Out of hours): 2 people. 1 person left alone:', /DUNMORE, Felix: with Tom Hartley since \d\d:\d\d/);
  await countsAreTrue(amara);
  await checkPage(amara, 'several at once');
  await photograph(amara, 'board-several');
  await press(amara, 'Undo: put these 2 back as they were');
  await isIn(amara, 'CALLOW', 'To consider');
  await isIn(amara, 'GADSBY', 'To consider');
  await isIn(amara, 'DUNMORE', 'Being seen');
  await sees(amara, 'Undone, as it was before: 2 people.');
});

scene('given nobody ticked or no reason, then it is said beside it and nothing that was ticked is lost', async () => {
  await home(amara);
  await tick(amara, 'CALLOW');
  assert.equal(await pressHere(amara, amara.locator('#bulk-not-seen')), 422);
  await amara.locator('#board-error', { hasText: 'Choose why they were not seen' }).waitFor();
  assert.ok(await box(amara, 'CALLOW').isChecked());
  const reasons = await amara.locator('#bulk-reason option').allInnerTexts();
  assert.ok(reasons.includes('Released before seen') && !reasons.includes('Declined') && !reasons.includes('No need found at triage'), reasons.join());
  await sees(amara, "Declining is each person's own answer");
});

scene('given a filter, then it says whom it hides, never hides little time in silence, and is there after signing out', async () => {
  await home(amara);
  await press(amara, /^Women/, { exact: false });
  const { shown, total } = await countsAreTrue(amara);
  assert.deepEqual([shown, total], [4, first.length]);
  await sees(amara, 'Showing 4 of 8. Show everybody');
  await press(amara, /^Under 18/, { exact: false });
  await sees(amara, 'Showing 1 of 8', /Not shown: Hidden by your filters: 2 people with less than an hour left or no time known\./);
  await checkPage(amara, 'filtered board');
  await photograph(amara, 'board-filtered');
  await press(amara, 'Sign out');
  await signIn(amara, demo.url, 'Amara Bello');
  await sees(amara, 'Showing 1 of 8');
  await press(amara, /^Mine/, { exact: false });
  await sees(amara, 'Showing 0 of 8', 'Nobody fits these filters');
  await countsAreTrue(amara);
  await checkPage(amara, 'filters that hide all');
  await photograph(amara, 'board-hides-all');
  await amara.getByRole('link', { name: 'Show everybody', exact: true }).first().press('Enter');
  await amara.getByText('Showing everybody: 8').waitFor();
  await home(tom);
  await sees(tom, 'Showing everybody: 8');
});

scene('given only the keyboard, then she goes from row to row, ticks and takes, and no key fires while she types', async () => {
  await home(amara);
  const focus = () => amara.evaluate(() => document.activeElement.innerText || document.activeElement.id);
  await amara.keyboard.press('j');
  assert.match(await focus(), /ELLWOOD/);
  await amara.keyboard.press('j');
  assert.match(await focus(), /BRIGGS/);
  await amara.keyboard.press('ArrowUp');
  assert.match(await focus(), /ELLWOOD/);
  await amara.keyboard.press('Space');
  assert.ok(await box(amara, 'ELLWOOD').isChecked());
  await amara.keyboard.press('Space');
  assert.ok(!(await box(amara, 'ELLWOOD').isChecked()));
  await amara.keyboard.press('j');
  await amara.keyboard.press('t');
  await isIn(amara, 'BRIGGS', 'Being seen');
  assert.match(await focus(), /BRIGGS/, 'focus went with the row');
  await amara.keyboard.press('/');
  assert.match(await focus(), /Not yet matched/);
  await amara.keyboard.press('?');
  const keys = amara.getByRole('dialog', { name: 'Keys on the board' });
  await keys.waitFor();
  await checkPage(amara, 'keys');
  await amara.keyboard.press('Escape');
  await go(amara, amara.locator('#header-search'));
  await amara.keyboard.type('jt/?k');
  assert.equal(await amara.locator('#header-search').inputValue(), 'jt/?k');
  assert.equal(await keys.isVisible(), false);
  await isIn(amara, 'CALLOW', 'To consider');
  // All of a column, by keyboard, and off again.
  const all = column(amara, 'To consider').getByRole('button', { name: /^Tick all/ });
  await tabTo(amara, all);
  await amara.keyboard.press('Space');
  const boxes = column(amara, 'To consider').locator('.tl-work__tick');
  assert.ok((await boxes.evaluateAll((every) => every.every((one) => one.checked))) && (await boxes.count()) > 2);
  await amara.keyboard.press('Space');
  assert.ok(await boxes.evaluateAll((every) => every.every((one) => !one.checked)));
});

scene('given her shift has ended, when Tom takes over with a reason, then the row says who had it, when and why', async () => {
  await home(tom);
  await row(tom, 'BRIGGS').getByRole('link', { name: /^Take over/ }).press('Enter');
  await tom.waitForURL('**/entries/**');
  await unfold(tom, 'Take over from Amara Bello');
  await press(tom, 'Take over');
  await sees(tom, 'Choose why you take them over');
  await checkPage(tom, 'take over');
  await answer(tom, { 'Why do you take them over?': 'Their shift has ended' });
  await press(tom, 'Take over');
  await sees(tom, 'Being seen by you', /Tom Hartley from Amara Bello, .*: Their shift has ended/);
  await row(amara, 'BRIGGS').getByText('With Tom Hartley').waitFor();
});

scene('given no script, then filters, columns, ticks and a row that somebody else has work as a page', async () => {
  const plain = await windowOf(browser, { javaScript: false });
  await signIn(plain, demo.url, 'Priya Nair');
  await plain.getByRole('button', { name: /^Women/ }).click();
  await sees(plain, 'Showing 4 of 8');
  await plain.getByRole('link', { name: 'Show everybody' }).first().click();
  await plain.getByRole('button', { name: /^Tick all/ }).first().click();
  const boxes = column(plain, 'To consider').locator('.tl-work__tick');
  assert.ok(await boxes.evaluateAll((every) => every.length > 1 && every.every((one) => one.checked)));
  await home(plain);
  await home(tom);
  await take(tom, 'ELLWOOD');
  await box(plain, 'CALLOW').check();
  await row(plain, 'ELLWOOD').getByRole('button', { name: /^Take/ }).click();
  assert.match(tidy(await row(plain, 'ELLWOOD').innerText()), /Left alone: with Tom Hartley since/);
  assert.ok(await box(plain, 'CALLOW').isChecked());
  await plain.getByRole('link', { name: 'Show as a list' }).click();
  await sees(plain, 'Show in columns', 'To consider 3');
  await plain.context().close();
});

scene('given whoever would rather read one list, then it is one list, in one order, and stays so', async () => {
  await link(tom, 'Show as a list');
  await home(tom);
  await sees(tom, 'To consider 3 Being seen 5');
  assert.equal(await tom.locator('.tl-work__row').count(), first.length);
  assert.deepEqual(await tom.locator('.tl-place__number').allInnerTexts(), ['1st', '2nd', '3rd', '4th', '5th', '6th', '7th', '8th']);
  await checkPage(tom, 'board as a list');
  await photograph(tom, 'board-list');
  await link(tom, 'Show in columns');
  await countsAreTrue(tom);
});

const others = Array.from({ length: 60 - first.length }, (_, at) => [`OTHER${'abcdefghijklmnopqrstuvwxyz'[at % 26]}${at < 26 ? 'x' : 'y'}`, `Sam${'abcdefghij'[at % 10]}`, `1${at % 9}/02/19${70 + (at % 25)}`, at % 3 ? 'M' : 'F', 15 + at * 7]);

scene('given sixty people, then all are there, compact where they were dealt with, and nothing scrolls sideways', async () => {
  await bringIn(amara, 'custody-60.csv', custodyCsv([...first, ...others]));
  const { total } = await countsAreTrue(amara);
  assert.equal(total, 60);
  await checkPage(amara, 'board of sixty');
  await photograph(amara, 'board-sixty');
});

scene('given somebody left the list undecided, then they stay where a decision is owed, and it says so', async () => {
  await bringIn(amara, 'custody-later.csv', custodyCsv([...first, ...others].filter(([name]) => name !== 'GADSBY')));
  await isIn(amara, 'GADSBY', 'To consider');
  assert.match(tidy(await row(amara, 'GADSBY').innerText()), /left the list, a decision is still owed.*Left before a decision: say what became of them/);
  await countsAreTrue(amara);
});

scene('given a court of six rooms, then rooms are headings and filters, and hearings decide', async () => {
  await answer(amara, { 'Work at another site': 'Bromley Magistrates' });
  await press(amara, 'Change site');
  await bringIn(amara, 'court.json', courtJson(6, 5));
  const { total } = await countsAreTrue(amara);
  assert.equal(total, 30);
  const rooms = await column(amara, 'To consider').getByRole('heading', { level: 4 }).allInnerTexts();
  assert.deepEqual(rooms.map(tidy), [1, 2, 3, 4, 5, 6].map((room) => `Courtroom ${room} (5)`));
  await checkPage(amara, 'court of six rooms');
  await photograph(amara, 'board-court');
  await press(amara, /^Courtroom 3/, { exact: false });
  await press(amara, /^In custody/, { exact: false });
  await sees(amara, 'Showing 1 of 30');
  assert.deepEqual(await column(amara, 'To consider').locator('.tl-work__name').allInnerTexts(), ['ROOMCA, Given0']);
  await countsAreTrue(amara);
});

scene('given a role that decides nothing on the board, then it has no boxes; given one without a board, then none is shown', async () => {
  const colin = await windowOf(browser);
  await signIn(colin, demo.url, 'Colin Marsh');
  await countsAreTrue(colin);
  assert.equal(await colin.locator('.tl-work__tick, .tl-take, #board-form').count(), 0);
  await checkPage(colin, 'board of an administrator');
  await photograph(colin, 'board-administrator');
  await colin.context().close();
  for (const [name, path] of [['Harriet Dunn', '/measures'], ['Daniel Osei', '/worklist']]) {
    const page = await windowOf(browser);
    await signIn(page, demo.url, name);
    await home(page);
    assert.equal(new URL(page.url()).pathname, path);
    assert.equal(await page.locator('.tl-lane').count(), 0);
    const answered = await page.request.get(`${demo.url}/board/fragment`);
    assert.equal(answered.status(), 404);
    await page.context().close();
  }
});
