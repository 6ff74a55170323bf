// Bad input and bad days. Whatever goes wrong, a person reads in plain words what happened and what to do,
// and nothing that they typed is lost.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { custodyCsv } from './samples/custody.mjs';
import { arrive, checkPage, leave, password, sees, signIn, startDemo, windowOf } from './support.mjs';

const noticed = 'What was noticed, by whom';
const matters = 'What matters most to the person now';
const patience = { timeout: 120_000 };
// One moment for all lists: the very same list is made anew to the letter.
const now = new Date();

let demo;
let browser;
let folder;
let amara;
let draft;

before(async () => {
  ({ demo, browser, folder } = await arrive({ empty: true }));
  amara = await windowOf(browser);
  await signIn(amara, demo.url, 'Amara Bello');
});

after(() => leave({ demo, browser, folder }));

async function press(page, name) {
  const button = page.getByRole('button', { name, exact: true }).first();
  await Promise.all([page.waitForEvent('load'), button.click()]);
}

async function choose(page, file) {
  await page.goto(`${new URL(page.url()).origin}/lists`);
  await page.getByLabel('Choose the file').setInputFiles(file);
}

async function bringFile(page, name, content) {
  const file = join(folder, name);
  await writeFile(file, content);
  await choose(page, file);
  await press(page, 'Read the list');
}

// Brings a list in and makes its first person known, then opens their screening.
async function openScreening(page, text) {
  await bringFile(page, 'today.csv', text);
  await press(page, 'Bring this list in');
  const row = page.locator('main a[href^="/entries/"]').first();
  await Promise.all([page.waitForEvent('load'), row.click()]);
  await press(page, 'Add the person and open an episode');
  const episode = new URL(page.url()).pathname.match(/\/episodes\/[0-9a-f-]+/)[0];
  await page.goto(`${new URL(page.url()).origin}${episode}/forms/screening`);
  await Promise.all([page.waitForURL('**/edit'), page.locator('main form button').first().click()]);
  return page.url();
}

const status = (page, state) => page.locator(`[data-autosave-status][data-state="${state}"]`);
const field = (page, label) => page.getByLabel(label);

test('given a file with nothing in it, when it is brought in, then the page asks for it again', patience, async () => {
  await bringFile(amara, 'empty.csv', '');
  await sees(amara, 'This file is empty', 'There is a problem');
  await checkPage(amara, 'empty file', [1366]);
});

test('given no file at all, then the page says what to choose', patience, async () => {
  await amara.goto(`${demo.url}/lists`);
  await press(amara, 'Read the list');
  await sees(amara, 'Choose a file, or paste the list');
});

test('given a picture or a PDF instead of a list, then the page says what it is and what to do', patience, async () => {
  const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
  await bringFile(amara, 'list.png', png);
  await sees(amara, 'This file is a picture, in which there are no letters to read', 'Save the list as an Excel workbook');
  await bringFile(amara, 'list.pdf', '%PDF-1.7\n%\xE2\xE3\xCF\xD3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n');
  await sees(amara, 'There is a problem', /This PDF is damaged or unusual/);
  await bringFile(amara, 'letter.txt', 'Dear all, the list will follow this afternoon. Kind regards');
  await sees(amara, 'There is a problem');
});

test('given a CSV whose quotation mark is never closed, then the row is named and no row is guessed', patience, async () => {
  const lines = custodyCsv(now).split('\r\n');
  lines[2] = lines[2].replace('OYELARAN', '"OYELARAN');
  await bringFile(amara, 'broken.csv', lines.join('\r\n'));
  await sees(amara, /row 3/i, 'is opened and never closed');
});

test('given a day that is no date, then the pasted list is still in the page', patience, async () => {
  await amara.goto(`${demo.url}/lists`);
  await amara.getByLabel('Or paste the list').fill(custodyCsv(now));
  for (const wrong of ['31/02/2026', 'yesterdayish', '2026-13-45']) {
    await amara.getByLabel('Day of the list').fill(wrong);
    await press(amara, 'Read the list');
    await sees(amara, 'There is a problem');
    assert.equal(await amara.getByLabel('Day of the list').inputValue(), wrong);
    assert.match(await amara.getByLabel('Or paste the list').inputValue(), /FENWICK/);
  }
});

test('given a file of 100 MB, then it is refused in words and the server goes on', patience, async () => {
  const file = join(folder, 'huge.csv');
  const descriptor = openSync(file, 'w');
  writeSync(descriptor, 'Custody No,Surname\r\n');
  ftruncateSync(descriptor, 100_000_000);
  closeSync(descriptor);
  await choose(amara, file);
  await press(amara, 'Read the list');
  await sees(amara, 'too large', '20 MB');
  await rm(file);
  await amara.goto(`${demo.url}/lists`);
  await sees(amara, 'Bring a list in');
});

