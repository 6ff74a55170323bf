// Forms that fit the person: the assessment of a young person and a decision about capacity, filled in and
// signed by keyboard alone; what cannot be right is told at its field, and nothing typed is lost.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { answer, link, press, unfold } from './keyboard.mjs';
import { custodyCsv } from './samples/custody.mjs';
import { arrive, checkPage, leave, photograph, says, scenes, signIn, windowOf } from './support.mjs';

const now = new Date();
let demo;
let browser;
let folder;
let amara;
let episode;

before(async () => {
  ({ demo, browser, folder } = await arrive({ empty: true }));
  amara = await windowOf(browser);
  await signIn(amara, demo.url, 'Amara Bello');
});

after(() => leave({ demo, browser, folder }));

const scene = scenes(180_000);
const wrongAt = (page, words) => page.locator('.nhsuk-form-group--error', { hasText: words }).locator('.nhsuk-error-message').last().innerText();

async function look(page, name, from = null) {
  await checkPage(page, name);
  await photograph(page, `forms-${name}`, from);
}

const clock = (minutesAgo) => {
  const at = new Date(Date.now() - minutesAgo * 60_000);
  const london = (options) => new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', ...options }).format(at);
  return [london({ day: 'numeric', month: 'numeric', year: 'numeric' }), london({ hour: '2-digit', minute: '2-digit' })];
};

scene('given a young person on the custody list, when Amara opens their episode, then the forms made for them come first', async () => {
  const born = `14/03/${now.getFullYear() - 17}`;
  const file = join(folder, 'custody.csv');
  await writeFile(file, custodyCsv(now, { changed: { 'CU/88101': (row) => row.with(3, born).with(4, '') } }));
  await link(amara, 'Bring one in');
  await amara.getByLabel('Choose the file').setInputFiles(file);
  await press(amara, 'Read the list');
  await press(amara, 'Bring this list in');
  await link(amara, 'Go to today\'s board');
  await link(amara, /FENWICK/);
  await press(amara, 'Add the person and open an episode');
  episode = amara.url();
  const said = await says(amara);
  assert.match(said, /What the pathway asks The steps above open: Screening, Assessment under 18, Risk and safety plan\. .* Further forms .*Mental capacity for one decision.* Questionnaires/);
  assert.equal(await amara.getByRole('link', { name: 'Assessment: for 18 and over' }).isVisible(), false, 'the adult form is folded away');
  await look(amara, 'offered', amara.getByRole('heading', { name: 'Forms and questionnaires' }));
});

scene('given the adult form is opened all the same, then it leads to the one that is made for the person', async () => {
  await unfold(amara, 'What the pathway asks, not made for this person');
  await link(amara, 'Assessment: for 18 and over');
  assert.match(await says(amara), /Assessment under 18 is made for somebody like this person/);
  await look(amara, 'not-made-for');
  await link(amara, 'Assessment under 18');
  await press(amara, 'Start');
});

const needs = { 'Talking therapy': ['Identified', 'New'], 'School, college or training': ['Suspected', 'Already known', 'Another service'] };

scene('given she fills it in with a time to come, a finding without source and signs of exploitation she rules out, then each is told at its field', async () => {
  await answer(amara, {
    'When did you assess the young person?': clock(-60),
    'Who else was there?': ['Nobody for part of it', 'Appropriate adult'],
    'What did you draw on?': ['The young person', 'School or college'],
    'Where does the young person live?': 'Foster care',
    'Who has parental responsibility?': 'Bromley council, shared with his mother',
    'Have they been told where the young person is?': 'Yes',
    'Who is the appropriate adult?': 'Social worker',
    'Is the young person looked after, or have they been?': 'Yes, under a care order (section 31)',
    'Which local authority, which social worker or personal adviser, and whether they know': 'Bromley, Ms Okafor, told at 11:00',
    'Is children\'s social care involved?': 'Child in need plan',
    'Being seen and helped by this service': '16 or 17, and decides for themself',
    'Telling police, court and youth justice': '16 or 17, and decides for themself',
    'Telling family, school and children\'s services': '16 or 17, and decides for themself',
    'Where do they learn?': 'Alternative provision',
    'Have they been suspended or excluded?': 'Permanently excluded once or more',
    'Is there an education, health and care plan?': 'Being assessed or asked for',
    'Understanding what is said': 'Some difficulty',
    'Saying what they mean, and telling things in order': 'Marked difficulty',
    'Reading faces, jokes and what others expect': 'Could not tell',
    'Reading and writing': 'Marked difficulty',
    'What others must do so that they can follow and take part': 'One short question at a time. Ask him to say it back',
    'Speech and language therapy': 'To be referred',
    'What is going on for the young person now': 'Moved placement twice this month and sleeps little',
    'Mental state': 'Tired, polite, looks away. Low mood since the move. Nothing unusual seen or heard',
    Autism: 'Not asked',
    'Learning disability': 'Not asked',
    'Alcohol, drugs and vaping': 'Vapes; says nothing else',
    'What have you seen or been told?': ['Goes missing, or is found far from home', 'Carries or holds things for others'],
    'Is there a concern about exploitation?': 'Asked, none identified',
    'Where is help needed?': needs,
    'What they are good at, care about and can build on': 'Boxing, and his younger sister',
    'How you understand this, with the young person': 'Each move took a school and his friends. Running was a way to see his sister',
    'Is a Mental Health Act assessment needed?': 'No',
    'What will happen, who does it, by when': 'Referred to speech and language therapy by Amara Bello today',
    'What you agreed together': 'We ask for you to see your sister, and come to see you on Friday',
    'Is the youth justice service involved?': 'No',
    'Have they been told that you have seen the young person?': 'To be told today',
  });
  await look(amara, 'under18', amara.locator('#section-speech'));
  await press(amara, 'Check and sign');
  const said = await says(amara);
  assert.match(said, /is still to come: enter when it happened/);
  assert.match(said, /Say who “Talking therapy” is known from/);
  assert.match(said, /You chose signs of exploitation above and concluded that there is none: change one of the two/);
  await look(amara, 'under18-not-yet');
  await link(amara, 'Go back to what is missing');
  assert.match(await wrongAt(amara, 'When did you assess the young person?'), /still to come/);
  assert.match(await wrongAt(amara, 'Is there a concern about exploitation?'), /change one of the two/);
  await look(amara, 'under18-wrong', amara.locator('#question-exploitation_signs'));
});

