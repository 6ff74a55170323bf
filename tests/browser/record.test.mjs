// The record that a clinician signs: quick by keyboard, nothing lost on a bad day, countersigned, sealed where it must
// be, and opened as it stood.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { answer, go, link, press, unfold, write } from './keyboard.mjs';
import { checkPage, password, photograph, scenes, sees, signIn, startBrowser, startDemo, windowOf } from './support.mjs';

let demo;
let browser;
let amara;
let josie;
let sam;
let tom;
let episode;

before(async () => {
  [demo, browser] = await Promise.all([startDemo(), startBrowser()]);
  [amara, josie, sam, tom] = await Promise.all(['Amara Bello', 'Josie Quill', 'Sam Tilley', 'Tom Hartley'].map(opened));
  episode = await unscreened(amara);
});

after(async () => {
  await browser?.close();
  await demo?.stop();
});

async function opened(name) {
  const page = await windowOf(browser);
  // A browser asks before it leaves what is not saved: the person goes on.
  page.on('dialog', (dialog) => dialog.accept().catch(() => {}));
  await signIn(page, demo.url, name);
  return page;
}

async function seesNot(page, ...hidden) {
  const html = await page.content();
  for (const one of hidden) assert.ok(!html.includes(one), `“${one}” is on ${page.url()}`);
}

const status = (page, state) => page.locator(`[data-autosave-status][data-state="${state}"]`);
const open = (page, path) => page.goto(`${demo.url}${path}`);
const pathOf = (page) => new URL(page.url()).pathname;

// An episode of the board in which nobody has begun to screen.
async function unscreened(page) {
  await open(page, '/');
  const all = await page.locator('main a[href*="/episodes/"]').evaluateAll((links) => links.map((one) => new URL(one.href).pathname));
  for (const path of new Set(all.map((one) => one.match(/\/episodes\/[0-9a-f-]+/)[0]))) {
    await open(page, `${path}/forms/screening`);
    if (await page.getByRole('button', { name: 'Start', exact: true }).count()) return path;
  }
  throw new Error('the board has no episode to screen in');
}

async function started(page, form) {
  await open(page, `${episode}/forms/${form}`);
  // A draft of one's own goes on.
  if (!pathOf(page).endsWith('/edit')) await press(page, /^Start/, { exact: false });
  await page.waitForURL('**/edit');
  return pathOf(page);
}

// Counts what a person does: keys, and fields that they turn to.
function counted(page) {
  const count = { keys: 0, fields: 0 };
  const { press: one, type: many } = page.keyboard;
  page.keyboard.press = (key, ...rest) => { count.keys += 1; return one.call(page.keyboard, key, ...rest); };
  page.keyboard.type = (text, ...rest) => { count.keys += text.length; return many.call(page.keyboard, text, ...rest); };
  count.stop = () => Object.assign(page.keyboard, { press: one, type: many });
  return count;
}

// A practised hand: four keys a second, and a second to read each field.
const seconds = ({ keys, fields }) => keys / 4 + fields;

const patience = 300_000;
// What goes wrong in one part of the day says nothing of the others.
const byKeyboard = scenes(patience);
const interrupted = scenes(patience);
const countersigned = scenes(patience);
const sealed = scenes(patience);
const asItStood = scenes(patience);

byKeyboard('given somebody at the cell door, when Amara screens by keyboard alone, then it takes under three minutes of keys', async () => {
  await open(amara, `${episode}/forms/screening`);
  await press(amara, 'Start');
  const now = new Date();
  const london = (options) => new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', ...options }).format(now);
  const answers = {
    'How was the person seen?': 'Face to face, in a cell',
    'When did you see them?': [london({ day: 'numeric', month: 'numeric', year: 'numeric' }), london({ hour: '2-digit', minute: '2-digit' }).replace(':', '')],
    'Did the person agree to talk?': 'Yes',
    'What was noticed, by whom': 'Custody nurse: no sleep',
    'What did you find?': { 'Mental health': ['Suspected', 'New', 'The person'] },
    'Is there a concern about self-harm or suicide, now or recently?': 'Asked, none identified',
    'Does the person need to be seen by a healthcare professional now?': 'No',
    'Alcohol or drugs': 'No',
    'Is an interpreter needed?': 'No',
    'Is an appropriate adult needed?': 'No reason to suspect it',
    'Does anybody at home depend on this person?': 'No',
    'Is the person pregnant, or have they had a baby in the last year?': 'Does not apply',
    'Is the person known to mental health, learning disability or drug and alcohol services?': 'No',
    'How urgent is this?': 'Routine',
    'What happens next?': 'Assessment needed',
  };
  const count = counted(amara);
  for (const [words, given] of Object.entries(answers)) {
    count.fields += 1;
    await answer(amara, { [words]: given });
  }
  await press(amara, 'Check and sign');
  count.stop();
  assert.ok(count.keys > 100, `only ${count.keys} keys were counted`);
  assert.ok(seconds(count) < 180, `${count.keys} keys and ${count.fields} fields are ${seconds(count)} seconds`);
  await sees(amara, 'Custody nurse: no sleep', 'Sign', 'I am Amara Bello');
  await checkPage(amara, 'check of a quick screening', [1366]);
});

