// One person before the court several times a day: one line of work with several hearings. Lists of two
// systems on one day erase nobody; a hearing moves; news of one hearing concerns that hearing alone.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { answer, link, press } from './keyboard.mjs';
import { deleted, hearing, libra, news, platform } from './samples/courts.mjs';
import { arrive, checkPage, leave, photograph, scenes, sees, signIn, windowOf } from './support.mjs';

let demo;
let browser;
let folder;
let amara;
before(async () => {
  ({ demo, browser, folder } = await arrive({ empty: true }));
  amara = await windowOf(browser);
  await signIn(amara, demo.url, 'Amara Bello');
  await answer(amara, { 'Work at another site': 'Bromley Magistrates' });
  await press(amara, 'Change site');
});

after(() => leave({ demo, browser, folder }));

const scene = scenes(120_000);

async function look(name, from = null) {
  await checkPage(amara, name);
  await photograph(amara, `hearings-${name}`, from);
}

async function bringIn(name, content) {
  const file = join(folder, name);
  await writeFile(file, content);
  await amara.goto(`${demo.url}/lists`);
  await amara.getByLabel('Choose the file').setInputFiles(file);
  await press(amara, 'Read the list');
}

async function board() {
  await amara.goto(demo.url);
  return (await amara.locator('.tl-work__row').allInnerTexts()).map((row) => row.replace(/\s+/g, ' '));
}

const ada = { forenames: 'Ada', surname: 'Fenwick', born: '1991-02-14' };
const tom = { forenames: 'Tom', surname: 'Oyelaran', born: '1984-06-01' };
const kit = { forenames: 'Kit', surname: 'Brightsea', born: '1990-01-01' };
const first = [hearing(ada, '01BR0000126', 1, '21:00'), hearing(ada, '01BR0000226', 2, '22:00', { restricted: 'Section 45 order' }), hearing(ada, '01BR0000326', 1, '21:30'), hearing(tom, '01BR0000426', 1, '21:00')];

scene('given somebody with three cases on one list, when Amara looks it over, then they are one person with three hearings', async () => {
  await bringIn('platform.json', platform(first));
  await sees(amara, 'New 2', 'A further hearing of a person above 2', 'Rows in the file 4', '3 hearings', 'It takes the place of an earlier list of Common Platform for the same day. Lists from elsewhere stay as they are');
  await look('review', amara.locator('#look'));
  await press(amara, 'Bring this list in');
});

scene('given she looks at the board, then there is one row with the next hearing and how many more', async () => {
  const rows = await board();
  assert.equal(rows.length, 2, rows.join('\n'));
  const row = rows.find((one) => one.includes('FENWICK'));
  assert.match(row, /\+ 2 more hearings today/);
  await look('board');
  await link(amara, /FENWICK/);
  await sees(amara, '3 hearings', 'Section 45 order');
  const places = await amara.locator('.tl-hearings h3').allInnerTexts();
  assert.deepEqual(places.map((place) => place.match(/Courtroom \d/)[0]), ['Courtroom 1', 'Courtroom 1', 'Courtroom 2']);
  assert.match(places[0], /Next/);
  await look('line', amara.locator('#hearings'));
  await press(amara, 'I am seeing them');
});

scene('given a Libra list for the same day, then nobody of the first is gone, and who is on both is one line', async () => {
  await bringIn('libra.xml', libra([hearing(ada, '2600000001', '04', '22:30'), hearing(kit, '2600000002', '04', '22:30')]));
  await sees(amara, 'New 1', 'Changed 1', 'Gone: on our list, and not in the file 0', 'Also on Libra:', '2600000001');
  await look('libra', amara.locator('#changed'));
  await press(amara, 'Bring this list in');
  const rows = await board();
  assert.equal(rows.length, 3, rows.join('\n'));
  assert.ok(rows.some((row) => row.includes('OYELARAN') && !row.includes('Left the list')), rows.join('\n'));
  assert.ok(rows.some((row) => /FENWICK.*\+ 3 more hearings today.*With you/.test(row)), rows.join('\n'));
});

