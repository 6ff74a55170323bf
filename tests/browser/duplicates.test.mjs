// Two records of one person: a pair waits in the queue, somebody joins it, an old link leads on, and the
// joining is undone. And a colleague who has met the same person twice says so.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { answer, go, link, press } from './keyboard.mjs';
import { checkPage, photograph, scenes, sees, signIn, startBrowser, startDemo, windowOf } from './support.mjs';

let demo;
let browser;
let josie;
let pair;
let records;
let joined;

before(async () => {
  [demo, browser] = await Promise.all([startDemo(), startBrowser()]);
  josie = await windowOf(browser);
  await signIn(josie, demo.url, 'Josie Quill');
});

after(async () => {
  await browser?.close();
  await demo?.stop();
});

const scene = scenes(120_000);

async function look(page, name) {
  await checkPage(page, name);
  await photograph(page, `duplicates-${name}`);
}

const heading = async (page) => (await page.locator('h1').innerText()).trim();

scene('given records that look alike, when Josie opens the queue, then the likeliest pair comes first, with why', async () => {
  await link(josie.getByRole('navigation', { name: 'Main' }), 'Duplicates');
  assert.equal(await heading(josie), 'Possible duplicates');
  await sees(josie, '5 pairs, the likeliest first', 'Very likely', 'Reported by Amara Bello');
  await look(josie, 'queue');
  await link(josie, 'Not sure');
  await sees(josie, 'No pair is in this state');
  await look(josie, 'queue-empty');
  await link(josie, 'To review', { exact: true });
});

scene('given a pair, when she decides without a reason, then the page says so beside the field and keeps her choice', async () => {
  await go(josie, josie.locator('main table a').first());
  const loaded = josie.waitForEvent('load');
  await josie.keyboard.press('Enter');
  await loaded;
  pair = josie.url();
  await sees(josie, 'The two records side by side', 'What each record holds', 'How the figure came about');
  records = await josie.locator('main a', { hasText: /^Open the (first|second) record/ }).evaluateAll((all) => all.map((one) => one.pathname));
  assert.equal(records.length, 2);
  await look(josie, 'pair');
  await answer(josie, { 'Your decision': 'One person: join the two records', 'How do you know?': 'Same' });
  await press(josie, 'Go on');
  await sees(josie, 'There is a problem', 'Say in at least 10 letters how you know');
  assert.ok(await josie.getByLabel('One person: join the two records').isChecked());
  assert.equal(await josie.getByLabel('How do you know?').inputValue(), 'Same');
  await look(josie, 'pair-error');
});

scene('given a reason, then she is told what moves before anything does, and joins', async () => {
  const kept = await josie.locator('input[name=keep]:checked').inputValue();
  records = [`/people/${kept}`, ...records.filter((record) => !record.endsWith(kept))];
  await answer(josie, { 'How do you know?': 'Both PNC IDs are one, and she told me both names' });
  await press(josie, 'Go on');
  assert.equal(await heading(josie), 'Check before you join these records');
  await sees(josie, 'What moves', 'Episodes 1', 'What stays behind');
  await look(josie, 'check');
  await press(josie, 'Join these records');
  joined = josie.url();
  await sees(josie, 'The records were joined', 'Both PNC IDs are one, and she told me both names', 'Nothing was added since');
  await look(josie, 'joined');
});

scene('given an old link, then it leads to the record that stayed, and says who joined them', async () => {
  for (const page of ['', '/timeline', '/who-looked', '/edit']) {
    await josie.goto(demo.url + records[1] + page);
    assert.equal(new URL(josie.url()).pathname, records[0]);
    await sees(josie, 'These records were joined on', 'by Josie Quill');
  }
  await sees(josie, 'Records joined');
  await look(josie, 'old-link');
  await link(josie, 'Timeline');
  await sees(josie, 'Records joined: one record was joined into this one');
});

scene('given an old link, when somebody follows it who may not see the record, then it answers as if there were none', async () => {
  const other = await windowOf(browser);
  await signIn(other, demo.url, 'Harriet Dunn');
  const [gone, none] = [await other.goto(demo.url + records[1]), await other.goto(`${demo.url}/people/01900000-0000-7000-8000-00000000dead`)];
  assert.deepEqual([gone.status(), none.status()], [404, 404]);
  assert.equal((await other.goto(`${demo.url}/duplicates`)).status(), 404);
  await other.context().close();
});

scene('given a joining, when it is undone, then both records are back and the pair waits again', async () => {
  await josie.goto(joined);
  await press(josie, 'Take the records apart');
  await sees(josie, 'There is a problem', 'Say in at least 10 letters how you know');
  await answer(josie, { 'Why are the records taken apart?': 'She showed a passport: they are cousins' });
  await press(josie, 'Take the records apart');
  await sees(josie, 'Both records are as they were', 'She showed a passport: they are cousins');
  await look(josie, 'undone');
  for (const record of records) {
    await josie.goto(demo.url + record);
    assert.equal(new URL(josie.url()).pathname, record);
  }
  await josie.goto(pair);
  await answer(josie, { 'Your decision': 'Different people', 'How do you know?': 'She showed a passport: they are cousins' });
  await press(josie, 'Go on');
  await sees(josie, 'Noted: different people', '4 pairs');
});

scene('given two NHS numbers, then joining asks which one is wrong', async () => {
  await link(josie, /AHMED/);
  await answer(josie, { 'Your decision': 'One person: join the two records', 'How do you know?': 'Same wristband and same mother' });
  await press(josie, 'Go on');
  await press(josie, 'Join these records');
  await sees(josie, 'There is a problem', 'Two numbers mean two people');
  await look(josie, 'two-numbers');
});

scene('given a practitioner who met the same person twice, then she finds the other record and reports it', async () => {
  const amara = await windowOf(browser);
  await signIn(amara, demo.url, 'Amara Bello');
  await amara.goto(demo.url + records[0]);
  await link(amara, 'Report a possible duplicate');
  await look(amara, 'report');
  await press(amara, 'Search');
  await press(amara, 'Report as a possible duplicate');
  await sees(amara, 'Choose the record that looks like the same person', 'Say why you think that they are one person');
  await look(amara, 'report-error');
  await go(amara, amara.locator('input[name=other]').first());
  await amara.keyboard.press('Space');
  await answer(amara, { 'Why do you think that they are one person?': 'Told me both names' });
  await press(amara, 'Report as a possible duplicate');
  await sees(amara, 'The pair waits under “Possible duplicates”', 'Reported by Amara Bello', 'A team leader or an administrator decides');
  assert.equal(await amara.getByRole('button', { name: 'Go on' }).count(), 0);
  await look(amara, 'reported');
  await amara.context().close();
});