scene('given she puts them right and signs, then the assessment is done and the concern is on the risk card', async () => {
  await answer(amara, {
    'When did you assess the young person?': clock(5),
    'Is there a concern about exploitation?': 'Yes',
    'What the concern is, and what has been done today': 'Found in another town with somebody else\'s phone. Social worker told at 11:00',
    'National Referral Mechanism': 'A first responder has been asked',
    'Where is help needed?': { 'Talking therapy': ['Identified', 'New', 'The person'] },
  });
  await look(amara, 'findings', amara.locator('#question-needs'));
  await press(amara, 'Check and sign');
  const said = await says(amara);
  assert.match(said, /Talking therapy: identified, new, source: the person/);
  assert.match(said, /What signing raises .*Communication need.*Safeguarding of a child|What signing raises .*Safeguarding of a child.*Communication need/);
  await press(amara, 'Sign');
  assert.match(await says(amara), /Signed/);
  await link(amara, 'Episode', { exact: true });
  const page = await says(amara);
  assert.match(page, /Risk: Known risk/);
  assert.match(page, /Assessment Done/);
  await link(amara, /^FENWICK/);
  assert.match(await says(amara), /School, college or training Need Suspected Known before Another service/);
  await look(amara, 'found', amara.getByRole('heading', { name: 'Needs and vulnerabilities found' }));
});

scene('given a decision about capacity, when an answer changes, then what depended on it is kept apart and not lost', async () => {
  await amara.goto(episode);
  await link(amara, 'Mental capacity for one decision');
  await press(amara, 'Start');
  await answer(amara, {
    'What has to be decided?': 'To stay at the placement tonight',
    'What is it about?': 'Where to live or stay',
    'When did you assess it?': clock(15),
    'Why is capacity in doubt?': 'Could not say at first what the choices were',
    'Can the decision wait?': 'No',
    'What did you do so that the person could decide?': ['Plain words, one thing at a time', 'Pictures, writing or objects'],
    'How you put it, and what helped': 'Drew the two places; then he said them back',
    'Understand what the decision is about and what would follow from it': 'No',
    'What showed that they cannot understand it, or why it could not be tested': 'Looked away and said “whatever”',
    'Hold on to that long enough to decide': 'Yes',
    'Use it and weigh it': 'Yes',
    'Say what they decide': 'Yes',
    'Is there an impairment or disturbance in the functioning of the mind or brain?': 'No',
    'What do you conclude?': 'Lacks capacity for this decision now',
  });
  await press(amara, 'Check and sign');
  assert.match(await says(amara), /Without an impairment or disturbance of the mind or brain nobody lacks capacity/);
  await link(amara, 'Go back to what is missing');
  assert.match(await wrongAt(amara, 'What do you conclude?'), /nobody lacks capacity/);
  await answer(amara, { 'Understand what the decision is about and what would follow from it': 'Yes', 'What do you conclude?': 'Has capacity for this decision', 'Your reasons, on the balance of probabilities': 'With drawings he said both choices and what each would mean to him', 'Has the person been told what you concluded?': 'Yes' });
  await press(amara, 'Check and sign');
  const said = await says(amara);
  assert.match(said, /Answered, but not asked now .*Looked away and said “whatever”/);
  await look(amara, 'capacity-check');
  await link(amara, 'The draft', { exact: true });
  assert.match(await says(amara), /Answered, but not asked now .*Looked away and said “whatever”/);
  await look(amara, 'capacity-apart', amara.locator('#not-asked'));
  await press(amara, 'Check and sign');
  await press(amara, 'Sign');
  const signed = await says(amara);
  assert.match(signed, /Has capacity for this decision/);
  assert.ok(!signed.includes('whatever'), 'what is not asked is not signed');
});

scene('given no script, when a concern about a child is begun, then every question says when it is asked and the page works', async () => {
  const plain = await windowOf(browser, { javaScript: false });
  await plain.context().addCookies(await amara.context().cookies());
  await plain.goto(episode);
  await link(plain, 'Safeguarding a child', { exact: true });
  await press(plain, 'Start');
  assert.match(await says(plain), /Only if “Is the child in danger now\?” is “Yes” or “Cannot tell”/);
  // axe cannot look here: it needs the script that the page must do without.
  await photograph(plain, 'forms-without-script');
  await press(plain, 'Check and sign');
  assert.match(await says(plain), /Before you can sign/);
  await plain.context().close();
});