test('given HTML and a formula in a list, then they are shown as they were written', patience, async () => {
  await bringFile(amara, 'custody.csv', custodyCsv(now));
  await press(amara, 'Bring this list in');
  await Promise.all([amara.waitForEvent('load'), amara.getByRole('link', { name: /BRIGHTSEA/ }).first().click()]);
  await sees(amara, '=HYPERLINK("x") <b>shouting</b>');
  assert.equal(await amara.locator('main b').count(), 0);
});

test('given a list that came already, when it comes again, then nothing is done twice', patience, async () => {
  await bringFile(amara, 'again.csv', custodyCsv(now));
  await sees(amara, 'received this very file already', 'Nothing has changed');
});

test('given a draft, when what is typed looks like a page or a formula, then it comes back to the letter', patience, async () => {
  const late = custodyCsv(now).replaceAll('CU/88', 'CU/77').replace('FENWICK', 'ASHDOWN').replace('Marlon Adrian', 'Petra');
  draft = await openScreening(amara, late);
  const odd = '<script>alert(1)</script>\n=SUM(A1:A9) & “quotes” 😀\n\n  indented {{ 7 * 7 }}';
  await field(amara, matters).fill(odd);
  await status(amara, 'saved').waitFor();
  await amara.reload();
  assert.equal(await field(amara, matters).inputValue(), odd);
  assert.deepEqual(amara.problems.splice(0), []);
});

test('given a date that cannot be, then it is kept as typed and the check says so', patience, async () => {
  const group = amara.getByRole('group', { name: 'When did you see them?' });
  await amara.getByLabel('Face to face, in a cell').check();
  await group.getByLabel('Date').fill('32/13/2026');
  await status(amara, 'saved').waitFor();
  await amara.reload();
  assert.equal(await amara.getByRole('group', { name: 'When did you see them?' }).getByLabel('Date').inputValue(), '32/13/2026');
  await sees(amara, 'There is a problem');
});

test('given the connection is lost, then the page says not saved, and saves by itself when it is back', patience, async () => {
  await amara.context().setOffline(true);
  await field(amara, noticed).fill('The custody sergeant, at 3 in the morning');
  await status(amara, 'lost').waitFor();
  assert.match(await status(amara, 'lost').innerText(), /^Not saved: connection lost/);
  await amara.context().setOffline(false);
  await status(amara, 'saved').waitFor();
  assert.match(await status(amara, 'saved').innerText(), /^Saved \d\d:\d\d$/);
  await amara.reload();
  assert.equal(await field(amara, noticed).inputValue(), 'The custody sergeant, at 3 in the morning');
  amara.problems.splice(0);
});

test('given two people in one draft, when both save, then each text is kept and a person decides', patience, async () => {
  const tom = await windowOf(browser);
  await signIn(tom, demo.url, 'Tom Hartley');
  await tom.goto(draft);
  await field(amara, matters).fill('Her daughter: Amara heard this');
  await status(amara, 'saved').waitFor();
  await field(tom, matters).fill('Her flat: Tom heard this');
  await status(tom, 'conflict').waitFor();
  assert.match(await status(tom, 'conflict').innerText(), /Not saved: Amara Bello has changed this/);
  const address = await tom.getByRole('link', { name: 'Compare the two versions' }).getAttribute('href');
  await tom.goto(`${demo.url}${address}`).catch(() => tom.goto(`${demo.url}${address}`));
  await sees(tom, 'Her daughter: Amara heard this', 'Her flat: Tom heard this', 'Nothing is lost');
  await checkPage(tom, 'conflict', [320, 1366]);
  await tom.getByLabel('Both, one below the other').check();
  await press(tom, 'Save these answers');
  const kept = await field(tom, matters).inputValue();
  assert.match(kept, /Amara heard this[\s\S]*Tom heard this/);
  await tom.context().close();
});

test('given Lock is pressed in the middle of a sentence, when unlocked, then the sentence is there and is saved', patience, async () => {
  await amara.goto(draft);
  const half = 'She was brought in after';
  await field(amara, noticed).fill(half);
  await amara.getByRole('button', { name: 'Lock', exact: true }).click();
  await amara.locator('#lock[open]').waitFor();
  // What was on the screen is not for who stands behind.
  assert.equal(await amara.locator('body.tl-locked').count(), 1);
  await amara.getByLabel('Password').fill('not this');
  await amara.getByRole('button', { name: 'Unlock' }).click();
  await amara.getByText('That password is not right').waitFor();
  await amara.getByLabel('Password').fill(password);
  await amara.getByRole('button', { name: 'Unlock' }).click();
  await amara.locator('#lock[open]').waitFor({ state: 'detached' });
  assert.equal(await field(amara, noticed).inputValue(), half);
  await status(amara, 'saved').waitFor();
  await amara.reload();
  assert.equal(await field(amara, noticed).inputValue(), half);
  amara.problems.splice(0);
});

