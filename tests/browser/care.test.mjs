// The care plan: a need becomes a goal in the person's own words, what is done for it is looked at again, two people
// do not overwrite each other, and no goal is left without an evaluation when the episode closes.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { answer, go, link, press, write } from './keyboard.mjs';
import { checkPage, photograph, says, scenes, sees, signIn, startBrowser, startDemo, windowOf } from './support.mjs';

let demo;
let browser;
let amara;
let josie;

before(async () => {
  [demo, browser] = await Promise.all([startDemo(), startBrowser()]);
  amara = await windowOf(browser);
  await signIn(amara, demo.url, 'Amara Bello');
});

after(async () => {
  await browser?.close();
  await demo?.stop();
});

const scene = scenes(180_000);

async function look(page, name, from = null) {
  await checkPage(page, `care-${name}`, [320, 1366]);
  await photograph(page, `care-${name}`, from);
}

const day = (days) => {
  const date = new Date(Date.now() + days * 86_400_000);
  return `${date.getDate()}/${date.getMonth() + 1}/${date.getFullYear()}`;
};

// Addresses of people with a care plan, found as anybody would: from the worklist of whoever owes the reviews.
async function peopleWithAPlan(page) {
  await page.goto(`${demo.url}/worklist?kind=review_care`);
  const tasks = await page.locator('a[href^="/tasks/"]').evaluateAll((all) => all.map((one) => one.href));
  const people = [];
  for (const task of tasks) {
    await page.goto(task);
    people.push(new URL(await page.locator('a.tl-person__name').evaluate((one) => one.href)).pathname);
  }
  return [...new Set(people)];
}

let person;
let episode;

scene('a review that is owed is on the worklist, and leads to where it is recorded', async () => {
  const priya = await windowOf(browser);
  await signIn(priya, demo.url, 'Priya Nair');
  await priya.goto(`${demo.url}/worklist?kind=review_care`);
  await look(priya, 'worklist');
  await sees(priya, 'Review what is planned for a goal');
  const people = await peopleWithAPlan(priya);
  assert.ok(people.length > 2, `only ${people.length} people have a plan`);
  await sees(priya, 'Record the review');
  await look(priya, 'task');
  for (const [number, one] of people.entries()) {
    await priya.goto(`${demo.url}${one}/care`);
    if (number < 4) await look(priya, `plan-${number}`, priya.locator('.tl-goal').first());
    // Somebody of whom a need still has no goal.
    if (!person && (await says(priya)).includes('Needs without a goal')) person = one;
  }
  assert.ok(person, 'nobody in the demo has a need without a goal');
  await priya.goto(`${demo.url}${person}/care/scores`);
  await look(priya, 'scores', priya.locator('svg').first());
  await sees(priya, 'Screen, not a diagnosis', 'PHQ-9');
  assert.ok((await priya.locator('svg.tl-chart').count()) > 0);
  await priya.context().close();
});

const own = 'I want my own front door & <b>nobody</b> in it';

scene('a need becomes a goal with one click, in the words of the person', async () => {
  await amara.goto(`${demo.url}${person}`);
  await link(amara, 'Care plan');
  await sees(amara, 'Needs without a goal');
  await link(amara.locator('.tl-needs__need').first(), /^Set a goal/);
  await look(amara, 'goal-new');
  const aim = amara.getByLabel('What we work towards');
  assert.notEqual(await aim.inputValue(), '', 'the words of the need are filled in');
  await write(amara, aim, '');
  await press(amara, 'Set the goal');
  await look(amara, 'goal-wrong');
  await sees(amara, 'There is a problem', 'Say what we work towards');
  await write(amara, amara.getByLabel('What they want, in their own words'), own);
  await write(amara, amara.getByLabel('What we work towards'), 'Keeps a tenancy of his own');
  await press(amara, 'Set the goal');
  await sees(amara, 'The goal was set', own, 'Keeps a tenancy of his own', 'Nothing is planned for this goal yet');
});

const card = (page) => page.locator('article.tl-goal', { hasText: 'Keeps a tenancy' });

scene('what is done for it has somebody who does it and a day of review', async () => {
  await link(card(amara), /^Plan what is done/);
  await look(amara, 'plan-new');
  await press(amara, 'Plan it');
  await look(amara, 'plan-wrong');
  await sees(amara, 'Choose what is done', 'Choose who does it');
  await answer(amara, { 'What is done': 'Referral with support to the first appointment', 'What exactly': 'Go with him to the housing office', 'Who does it?': 'Our team', 'When is it looked at again?': day(-1) });
  await press(amara, 'Plan it');
  await sees(amara, 'The day is in the past');
  await answer(amara, { 'When is it looked at again?': day(5) });
  await press(amara, 'Plan it');
  await sees(amara, 'its review is on the worklist', 'Go with him to the housing office', 'Liaison and Diversion standard service specification');
  await look(amara, 'planned');
});

scene('a need without a goal says why', async () => {
  const before = await amara.locator('.tl-needs__need:not(.tl-needs__need--answered)').count();
  if (before === 0) return;
  await link(amara.locator('.tl-needs__need').first(), /^Say why there is none/);
  await look(amara, 'no-goal');
  await answer(amara, { 'Why not?': 'Passed on to others' });
  await press(amara, 'Save the reason');
  await sees(amara, 'Say who helps with it, or to whom it was passed');
  await answer(amara, { 'Anything else': 'Debt advice in Bromley has it' });
  await press(amara, 'Save the reason');
  await sees(amara, 'The reason was recorded', 'No goal: passed on to others. Debt advice in Bromley has it');
  assert.equal(await amara.locator('.tl-needs__need:not(.tl-needs__need--answered)').count(), before - 1);
});

