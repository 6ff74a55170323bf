// Lists that come in by themselves: a file put into a watched folder, one that cannot be read, a program with a
// token; and a list that did not come.
import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { go, press, write } from './keyboard.mjs';
import { custodyCsv } from './samples/custody.mjs';
import { arrive, checkPage, leave, photograph, says, scenes, sees, signIn, windowOf } from './support.mjs';

let demo;
let browser;
let folder;
let amara;
let wendy;
let token;
before(async () => {
  ({ demo, browser, folder } = await arrive((own) => ({ empty: true, inbox: own })));
  [amara, wendy] = [await windowOf(browser), await windowOf(browser)];
  await signIn(amara, demo.url, 'Amara Bello');
  await signIn(wendy, demo.url, 'Wendy Shah');
});

after(() => leave({ demo, browser, folder }));

const scene = scenes(180_000);

async function look(page, name) {
  await checkPage(page, `ways in: ${name}`);
  await photograph(page, `ways-in-${name}`);
}

async function expectBy(time) {
  await wendy.goto(`${demo.url}/administration`);
  await Promise.all([wendy.waitForEvent('load'), wendy.getByRole('link', { name: /at Bromley custody$/ }).click()]);
  await write(wendy, wendy.getByLabel('By when should the list'), time);
  await press(wendy, 'Save');
}

scene('given a list is expected by a time, when an administrator says so, then the page tells what is wrong with it', async () => {
  await expectBy('half seven');
  await sees(wendy, "'half seven' is not a time");
  await look(wendy, 'site-wrong');
  await expectBy('23:59');
  await sees(wendy, 'List expected by 23:59');
  await look(wendy, 'site');
});

scene('given its time has not passed, when Amara opens the board, then it says when the list is expected', async () => {
  await amara.goto(`${demo.url}/`);
  await sees(amara, "Today's custody list is expected by 23:59.");
});

scene('given its time has passed and no list is in, then the board says so before anything else', async () => {
  await expectBy('00:00');
  await amara.goto(`${demo.url}/`);
  await sees(amara, 'No custody list for today. It was expected by 00:00. Ask custody for it, or bring one in.');
  await look(amara, 'missing');
});

scene('given a list is put into the folder, then it comes to the board by itself and waits to be looked over', async () => {
  await writeFile(join(folder, 'custody today.csv'), custodyCsv(new Date()));
  await amara.getByText('A list waits to be looked over.').waitFor({ timeout: 60_000 });
  await sees(amara, 'by the watched folder throughline-', 'Nothing of it is on the board yet.');
  assert.ok(!(await says(amara)).includes('It was expected by'));
  await look(amara, 'waiting');
  assert.deepEqual(await readdir(join(folder, 'received')), ['custody today.csv']);
});

scene('given one that cannot be read, then the board and the page of lists say why until it is dealt with', async () => {
  await writeFile(join(folder, 'photo of the whiteboard.jpg'), Buffer.from('ffd8ffe000104a464946', 'hex'));
  await amara.getByText('1 file came in that could not be read.').waitFor({ timeout: 60_000 });
  await amara.goto(`${demo.url}/lists`);
  await sees(amara, '1 file came in that could not be read', 'photo of the whiteboard.jpg', 'This file is a picture');
  await look(amara, 'unread');
  assert.deepEqual((await readdir(join(folder, 'not-read'))).sort(), ['photo of the whiteboard.jpg', 'photo of the whiteboard.jpg - why.txt']);
  await press(amara, /^Dealt with/);
  assert.ok(!(await says(amara)).includes('could not be read'));
});

scene('given the list that came, when Amara brings it in, then its people are on the board', async () => {
  await amara.goto(`${demo.url}/`);
  await Promise.all([amara.waitForEvent('load'), amara.getByRole('link', { name: /^Custody list for today/ }).click()]);
  await sees(amara, 'the watched folder', 'custody today.csv');
  await press(amara, 'Bring this list in');
  await amara.goto(`${demo.url}/`);
  await sees(amara, "Today's custody list was received", 'by the watched folder');
  assert.ok(!(await says(amara)).includes('waits to be looked over'));
});

scene('given an administrator issues a token, then it is shown once', async () => {
  await wendy.goto(`${demo.url}/administration/tokens`);
  await press(wendy, 'Issue the token');
  await sees(wendy, 'Say what the program is', 'Choose the site');
  await look(wendy, 'token-wrong');
  await write(wendy, wendy.getByLabel('What is the program?'), 'Custody system of the police');
  const site = await go(wendy, wendy.getByLabel('lists does it hand in?'));
  await site.selectOption({ label: 'Bromley custody' });
  await press(wendy, 'Issue the token');
  token = await wendy.locator('.tl-token').innerText();
  await sees(wendy, 'it is not shown again');
  await look(wendy, 'token');
  await wendy.goto(`${demo.url}/administration/tokens`);
  assert.ok(!(await says(wendy)).includes(token));
});

scene('given the token, when a program hands a list in, then it waits; and not once it is revoked', async () => {
  const handIn = (body) => fetch(`${demo.url}/api/lists?name=feed.csv`, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body });
  const list = custodyCsv(new Date()).replaceAll('CU/88', 'CU/66');
  const answer = await handIn(list);
  assert.equal(answer.status, 201);
  const { waiting_at: waitingAt } = await answer.json();
  assert.equal((await handIn(list)).status, 200);
  await amara.goto(`${demo.url}${waitingAt}`);
  await sees(amara, 'the program Custody system of the police', 'feed.csv');
  await press(wendy, /^Revoke/);
  await sees(wendy, 'The token opens nothing any more.');
  const refused = await handIn(list.replaceAll('CU/66', 'CU/55'));
  assert.equal(refused.status, 401);
  assert.match((await refused.json()).detail, /revoked/);
});
