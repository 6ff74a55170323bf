// Correcting rows of a list while it is looked over, and taking a list back: by keyboard only.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { go, link, press, unfold, write } from './keyboard.mjs';
import { arrive, checkPage, leave, photograph, scenes, signIn, windowOf } from './support.mjs';

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

const scene = scenes(120_000);

const heading = async (page = amara) => (await page.locator('h1').innerText()).replace(/\s+/g, ' ');
const text = async (part = amara.locator('main')) => (await part.innerText()).replace(/\s+/g, ' ');
const row = (name) => amara.locator('[id^="row-"]').filter({ hasText: name }).first();
const form = () => amara.locator('[data-correct-form]').first();

async function look(name, page = amara, from = null) {
  await checkPage(page, name);
  await photograph(page, `correct-${name}`, from);
}

async function bringIn(name, content) {
  const file = join(folder, name);
  await writeFile(file, content);
  await amara.goto(`${demo.url}/lists`);
  await amara.getByLabel('Choose the file').setInputFiles(file);
  await press(amara, 'Read the list');
}

const today = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London' }).format(new Date());
const head = 'Custody No,Surname,Forenames,DOB,Sex,NHS No,Arrived,Offence';
const rows = [
  `QX/1/26,FENWICK,Ida,31/02/1991,F,999 001 2016,${today} 00:20,Theft from shop`,
  `QX/2/26,OYELARAN,Tom,01/06/1984,M,999 001 2017,${today} 00:40,Affray`,
  `,,,03/04/1990,F,,${today} 00:50,Criminal damage`,
  `QX/4/26,BRIGHTSEA,Sol,02/03/1999,M,,${today} 00:10,Robbery`,
];
const list = (of = rows) => [head, ...of].join('\n');

// What has focus, in the words of its label.
const focused = () => amara.evaluate(() => document.activeElement.labels?.[0]?.innerText.trim() ?? document.activeElement.innerText.trim());

scene('given a list with slips, when Amara looks it over, then what needs attention comes first', async () => {
  await bringIn('list.csv', list());
  assert.match(await heading(), /Look this list over$/);
  const said = await text();
  assert.ok(said.indexOf('Rejected rows (1)') < said.indexOf('New, with something to know (2)'), said);
  assert.match(said, /Date of birth '31\/02\/1991' is not a possible date/);
  await look('review', amara, amara.locator('#rejected'));
});

scene('given a rejected row, when she opens it and types a name, then Enter saves it and opens the next row in doubt', async () => {
  await go(amara, row('No name and no custody').getByRole('link', { name: 'Correct' }));
  await amara.keyboard.press('Enter');
  await form().waitFor();
  await look('rejected', amara, form());
  await write(amara, form().getByLabel('Surname'), 'Vane');
  await amara.keyboard.press('Enter');
  await form().getByLabel('Date of birth').and(amara.locator(':focus')).waitFor();
  assert.equal(await form().getByLabel('Date of birth').inputValue(), '31/02/1991');
  assert.match(await text(), /Rejected: could not be used 0/);
  assert.match(await text(), /1 row is brought in as corrected/);
  assert.match(await text(row('VANE')), /Surname corrected by Amara Bello: list said nothing/);
});

scene('given a date that is none, when she presses Enter, then it is said beside the field and what she typed stays', async () => {
  await amara.keyboard.type('30/2/1991');
  await amara.keyboard.press('Enter');
  await form().locator('.nhsuk-error-message').waitFor();
  assert.match(await text(form()), /There is no such date as '30\/2\/1991'/);
  assert.equal(await form().getByLabel('Date of birth').inputValue(), '30/2/1991');
  assert.equal(await focused(), 'Date of birth');
  await look('wrong', amara, form());
});

scene('given she types the right one, when she presses Enter, then the row is right and the next one is open', async () => {
  await write(amara, form().getByLabel('Date of birth'), '3 Feb 1991');
  await amara.keyboard.press('Enter');
  await form().getByLabel('NHS number').and(amara.locator(':focus')).waitFor();
  const fenwick = await text(row('FENWICK'));
  assert.match(fenwick, /3 Feb 1991/);
  assert.match(fenwick, /Date of birth corrected by Amara Bello: list said “31\/02\/1991”/);
  assert.doesNotMatch(fenwick, /not a possible date/);
});

scene('given a wrong check digit, then Escape leaves the list as it is, and a right number is kept', async () => {
  await amara.keyboard.type('999 001 2018');
  await amara.keyboard.press('Enter');
  await form().locator('.nhsuk-error-message').waitFor();
  assert.match(await text(form()), /This NHS number has a wrong check digit/);
  await amara.keyboard.press('Escape');
  assert.equal(await amara.locator('[data-correct-form]').count(), 0);
  assert.match(await focused(), /^Correct/);
  assert.match(await text(row('OYELARAN')), /NHS number '999 001 2017' is not valid/);
  await amara.keyboard.press('Enter');
  await form().waitFor();
  await write(amara, form().getByLabel('NHS number'), '');
  await amara.keyboard.press('Enter');
  await amara.waitForFunction(() => document.activeElement?.id === 'happens');
  assert.match(await text(), /3 rows are brought in as corrected/);
  assert.match(await text(row('OYELARAN')), /NHS number corrected by Amara Bello: list said “999 001 2017”/);
  await look('done', amara, amara.locator('#happens'));
});

scene('given a correction was wrong, when she takes it back, then the list speaks', async () => {
  await go(amara, row('OYELARAN').getByRole('link', { name: 'Correct' }));
  await amara.keyboard.press('Enter');
  await form().waitFor();
  await look('take-back', amara, amara.locator('.tl-correct__done'));
  await go(amara, amara.getByRole('button', { name: 'Take back the correction of NHS number' }));
  await amara.keyboard.press('Space');
  await amara.locator('#happens').waitFor();
  await amara.waitForFunction(() => /2 rows are brought in as corrected/.test(document.querySelector('main').innerText));
  assert.match(await text(row('OYELARAN')), /NHS number '999 001 2017' is not valid/);
});