scene('given the first list again with a hearing moved and somebody not on it, then both are told', async () => {
  const moved = first.slice(0, 3).map((one) => (one.urn === '01BR0000226' ? { ...one, room: 5 } : one));
  await bringIn('moved.json', platform(moved));
  await sees(amara, 'Moved 1', 'Gone: on our list, and not in the file 1', 'Moved (1)', 'OYELARAN', '1 person moves to another court, room or time');
  const from = await amara.locator('section, div').getByRole('region', { name: 'Moved' }).innerText();
  assert.match(from.replace(/\s+/g, ' '), /Courtroom 2, .*→.*Courtroom 5, .*case 01BR0000226.*Being seen/);
  await look('moved', amara.locator('#moved'));
  await press(amara, 'Bring this list in');
  const rows = await board();
  assert.ok(rows.some((row) => /OYELARAN.*Left the list/.test(row)), rows.join('\n'));
  assert.ok(rows.some((row) => /BRIGHTSEA/.test(row) && !/Left the list/.test(row)), 'Libra has Kit');
});

scene('given news of a hearing, then it joins the line, its results are told when they are shared, and an episode is about every case', async () => {
  const listed = hearing(ada, '01BR0000526', 3, '23:00');
  await bringIn('listed.json', news('h-1', listed));
  await sees(amara, 'News of one hearing', 'It concerns nobody else on the board', 'Further hearing:', 'Courtroom 3', 'Gone: on our list, and not in the file 0');
  await press(amara, 'Bring this list in');
  await bringIn('resulted.json', news('h-1', listed, true));
  await sees(amara, "the court has shared the hearing's results", 'Results shared (case 01BR0000526) No Yes');
  await look('resulted', amara.locator('#changed'));
  await press(amara, 'Bring this list in');
  await board();
  await link(amara, /FENWICK/);
  await sees(amara, '5 hearings', 'Results shared');
  await press(amara, 'Add the person and open an episode');
  await sees(amara, '01BR0000126, 01BR0000326, 01BR0000226, 2600000001, 01BR0000526', 'Theft (01BR0000226)');
});

scene('given the court deletes the hearing, then that hearing is gone and nobody else is touched', async () => {
  const before = await board();
  await bringIn('deleted.json', deleted('h-1'));
  await sees(amara, 'the court has taken the hearing off its lists', 'A hearing gone, and the person stays for another 1', 'No longer on Common Platform:', 'Courtroom 3', 'Gone: on our list, and not in the file 0');
  await look('deleted', amara.locator('#changed'));
  await press(amara, 'Bring this list in');
  const rows = await board();
  assert.equal(rows.length, before.length);
  assert.ok(rows.some((row) => /FENWICK.*\+ 3 more hearings today.*With you/.test(row)), rows.join('\n'));
  await bringIn('nobody.json', deleted('h-2'));
  await sees(amara, 'Nobody on our board has this hearing: nothing changes');
});

scene('given Common Platform has dropped somebody whom Libra has, then they stay; given both have, then they are gone', async () => {
  await bringIn('dropped.json', platform([hearing(tom, '01BR0000426', 1, '21:00')]));
  await sees(amara, 'A hearing gone, and the person stays for another 1', 'Gone: on our list, and not in the file 0');
  await press(amara, 'Bring this list in');
  await bringIn('libra-again.xml', libra([hearing(kit, '2600000002', '04', '22:30')]));
  await sees(amara, 'Gone: on our list, and not in the file 1', 'Gone from the list (1)', 'FENWICK');
  await look('gone');
  await press(amara, 'Bring this list in');
  const rows = await board();
  assert.ok(rows.some((row) => /FENWICK.*Left the list/.test(row)), rows.join('\n'));
});

scene('given the court puts somebody else in the place of one case of two, then both are on the board', async () => {
  const [ida, sol] = [{ forenames: 'Ida', surname: 'Quayle', born: '1979-05-05' }, { forenames: 'Sol', surname: 'Wexford', born: '1988-08-08' }];
  const second = hearing(ida, '01BR0000726', 1, '21:30');
  await bringIn('place.json', platform([hearing(ida, '01BR0000626', 1, '21:00'), second]));
  await press(amara, 'Bring this list in');
  await bringIn('place-taken.json', platform([hearing(sol, '01BR0000626', 1, '21:00'), second]));
  await sees(amara, 'New 1', 'Changed 1', 'No longer on Common Platform:', 'Gone: on our list, and not in the file 0');
  await press(amara, 'Bring this list in');
  const rows = await board();
  for (const name of ['QUAYLE', 'WEXFORD']) assert.ok(rows.some((row) => row.includes(name) && !row.includes('Left the list')), rows.join('\n'));
});