interrupted('given a lost line, when the tab is loaded again, then what was typed is back and is saved', async () => {
  const draft = await started(amara, 'note');
  const field = () => amara.getByLabel('What you note');
  await write(amara, amara.getByLabel('What is it about?'), 'The visit');
  await status(amara, 'saved').waitFor();
  await amara.context().setOffline(true);
  await field().fill('His sister rang about the flat');
  await status(amara, 'lost').waitFor();
  await sees(amara, 'Not saved: connection lost');
  await photograph(amara, 'record-lost');
  // What the tab keeps can be read by nobody else.
  await amara.waitForFunction(() => sessionStorage.length > 0);
  const kept = await amara.evaluate(() => JSON.stringify({ ...sessionStorage }));
  assert.ok(!kept.includes('sister') && !kept.includes('visit'), kept);
  // The line is back, but the server does not take the save before the tab is loaded again.
  await amara.route('**/save', (route) => route.abort());
  await amara.context().setOffline(false);
  await amara.reload();
  await amara.getByText('What you typed before this page was loaded again is back').waitFor().catch(() => {});
  assert.equal(await field().inputValue(), 'His sister rang about the flat');
  await amara.unroute('**/save');
  await amara.evaluate(() => window.dispatchEvent(new Event('online')));
  await status(amara, 'saved').waitFor();
  assert.equal(await amara.evaluate(() => sessionStorage.length), 0);
  await open(amara, draft);
  assert.equal(await field().inputValue(), 'His sister rang about the flat');
  amara.problems.splice(0);
});

interrupted('given text of another session in the tab, then it is not brought back', async () => {
  await amara.evaluate(() => {
    const address = document.querySelector('form[data-autosave]').dataset.autosave;
    sessionStorage.setItem(`throughline draft ${address}`, 'AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=');
  });
  await amara.reload();
  await amara.waitForFunction(() => sessionStorage.length === 0);
  assert.equal(await amara.getByLabel('What you note').inputValue(), 'His sister rang about the flat');
});

interrupted('given a lock in the middle of a sentence, when it is lifted, then the sentence is there and is saved', async () => {
  const field = amara.getByLabel('What you note');
  await field.fill('His sister rang about the flat, and');
  await amara.getByRole('button', { name: 'Lock', exact: true }).click();
  await amara.locator('#lock[open]').waitFor();
  await amara.locator('#unlock-password').fill(password);
  await amara.keyboard.press('Enter');
  await amara.locator('#lock[open]').waitFor({ state: 'detached' });
  assert.equal(await field.inputValue(), 'His sister rang about the flat, and');
  await status(amara, 'saved').waitFor();
});

interrupted('given the session ended in another window, when the same user signs in again, then the page goes on, and for nobody else', async () => {
  const field = amara.getByLabel('What you note');
  const ended = amara.locator('#lock[open] [data-when-ended]:visible');
  const other = await amara.context().newPage();
  await open(other, '/help');
  await other.getByRole('button', { name: 'Sign out' }).click();
  await other.waitForURL('**/sign-in**');
  await ended.waitFor();
  await amara.evaluate(() => { document.querySelector('[data-autosave]').elements.words.value += ' the key'; });
  await checkPage(amara, 'ended', [320, 1366]);
  await photograph(amara, 'record-ended');
  await signIn(other, demo.url, 'Tom Hartley');
  await amara.evaluate(() => window.dispatchEvent(new Event('focus')));
  await ended.waitFor();
  await other.getByRole('button', { name: 'Sign out' }).click();
  await other.waitForURL('**/sign-in**');
  await signIn(other, demo.url, 'Amara Bello');
  await amara.evaluate(() => window.dispatchEvent(new Event('focus')));
  await amara.locator('#lock[open]').waitFor({ state: 'detached' });
  assert.equal(await field.inputValue(), 'His sister rang about the flat, and the key');
  await field.pressSequentially('s');
  await status(amara, 'saved').waitFor();
  await other.close();
});