test('given five wrong passwords, then the account waits, and the right one does not help', patience, async () => {
  const page = await windowOf(browser);
  await page.goto(`${demo.url}/sign-in`);
  const attempt = async (word) => {
    await page.getByLabel('Email address').fill('priya.nair@demo.invalid');
    await page.getByLabel('Password', { exact: true }).fill(word);
    await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
  };
  for (let tries = 0; tries < 5; tries += 1) {
    await attempt('wrong');
    await sees(page, 'The email address or the password is wrong');
    assert.equal(await page.getByLabel('Email address').inputValue(), 'priya.nair@demo.invalid');
  }
  await attempt(password);
  await sees(page, 'There were 5 wrong tries', /Wait \d+ minutes/);
  await checkPage(page, 'too many tries', [1366]);
  await page.context().close();
});

test('given an address that nobody has, then the page says so and leads on', patience, async () => {
  const answer = await amara.goto(`${demo.url}/people/00000000-0000-7000-8000-000000000000`);
  assert.equal(answer.status(), 404);
  await sees(amara, 'Page not found', 'Go to the first page');
});

test('given the disk is full, then nothing is half saved or looked at unseen, and room mends it', { timeout: 180_000 }, async (t) => {
  if (process.getuid() !== 0) return t.skip('only root may mount a small disk: run this as root to check what a full one does');
  const disk = await mkdtemp(join(tmpdir(), 'throughline-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', disk]);
  let server;
  let page;
  try {
    server = await startDemo({ empty: true, data: disk });
    page = await windowOf(browser);
    await signIn(page, server.url, 'Amara Bello');
    const address = await openScreening(page, custodyCsv(now));
    await field(page, matters).fill('Before the disk was full');
    await status(page, 'saved').waitFor();
    const reader = await page.context().newPage();
    reader.problems = [];
    assert.equal((await reader.goto(`${server.url}/lists`)).status(), 200);
    await reader.getByLabel('Or paste the list').fill(custodyCsv(now, { without: ['CU/88102'] }));
    fillUp(join(disk, 'filler'));
    const long = 'Typed while the disk was full. '.repeat(4000);
    await field(page, matters).fill(long);
    await status(page, 'lost').waitFor();
    assert.match(await status(page, 'lost').innerText(), /^Not saved: the server's disk is full/);
    await press(reader, 'Read the list');
    await sees(reader, "the server's disk is full", 'What you wrote', 'FENWICK');
    await checkPage(reader, 'disk full', [320, 1366]);
    await press(reader, 'Try again');
    await sees(reader, "the server's disk is full", 'FENWICK');
    // A record is not shown while who looked cannot be written.
    const another = await page.context().newPage();
    assert.equal((await another.goto(address)).status(), 507);
    await rm(join(disk, 'filler'));
    await press(reader, 'Try again');
    await sees(reader, 'Look this list over', /not in the file 1/i);
    await status(page, 'saved').waitFor({ timeout: 60_000 });
    await page.reload();
    assert.equal(await field(page, matters).inputValue(), long);
    await page.context().clearCookies();
    await signIn(page, server.url, 'Grace Obi');
    await page.goto(`${server.url}/audit`);
    // The chain is whole, and everything that was shown is in it.
    await sees(page, /Whole: [\d,]+ rows/);
    const opened = page.locator('tbody tr').filter({ hasText: 'Amara Bello' }).filter({ hasText: 'Looked at: Identity' });
    assert.ok((await opened.count()) >= 2, `only ${await opened.count()} looks are in the log`);
  } finally {
    await page?.context().close();
    await server?.stop();
    execFileSync('umount', [disk]);
    await rm(disk, { recursive: true, force: true });
  }
});

// Writes until there is no room for another byte.
function fillUp(file) {
  const descriptor = openSync(file, 'w');
  for (let size = 1 << 20; size >= 1; size >>= 1) {
    try {
      for (;;) writeSync(descriptor, Buffer.alloc(size, 'x'));
    } catch (error) {
      if (error.code !== 'ENOSPC') throw error;
    }
  }
  closeSync(descriptor);
}