scene('given two correct the same field, then neither is lost and both are shown', async () => {
  const address = await row('BRIGHTSEA').getByRole('link', { name: 'Correct' }).getAttribute('href');
  await amara.goto(demo.url + address);
  await look('page-of-its-own');
  await amara.goBack();
  const other = await windowOf(browser, { javaScript: false });
  await signIn(other, demo.url, 'Josie Quill');
  await other.goto(demo.url + address);
  await go(amara, row('BRIGHTSEA').getByRole('link', { name: 'Correct' }));
  await amara.keyboard.press('Enter');
  await form().waitFor();
  await other.getByLabel('Forenames').fill('Solomon');
  await other.getByRole('button', { name: 'Save and go on' }).click();
  await other.waitForURL('**/review**');
  await write(amara, form().getByLabel('Forenames'), 'Solange');
  await amara.keyboard.press('Enter');
  await form().locator('.nhsuk-error-message').waitFor();
  assert.match(await text(form()), /Josie Quill made this “Solomon” while you were typing/);
  assert.equal(await form().getByLabel('Forenames').inputValue(), 'Solange');
  await look('both', amara, form());
  await amara.keyboard.press('Enter');
  await amara.waitForFunction(() => /BRIGHTSEA, Solange/.test(document.querySelector('main').innerText));
  await other.context().close();
});

scene('given a colleague corrects a row while she looks, when she brings the list in, then she is shown what would happen first', async () => {
  const other = await windowOf(browser, { javaScript: false });
  await signIn(other, demo.url, 'Josie Quill');
  await other.goto(demo.url + await row('OYELARAN').getByRole('link', { name: 'Correct' }).getAttribute('href'));
  await other.getByLabel('Postcode').fill('ZZ1 1AA');
  await other.getByRole('button', { name: 'Save and go on' }).click();
  await other.waitForURL('**/review**');
  await amara.reload();
  await other.goBack();
  await other.getByLabel('Address', { exact: true }).fill('9 Quay Lane');
  await other.getByRole('button', { name: 'Save and go on' }).click();
  await other.waitForURL('**/review**');
  await press(amara, 'Bring this list in');
  assert.match(await text(), /Something changed while you were looking/);
  assert.match(await heading(), /Look this list over$/);
  await other.context().close();
});

scene('given it is brought in, then the board and the row say what was corrected', async () => {
  await press(amara, 'Bring this list in');
  assert.match(await heading(), /Custody list$/);
  assert.match(await text(), /4 rows that it added are taken off the board/);
  await look('brought-in', amara, amara.locator('#take-back'));
  await link(amara, 'FENWICK, Ida');
  assert.match(await text(), /Date of birth “03\/02\/1991”: list said “31\/02\/1991”\. Corrected by Amara Bello/);
  await unfold(amara, 'The row exactly as it came');
  assert.match(await text(), /31\/02\/1991"/);
  await look('row', amara, amara.getByText('Corrected when the list was looked over'));
});

scene('given somebody works on a row, when the list is taken back, then that row stays and the others go', async () => {
  await press(amara, 'I am seeing them');
  await amara.goBack();
  await amara.goto(`${demo.url}/lists`);
  await link(amara, /^Custody list/);
  assert.match(await text(), /3 rows that it added are taken off the board.*1 row stays: FENWICK, Ida\. Stayed: somebody has worked on it/);
  const gone = await amara.getByRole('link', { name: 'BRIGHTSEA, Solange' }).getAttribute('href');
  await press(amara, 'Take this list back');
  assert.match(await heading(), /Look this list over$/);
  assert.match(await text(), /Taken back by Amara Bello/);
  assert.match(await text(), /1 row stayed on the board: FENWICK, Ida\. Stayed: somebody has worked on it/);
  assert.match(await text(), /The same as before 1/);
  await look('taken-back');
  // A page of a row that was open when the row went leads to the list.
  await amara.goto(demo.url + gone);
  assert.match(await text(), /Taken back by Amara Bello/);
  const josie = await windowOf(browser);
  await signIn(josie, demo.url, 'Josie Quill');
  const board = await text(josie.locator('main'));
  assert.match(board, /Amara Bello took back the custody list of/);
  assert.match(board, /FENWICK, Ida/);
  assert.doesNotMatch(board, /BRIGHTSEA/);
  await josie.context().close();
});

scene('given the list is sent again with the same slips, then the corrections hold', async () => {
  await bringIn('again.csv', list([...rows, `QX/5/26,ROWE,Bea,01/01/1990,F,,${today} 01:10,Theft`]));
  const said = await text();
  assert.match(said, /The list still says the same, so these corrections hold: FENWICK, Ida: date of birth/);
  assert.match(said, /Rejected: could not be used 0/);
  await unfold(amara, 'The same as before');
  assert.match(await text(row('FENWICK')), /corrected by Amara Bello on an earlier list/);
  await look('held', amara, amara.locator('#corrected-before'));
});

scene('given it says something else there, then the list speaks and it is told', async () => {
  await bringIn('other.csv', list(rows.map((line) => line.replace('31/02/1991', '13/02/1991'))));
  const said = await text();
  assert.match(said, /no longer used: FENWICK, Ida, date of birth: Amara Bello had corrected “31\/02\/1991” to “03\/02\/1991”, and the list says “13\/02\/1991” now/);
  await look('dropped', amara, amara.locator('#corrected-before'));
});
