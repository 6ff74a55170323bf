// Lists of any making: a table with headings that nobody knows, a printed list.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { go, link, press } from './keyboard.mjs';
import { printed } from './samples/printed.mjs';
import { arrive, checkPage, leave, photograph, root, scenes, signIn, windowOf } from './support.mjs';

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

const heading = async () => (await amara.locator('h1').innerText()).replace(/\s+/g, ' ');
const text = async () => (await amara.locator('main').innerText()).replace(/\s+/g, ' ');

async function look(name) {
  await checkPage(amara, name);
  await photograph(amara, `lists-in-${name}`);
}

async function bringIn(name, content) {
  const file = join(folder, name);
  await writeFile(file, content);
  await amara.goto(`${demo.url}/lists`);
  await amara.getByLabel('Choose the file').setInputFiles(file);
  await press(amara, 'Read the list');
}

const today = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London' }).format(new Date());
const unknown = [
  'Ferrybridge Road',
  'Ref;Who;Came;Born;M/F;Why held;Cell',
  `QX/1/26;FENWICK, Ida;${today} 00:20;14/02/1991;F;Theft from shop;4`,
  `QX/2/26;OYELARAN, Tom;${today} 00:40;01/06/1984;M;Affray;5`,
].join('\n');

async function choose(label, value) {
  const select = await go(amara, amara.getByLabel(`What “${label}” means`));
  await select.selectOption({ label: value });
}

scene('given a list whose headings nobody knows, when Amara brings it in, then she is asked what its columns mean', async () => {
  await bringIn('unknown.csv', unknown);
  assert.match(await heading(), /What do the columns mean\?$/);
  await look('columns');
  const chosen = await amara.locator('select').evaluateAll((all) => all.map((one) => one.selectedOptions[0].textContent));
  assert.deepEqual(chosen.slice(0, 6), ['Not used', 'Name', 'Arrived', 'Date of birth', 'Sex', 'Not used']);
});

scene('given no column holds the name, when she goes on, then it is said and nothing she chose is lost', async () => {
  await choose('Who', 'Not used');
  await choose('Why held', 'Offence');
  await press(amara, 'Read the list');
  assert.match(await text(), /Choose the column that holds the name/);
  await look('columns-wrong');
  assert.equal(await amara.getByLabel('What “Why held” means').inputValue(), 'offence');
});

scene('given she says what they mean, when she goes on, then every row is there with what it said', async () => {
  await choose('Who', 'Name');
  await choose('Ref', 'Custody record number');
  await press(amara, 'Read the list');
  assert.match(await heading(), /Look this list over$/);
  const said = await text();
  for (const words of ['Rows in the file 2', 'FENWICK, Ida', 'QX/1/26', 'Theft from shop', 'Custody list (your columns)']) assert.ok(said.includes(words), `${words}: ${said}`);
  await look('review');
  await press(amara, 'Bring this list in');
  assert.match(await heading(), /Custody list$/);
});

scene('given the next list of the same making, its columns in another order, then nobody is asked again', async () => {
  const [, head, first, second] = unknown.split('\n');
  const turned = [head, first, second.replace('Affray', 'Burglary')].map((line) => line.split(';').reverse().join(';'));
  await bringIn('next.csv', turned.join('\n'));
  assert.match(await heading(), /Look this list over$/);
  assert.match(await text(), /Changed 1 .*The same as before 1/);
});

scene('given a list that was read well enough, when she corrects a column, then it is read anew', async () => {
  await link(amara, /^Correct what the columns/);
  await choose('Cell', 'Notes');
  await press(amara, 'Read the list');
  assert.match(await text(), /Changed 2/);
  await press(amara, 'Discard it');
});

scene('given a printed list, when she brings it in, then its rows are read and she is told to compare', async () => {
  const row = (top, cells) => cells.map((cell, at) => [30 + 120 * at, top, cell]);
  const page = [[30, 40, 'Custody list Ferrybridge Road'], ...row(80, ['Custody No', 'Name', 'DOB', 'Arrested']),
    ...row(100, ['QX/9/26', 'BRIGHTSEA, Sol', '02/03/1999', `${today} 00:10`])];
  await bringIn('printed.pdf', printed(page));
  assert.match(await heading(), /Look this list over$/);
  assert.match(await text(), /Read from a PDF by where its words stand: compare it with the print/);
  assert.match(await text(), /BRIGHTSEA, Sol/);
  await look('printed');
});

scene('given a list that nobody attends, then nothing is brought in and nobody is gone', async () => {
  const sample = (name) => readFile(join(root, 'crates/lists/tests/samples', name));
  await bringIn('sjp.json', await sample('single-justice-list.json'));
  assert.match(await text(), /decided on paper and nobody attends\. Nothing was brought in/);
});

scene('given a list with nobody on it, then she is warned before everybody is gone', async () => {
  await bringIn('nobody.csv', 'Custody No,Name,DOB,Arrested\n');
  assert.equal((await text()).includes('Nobody is on this list'), true);
  assert.match(await text(), /2 of the 2 people on our list are not in this file\. Check that it is the whole list/);
});

scene('given a picture of a list, then it is said what to ask for', async () => {
  await bringIn('scan.pdf', printed([]));
  assert.match(await text(), /This PDF is a picture of a page .*Ask the sender for the list itself/);
});