interrupted('given something else answers in place of the server, then nothing is said to be saved', async () => {
  const field = amara.getByLabel('What you note');
  await amara.route('**/save', (route) => route.fulfill({ status: 200, contentType: 'text/html', body: '<p>Welcome to the network</p>' }));
  await field.pressSequentially(' of hers');
  await status(amara, 'lost').waitFor();
  await sees(amara, 'something else answered in place of Throughline');
  await amara.unroute('**/save');
  await status(amara, 'saved').waitFor({ timeout: 30_000 });
});

interrupted('given one draft in two tabs, when both are typed in, then both texts are shown and a person chooses', async () => {
  const second = await amara.context().newPage();
  second.on('dialog', (dialog) => dialog.accept().catch(() => {}));
  second.problems = [];
  await second.goto(amara.url());
  await amara.getByLabel('What you note').fill('The first tab heard this');
  await status(amara, 'saved').waitFor();
  await second.getByLabel('What you note').fill('The second tab heard that');
  await status(second, 'conflict').waitFor();
  await open(second, await second.getByRole('link', { name: 'Compare the two versions' }).getAttribute('href'));
  await sees(second, 'The first tab heard this', 'The second tab heard that', 'Nothing is lost');
  await checkPage(second, 'conflict', [320, 1366]);
  await second.getByLabel('Both, one below the other').check();
  await Promise.all([second.waitForURL('**/edit'), second.getByRole('button', { name: 'Save these answers' }).click()]);
  assert.match(await second.getByLabel('What you note').inputValue(), /first tab[\s\S]*second tab/);
  await second.close();
});

interrupted('given a signed note, when the browser goes back and somebody types, then it says that it is signed and keeps both', async () => {
  await amara.reload();
  await press(amara, 'Check and sign');
  await press(amara, 'Sign');
  await sees(amara, 'Signed');
  await amara.goBack();
  await amara.goBack();
  if (!pathOf(amara).endsWith('/edit')) return;
  if (await amara.getByLabel('What you note').count()) {
    await amara.getByLabel('What you note').fill('typed after signing');
    await status(amara, 'conflict').waitFor();
    await sees(amara, 'has ended this draft');
    await open(amara, await amara.getByRole('link', { name: 'Compare the two versions' }).getAttribute('href'));
    await sees(amara, 'typed after signing', 'What was signed is not changed');
  }
});

interrupted('given a page of another person, when it is saved, then nothing lands in the wrong record and nothing is lost', async () => {
  await started(amara, 'note');
  await amara.evaluate(() => { document.querySelector('[name="of_person"]').value = '01900000-0000-7000-8000-00000000dead'; });
  await amara.getByLabel('What you note').fill('meant for somebody else');
  await status(amara, 'lost').waitFor();
  await sees(amara, 'this page is not of the person whose record this is');
  assert.equal(await amara.getByLabel('What you note').inputValue(), 'meant for somebody else');
  await press(amara, 'Check and sign');
  await sees(amara, 'This page is not of the person whose record this is', 'Nothing was saved', 'meant for somebody else');
  await checkPage(amara, 'page of another person', [320, 1366]);
});