scene('two people who record at once do not overwrite each other, and nothing typed is lost', async () => {
  josie = await windowOf(browser);
  await signIn(josie, demo.url, 'Josie Quill');
  await josie.goto(`${demo.url}${person}/care`);
  await link(card(josie), /^Record progress or review/);
  await link(card(amara), /^Record progress or review/);
  await look(amara, 'progress');
  await answer(josie, { 'What has happened, or what came of it': 'She was told to come back on Monday', 'When is it looked at again?': day(3) });
  await press(josie, 'Save');
  await sees(josie, 'The progress was recorded', 'She was told to come back on Monday');
  await answer(amara, { 'What has happened, or what came of it': 'I rang and nobody answered' });
  await press(amara, 'Save');
  await look(amara, 'conflict');
  await sees(amara, 'a colleague wrote something while you were writing', 'What you typed', 'I rang and nobody answered');
  await sees(amara, 'What a colleague wrote', 'She was told to come back on Monday');
  assert.equal(await amara.getByLabel('What has happened, or what came of it').inputValue(), 'I rang and nobody answered');
  await amara.goto(`${demo.url}${person}/care`);
  await sees(amara, 'She was told to come back on Monday');
  assert.equal((await says(amara)).includes('I rang and nobody answered'), false);
});

scene('a decision says what was considered and which option restricts the person least', async () => {
  await link(amara, 'Write down a decision');
  await look(amara, 'decision-new');
  await answer(amara, { 'What was to be decided?': 'Where is he safe tonight?', 'What was considered?': 'Home with a call this evening; the crisis house' });
  await press(amara, 'Write it down');
  await look(amara, 'decision-wrong');
  await sees(amara, 'Say which option restricts the person least');
  assert.equal(await amara.getByLabel('What was considered?').inputValue(), 'Home with a call this evening; the crisis house');
  await answer(amara, { 'Which option restricts the person least, and would it do?': 'Home. It would do', 'What was chosen?': 'Home', 'Why?': 'His brother stays' });
  await press(amara, 'Write it down');
  await sees(amara, 'The decision was written down', 'Home. It would do', 'Not written down');
});

scene('an episode does not close over a goal that nobody has evaluated, and “not known” with a reason is enough', async () => {
  await amara.goto(`${demo.url}${person}`);
  const leads = await amara.locator('a[href^="/episodes/"]').evaluateAll((all) => all.map((one) => one.pathname));
  episode = leads.find((one) => /^\/episodes\/[^/]+$/.test(one));
  await amara.goto(`${demo.url}${episode}`);
  await sees(amara, 'Care plan: needs, goals, reviews, and scores over time');
  await amara.goto(`${demo.url}${episode}/close`);
  await look(amara, 'close');
  await sees(amara, 'Goals not yet evaluated');
  for (let left = await goalsLeft(); left > 0; left -= 1) {
    await link(amara.locator('.tl-blocks__item', { hasText: 'Say what became of it' }).first(), /^Say what became of it/);
    if (left === 1) await look(amara, 'evaluate');
    await answer(amara, { 'What became of it?': 'Not known' });
    await press(amara, 'Save what became of it');
    await sees(amara, 'Say why it is not known');
    await answer(amara, { 'What you have seen': 'He moved to Leeds, and three letters came back' });
    await press(amara, 'Save what became of it');
    assert.equal(new URL(amara.url()).pathname, `${episode}/close`);
    assert.equal(await goalsLeft(), left - 1);
  }
  assert.equal((await says(amara)).includes('Goals not yet evaluated'), false);
  await amara.goto(`${demo.url}${person}/care`);
  await look(amara, 'evaluated', amara.locator('.tl-goal').last());
  await sees(amara, 'Goals that were evaluated', 'He moved to Leeds, and three letters came back', 'Ended with the goal');
});

const goalsLeft = () => amara.getByRole('link', { name: /^Say what became of it/ }).count();

scene('what nobody of a role may see answers like what is not there', async () => {
  const colin = await windowOf(browser);
  await signIn(colin, demo.url, 'Colin Marsh');
  await colin.goto(`${demo.url}${person}`);
  assert.equal(await colin.getByRole('link', { name: 'Care plan', exact: true }).count(), 0);
  for (const page of ['care', 'care/scores', 'care/goals/new', 'care/decisions/new']) {
    const answered = await colin.goto(`${demo.url}${person}/${page}`);
    assert.equal(answered.status(), 404, page);
    assert.equal((await colin.content()).includes('Keeps a tenancy'), false);
  }
  await look(colin, 'not-for-you');
  await colin.context().close();
});

scene('the plan works without script, and by keyboard', async () => {
  const plain = await windowOf(browser, { javaScript: false });
  await plain.context().addCookies(await amara.context().cookies());
  await plain.goto(`${demo.url}${person}/care`);
  await go(plain, plain.getByRole('link', { name: 'Set a goal', exact: true }).first());
  await plain.keyboard.press('Enter');
  await plain.waitForURL('**/goals/new');
  await answer(plain, { 'What we work towards': 'A first shift at work' });
  await press(plain, 'Set the goal');
  await sees(plain, 'The goal was set', 'A first shift at work', 'Their own words were not written down');
  await plain.context().close();
});
