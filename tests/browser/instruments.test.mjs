// Screening instruments: from three questions about alcohol to ten without asking twice, a total from a paper
// form whose risk item is seen, a screen that is not finished, and the licences.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { custodyCsv } from './samples/custody.mjs';
import { answer, link, press } from './keyboard.mjs';
import { arrive, checkPage, leave, photograph, says, scenes, sees, signIn, windowOf } from './support.mjs';

let demo;
let browser;
let folder;
let amara;
let episode;

before(async () => {
  ({ demo, browser, folder } = await arrive({ empty: true }));
});

after(() => leave({ demo, browser, folder }));

const scene = scenes(120_000);

async function look(name) {
  await checkPage(amara, name);
  await photograph(amara, `instruments-${name}`);
}

async function doesNotSee(...words) {
  const text = await says(amara);
  for (const one of words) assert.ok(!text.includes(one), `“${one}” is on ${amara.url()}, which says: ${text}`);
}

async function start(instrument) {
  await amara.goto(episode);
  await link(amara, instrument);
  await press(amara, 'Start');
}

scene('given somebody in custody, when Amara opens the episode, then every instrument can be added', async () => {
  amara = await windowOf(browser);
  await signIn(amara, demo.url, 'Amara Bello');
  await link(amara, 'Bring one in');
  const file = join(folder, 'custody.csv');
  await writeFile(file, custodyCsv(new Date()));
  await amara.getByLabel('Choose the file').setInputFiles(file);
  await press(amara, 'Read the list');
  await press(amara, 'Bring this list in');
  await link(amara, 'Go to today\'s board');
  await link(amara, /FENWICK/);
  await press(amara, 'Add the person and open an episode');
  episode = amara.url();
  await sees(amara, 'AUDIT-C: alcohol, three questions', 'CORE-10: distress in the last week (total)', 'LDSQ: learning disability screen (score)');
  await look('episode');
});

const never = 'How often do you have a drink containing alcohol?';
const units = 'How many units of alcohol do you drink on a typical day when you are drinking?';
const heavy = 'How often have you had 6 or more units if female, or 8 or more if male, on a single occasion in the last year?';
const stop = 'How often during the last year have you found that you were not able to stop drinking once you had started?';

scene('given the AUDIT-C, when the person never drinks, then nothing more is asked', async () => {
  await amara.goto(episode);
  await link(amara, 'AUDIT-C: alcohol, three questions');
  await sees(amara, 'Screen, not a diagnosis');
  await look('audit-c-open');
  await press(amara, 'Start');
  await answer(amara, { [never]: 'Never' });
  await amara.getByText(units).waitFor({ state: 'hidden' });
  await look('audit-c-never');
});

scene('given heavy drinking, when the AUDIT-C is signed, then the AUDIT comes next and asks none of it again', async () => {
  await answer(amara, { [never]: '4+ times per week', [units]: '7-9', [heavy]: 'Weekly' });
  await press(amara, 'Check and sign');
  await sees(amara, 'Score 10 of 12: Positive: increasing or higher risk', 'Screen, not a diagnosis', 'Next: Ask the full AUDIT');
  await look('audit-c-check');
  await press(amara, 'Sign');
  await sees(amara, 'Score 10 of 12', 'Screen, not a diagnosis');
  await look('audit-c-signed');
  await link(amara, 'AUDIT: alcohol, ten questions');
  await press(amara, 'Start');
  const chosen = await amara.locator('input[type=radio]:checked').evaluateAll((all) => all.map((one) => one.value));
  assert.deepEqual(chosen, ['four_or_more_a_week', 'seven_to_nine', 'weekly']);
  await sees(amara, 'Taken from the AUDIT-C of', stop);
  await look('audit');
});

scene('given answers are missing, when Amara checks the AUDIT, then there is no score and it says why', async () => {
  await press(amara, 'Check and sign');
  await sees(amara, 'There is no score: 7 of 10 items are not answered');
  await doesNotSee('Lower risk');
  await look('audit-unscored');
});

scene('given a CORE-10 on paper, when its total cannot be, then that is told beside it and nothing is lost', async () => {
  await start('CORE-10: distress in the last week (total)');
  await look('core10');
  await answer(amara, { Total: '37', 'How many of the ten items were answered?': '9', 'CORE-10 item 6, the risk item: was it answered above 0?': 'Yes' });
  await press(amara, 'Check and sign');
  await sees(amara, '9 answered items cannot sum to 37, at most to 36: check both numbers', 'CORE-10: the risk item was answered above 0: talk about it now');
  await look('core10-impossible');
  await link(amara, 'Go back to what is missing');
  assert.equal(await amara.getByLabel('Total').inputValue(), '37');
  await look('core10-error');
});

scene('given eight answers, when it is signed, then there is no score, and the alert stands', async () => {
  await answer(amara, { Total: '12', 'How many of the ten items were answered?': '8' });
  // Whoever writes it is told before it is signed: nobody else is.
  const raises = /^Saved \d\d:\d\d\. Raises an alert when it is signed, and nobody is told before: CORE-10: the risk item was answered above 0/;
  await amara.locator('[data-autosave-status][data-raises]').filter({ hasText: raises }).waitFor();
  await look('core10-raises');
  await press(amara, 'Check and sign');
  await sees(amara, 'There is no score: 2 of 10 items are not answered; a score needs at least 9', 'talk about it now');
  await press(amara, 'Sign');
  await sees(amara, 'There is no score: 2 of 10 items');
  await look('core10-unscored');
  await amara.goto(episode);
  await sees(amara, 'Known risk', 'CORE-10 item 6, the risk item: was it answered above 0?: Yes');
  await look('episode-alert');
});

scene('given one symptom, when the BJMHS is not finished, then it does not say no; with a hospital it says refer', async () => {
  await start('BJMHS: brief jail mental health screen');
  await answer(amara, { 'Do you currently feel that other people know your thoughts and can read your mind?': 'Yes' });
  await press(amara, 'Check and sign');
  await sees(amara, 'There is no score: 7 items are not answered', 'could still decide');
  await doesNotSee('No reason to refer');
  await link(amara, /^The draft/);
  await answer(amara, { 'Have you ever been in a hospital for emotional or mental health problems?': 'Yes' });
  await press(amara, 'Check and sign');
  await sees(amara, 'Refer for a mental health assessment', 'Because: has been in hospital for emotional or mental health problems', 'the result stands without them');
  await look('bjmhs-check');
});

scene('given the CMHS for men, when five of twelve are yes, then it is below its threshold and says what is not verified', async () => {
  await start('CMHS-M: mental health screen for men');
  const questions = await amara.locator('main form legend').allInnerTexts();
  assert.equal(questions.length, 12);
  for (const [place, question] of questions.entries()) await answer(amara, { [question.trim()]: place < 5 ? 'Yes' : 'No' });
  await press(amara, 'Check and sign');
  await sees(amara, 'Below the threshold of 6', 'Not verified: the threshold of 6 yes answers for men and the wording of the questions');
  await look('cmhs-check');
});

scene('given a question about a licence, when Amara opens Help, then each instrument tells its terms', async () => {
  await amara.goto(`${demo.url}/help`);
  await link(amara, 'Licences of the instruments');
  await sees(amara, 'CORE System Trust.', 'No: the total is entered', 'US National Institute of Justice', 'Not verified:');
  await look('licences');
});