countersigned('given a student signed, when Josie sends it back with words, then the student changes it and she countersigns', async () => {
  await open(josie, '/worklist');
  const task = josie.locator('main').getByRole('link', { name: 'Countersign: Screening' }).first();
  await Promise.all([josie.waitForEvent('load'), task.press('Enter')]);
  const followUp = await josie.locator('a[href*="/follow-up"]').first().getAttribute('href');
  await open(josie, followUp.replace('/follow-up', '/forms/screening'));
  await link(josie.locator('main'), /^Screening/);
  const record = pathOf(josie);
  await sees(josie, 'Not countersigned yet', 'What changed since the draft was begun', 'Written by Sam Tilley');
  await checkPage(josie, 'to countersign');
  await photograph(josie, 'record-countersign');
  await link(josie, 'Send it back with words');
  await press(josie, 'Send back');
  await sees(josie, 'Write what has to change before you countersign');
  await write(josie, josie.getByLabel('What has to change before you countersign'), 'Say who was in the room');
  await press(josie, 'Send back');
  await open(sam, record);
  await sees(sam, 'Sent back by Josie Quill', 'Say who was in the room');
  await checkPage(sam, 'sent back', [320, 1366]);
  await photograph(sam, 'record-sent-back');
  await write(sam, sam.getByLabel('What was noticed, by whom'), 'The custody sergeant; his mother was in the room');
  await press(sam, 'Check and sign');
  await sees(sam, 'waits for a registered colleague');
  await press(sam, 'Sign');
  assert.equal(await sam.getByRole('button', { name: 'Countersign', exact: true }).count(), 0);
  await open(josie, record);
  await sees(josie, 'What changed since it was sent back', 'his mother was in the room', 'Say who was in the room');
  await press(josie, 'Countersign');
  await sees(josie, 'Countersigned', 'What was done to it');
});

const secret = 'CANARY: her cousin works at the desk';
let sealedNote;

sealed('given a sealed note, then its author and the team leader read it, and nobody else', async () => {
  await started(amara, 'sealed_note');
  await amara.getByLabel('Why is it sealed?').fill('She asked for it');
  await amara.getByLabel('What you note').fill(secret);
  await press(amara, 'Check and sign');
  await press(amara, 'Sign');
  sealedNote = pathOf(amara);
  await sees(amara, secret, 'Sealed: never printed');
  await checkPage(amara, 'sealed note');
  await photograph(amara, 'record-sealed');
  await open(josie, sealedNote);
  await sees(josie, secret);
  assert.equal((await open(tom, sealedNote)).status(), 404);
  const person = await amara.locator('.tl-person a[href^="/people/"]').first().getAttribute('href');
  for (const path of [episode, `${person}/timeline`]) {
    await open(tom, path);
    await sees(tom, 'There is something here that your role does not show');
    await seesNot(tom, 'CANARY', sealedNote);
    await checkPage(tom, `withheld on ${path}`, [320, 1366]);
  }
  await photograph(tom, 'record-withheld');
  await open(tom, person);
  await seesNot(tom, 'Assessed, none identified');
});

sealed('given an administrator, or a colleague of another site, then they learn that there is something, and not what', async () => {
  const person = await amara.locator('.tl-person a[href^="/people/"]').first().getAttribute('href');
  const colin = await opened('Colin Marsh');
  assert.equal((await open(colin, sealedNote)).status(), 404);
  await open(colin, `${person}/timeline`);
  await sees(colin, 'There is something here that your role does not show');
  await seesNot(colin, 'CANARY', 'Sealed note');
  const megan = await opened('Megan Rowe');
  assert.equal((await open(megan, sealedNote)).status(), 404);
});

sealed('given a note of 50,000 characters from everywhere, then it is kept to the letter and shown safely', async () => {
  const odd = [
    '😀👩🏽‍⚕️ e\u0301 \u202Eright to left\u202C שלום مرحبا', '“Word” – text…\u00a0with\u200bspaces\tand tabs', "Robert'); DROP TABLE record;--",
    '<script>window.broken = true</script><img src=x onerror="window.broken = true">', '=HYPERLINK("http://x","y")', '@SUM(A1)', '{{ 7 * 7 }} {% raw %}', '\\u0000 %00 &amp; &lt;',
  ].join('\n');
  const long = `${odd}\n${'Long story. '.repeat(4200)}`.slice(0, 50_000);
  assert.ok(long.length === 50_000);
  await started(amara, 'note');
  await amara.getByLabel('What is it about?').fill('<b>About</b> =1+1');
  await amara.getByLabel('What you note').fill(long);
  await status(amara, 'saved').waitFor();
  await amara.reload();
  assert.equal(await amara.getByLabel('What you note').inputValue(), long);
  await press(amara, 'Check and sign');
  await press(amara, 'Sign');
  const shown = await amara.locator('.tl-kept').evaluateAll((all) => all.map((one) => one.textContent));
  assert.ok(shown.includes(long), 'the signed text is not the one that was typed');
  assert.ok(shown.includes('<b>About</b> =1+1'));
  assert.equal(await amara.evaluate(() => window.broken), undefined);
  assert.equal(await amara.locator('main b, main img').count(), 0);
  await checkPage(amara, 'a very long note', [320, 1366]);
});

