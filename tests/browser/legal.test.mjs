// On which legal basis somebody is held, minute by minute, and the clocks that run: typed at the custody desk.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { custodyCsv } from './samples/custody.mjs';
import { answer, link, press, tabThrough, unfold } from './keyboard.mjs';
import { arrive, checkPage, leave, photograph, says, scenes, signIn, windowOf } from './support.mjs';

let demo;
let browser;
let folder;
let amara;

before(async () => {
  ({ demo, browser, folder } = await arrive({ empty: true }));
  amara = await windowOf(browser);
  await signIn(amara, demo.url, 'Amara Bello');
});

after(() => leave({ demo, browser, folder }));

const scene = scenes(180_000);
const banner = async (page) => (await page.locator('.tl-person').innerText()).replace(/\s+/g, ' ');
const row = async (page, name) => (await page.locator('.tl-work__row', { hasText: name }).innerText()).replace(/\s+/g, ' ');

async function look(page, name) {
  assert.doesNotMatch(`${await page.title()} ${page.url()}`, /fenwick|marlon/i);
  await checkPage(page, name);
  await photograph(page, `legal-${name}`);
}

// A moment as people type it: `26/11 14:05`. All are counted from one, however long the scenes take.
const began = Date.now();
function ago(minutes) {
  const at = new Date(began - minutes * 60_000);
  const london = (options) => new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', ...options }).format(at);
  return `${london({ day: 'numeric', month: 'numeric' })} ${london({ hour: '2-digit', minute: '2-digit' })}`;
}

async function happened(what, minutes, more = {}) {
  await answer(amara, { 'What happened?': what, 'When?': ago(minutes), ...more });
  await press(amara, 'Record it');
  assert.match(await says(amara), /Recorded\. The clocks below count from it/);
}

scene('given the list says when Fenwick came, then his episode and its banner have a clock, and the page says whose times they are', async () => {
  await link(amara, 'Bring one in');
  const file = join(folder, 'custody.csv');
  await writeFile(file, custodyCsv(new Date()));
  await amara.getByLabel('Choose the file').setInputFiles(file);
  await press(amara, 'Read the list');
  await press(amara, 'Bring this list in');
  await link(amara, 'Go to today\'s board');
  await link(amara, /FENWICK/);
  await press(amara, 'Add the person and open an episode');
  assert.match(await banner(amara), /Police detention \(PACE\).*First review due/);
  await link(amara, 'Legal status and clocks');
  const said = await says(amara);
  assert.match(said, /Police detention since/);
  assert.match(said, /From the list: nobody has recorded it/);
  assert.match(said, /24 h limit Running/);
  assert.match(said, /Estimate: check the custody record/);
  await look(amara, 'from-the-list');
});

scene('given nothing is filled in, when she records, then each field says what is missing and nothing typed is lost', async () => {
  await press(amara, 'Record it');
  assert.match(await says(amara), /Choose what happened/);
  assert.match(await says(amara), /Enter when it happened, like 0930/);
  await answer(amara, { 'What happened?': 'Section 136 extended', 'When?': 'after lunch', 'For how many hours?': 'a few' });
  await press(amara, 'Record it');
  const said = await says(amara);
  assert.match(said, /'after lunch' is not a time/);
  assert.match(said, /Enter for how many hours, like 12 or 7\.5/);
  assert.equal(await amara.getByLabel('When?').inputValue(), 'after lunch');
  assert.equal(await amara.getByLabel('For how many hours?').inputValue(), 'a few');
  await look(amara, 'wrong');
});

scene('given a review was held, when she types it, then the next one is counted from it, on the banner too', async () => {
  await answer(amara, { 'For how many hours?': '' });
  await happened('Review held', 20);
  assert.match(await banner(amara), /Review due/);
  assert.doesNotMatch(await banner(amara), /First review due/);
  await unfold(amara, 'Met, stopped, extended or not in force');
  assert.match(await says(amara), /First review Met/);
  assert.match(await says(amara), /Decided by Inspector/);
});

scene('given section 136 is used before anybody ended police detention, then the overlap is said in words and drawn', async () => {
  await happened('Arrived at the place of safety (section 136)', 15);
  const said = await says(amara);
  assert.match(said, /Overlap: More than one power is recorded since .* police detention and Section 136\. Record when one of them ended/);
  assert.match(said, /Section 136 Running/);
  assert.match(await banner(amara), /Section 136 or 135/);
  assert.ok((await amara.locator('.tl-legal__span--overlap').count()) > 0);
  await look(amara, 'overlap');
});

scene('given it ended earlier, when she records that, then the gap between the two is said, and corrected it is gone', async () => {
  await happened('Police detention ended, not released', 18);
  const said = await says(amara);
  assert.doesNotMatch(said, /Overlap/);
  assert.match(said, /Gap: Nothing is recorded from .*\(3 min\)/);
  await look(amara, 'gap');
  await link(amara, /^Correct Police detention ended/);
  await look(amara, 'correct');
  await answer(amara, { 'When?': ago(15) });
  await press(amara, 'Save the correction');
  assert.doesNotMatch(await says(amara), /Gap: |Overlap: /);
  assert.match(await says(amara), /Corrected and taken away \(1\)/);
  await unfold(amara, 'Corrected and taken away');
  assert.match(await says(amara), /Police detention ended, not released .* Written .* by Amara Bello/);
});

scene('given a line is about somebody else, when she takes it away without a reason, then one is asked for; with it the line is kept apart', async () => {
  await happened('Remanded in custody', 5);
  await link(amara, /^Correct Remanded in custody/);
  await press(amara, 'Take it away');
  assert.match(await says(amara), /Say why it was entered in error/);
  await answer(amara, { 'Why was it entered in error?': 'Another person\'s' });
  await press(amara, 'Take it away');
  assert.match(await says(amara), /Corrected and taken away \(3\)/);
  assert.match(await banner(amara), /Section 136 or 135/);
});

scene('given what was recorded, then the board counts from it and not from the list', async () => {
  await link(amara, 'Throughline');
  const seen = await row(amara, 'FENWICK');
  assert.match(seen, /Section 136/);
  assert.doesNotMatch(seen, /24 h limit/);
  assert.match(await row(amara, 'OYELARAN'), /24 h limit/);
});

scene('given she walks out, when Amara records it, then the contact within 48 hours makes itself', async () => {
  await link(amara, /FENWICK/);
  await link(amara, 'Legal status and clocks');
  await happened('Released, at liberty', 1);
  assert.match(await says(amara), /At liberty since/);
  await unfold(amara, 'Met, stopped, extended or not in force');
  assert.match(await says(amara), /Section 136 Stopped/);
  await look(amara, 'released');
  const { hidden } = await tabThrough(amara);
  assert.deepEqual(hidden, [], 'focus is always seen');
  await link(amara, 'Episode', { exact: true });
  assert.match(await says(amara), /Contact within 48 hours of release/);
  await look(amara, 'episode');
});