asItStood('given a record of last week, when it is opened as it stood, then what came later is not there and nothing can be done', async () => {
  await open(amara, '/worklist');
  const tasks = await amara.locator('main a[href^="/tasks/"]').evaluateAll((all) => all.map((one) => new URL(one.href).pathname));
  let record;
  for (const path of tasks) {
    await open(amara, path);
    const person = await amara.locator('.tl-person a[href^="/people/"]').first().getAttribute('href');
    await open(amara, `${person}/timeline?kind=record`);
    const found = amara.locator('li', { hasText: 'Screening: addendum' }).locator('a[href^="/records/"]');
    if (await found.count()) {
      record = await found.first().getAttribute('href');
      break;
    }
  }
  assert.ok(record, 'the demo has a record with an addendum');
  await open(amara, record);
  await sees(amara, 'Added afterwards');
  const signed = await amara.locator('main').innerText().then((text) => text.match(/Signed (\d+ \w+ \d{4}) at (\d\d:\d\d)/));
  await unfold(amara, 'See it as it stood on another day');
  await write(amara, amara.locator('#as_of'), signed[1]);
  await write(amara, amara.locator('#as_of_time'), signed[2]);
  await press(amara, 'Show');
  await sees(amara, `As it stood on ${signed[1]} at ${signed[2]}.`, 'Signed');
  assert.equal(await amara.getByText('Added afterwards').count(), 0);
  assert.equal(await amara.locator('main form[method="post"]').count(), 0);
  assert.equal(await amara.getByRole('link', { name: 'Add to the record' }).count(), 0);
  await checkPage(amara, 'as it stood');
  await photograph(amara, 'record-as-it-stood');
  await link(amara, 'Episode, as it stood');
  await sees(amara, 'As it stood on');
  await checkPage(amara, 'episode as it stood', [320, 1366]);
  await photograph(amara, 'episode-as-it-stood');
  await link(amara, 'Person\'s record, as it stood');
  await sees(amara, 'As it stood on', 'Who they were known to be');
  await checkPage(amara, 'person as they stood', [320, 1366]);
  await photograph(amara, 'person-as-it-stood');
  await link(amara, 'Back to now');
  await unfold(amara, 'See it as it stood on another day');
  await write(amara, amara.locator('#as_of'), 'someday');
  await press(amara, 'Show');
  await sees(amara, 'There is a problem');
  assert.equal(await amara.locator('#as_of').inputValue(), 'someday');
});

countersigned('given a new starter, when Josie says until when, then what they sign waits for her', async () => {
  await open(josie, '/countersigning');
  await checkPage(josie, 'countersigning');
  await photograph(josie, 'countersigning');
  const tomsPart = josie.locator('section', { hasText: 'Tom Hartley' });
  await tomsPart.getByLabel(/Countersign until/).fill('yesterdayish');
  await Promise.all([josie.waitForEvent('load'), tomsPart.getByRole('button').click()]);
  await sees(josie, 'There is a problem');
  const again = josie.locator('section', { hasText: 'Tom Hartley' });
  assert.equal(await again.getByLabel(/Countersign until/).inputValue(), 'yesterdayish');
  await checkPage(josie, 'countersigning with an error', [320, 1366]);
  const day = new Date(Date.now() + 30 * 24 * 3_600_000);
  const words = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', day: 'numeric', month: 'long', year: 'numeric' }).format(day);
  await again.getByLabel(/Countersign until/).fill(words);
  await Promise.all([josie.waitForEvent('load'), again.getByRole('button').click()]);
  await sees(josie, `What Tom Hartley signs is now countersigned until ${words}`);
  await photograph(josie, 'countersigning-saved');
  await started(tom, 'note');
  await tom.getByLabel('What is it about?').fill('A call');
  await tom.getByLabel('What you note').fill('He rang back');
  await press(tom, 'Check and sign');
  await sees(tom, 'waits for a registered colleague');
  await press(tom, 'Sign');
  await sees(tom, 'Not countersigned yet');
});
