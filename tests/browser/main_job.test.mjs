// The main job of a Liaison and Diversion service, in the browser and by keyboard alone: from the list on
// the custody desk to help that really started, and the figures of the month.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { promisify } from 'node:util';
import { courtJson } from './samples/court.mjs';
import { custodyCsv } from './samples/custody.mjs';
import { answer, go, link, press, unfold } from './keyboard.mjs';
import { arrive, checkPage, leave, photograph, scenes, sees, signIn, windowOf } from './support.mjs';

const now = new Date();
let demo;
let browser;
let folder;
let amara;

before(async () => {
  ({ demo, browser, folder } = await arrive({ empty: true }));
});

after(() => leave({ demo, browser, folder }));

const looked = new Set();

// Looks at a page once: with axe, at three widths, and for whoever keeps pictures.
async function look(page, name) {
  if (looked.has(name)) return;
  looked.add(name);
  await checkPage(page, name);
  await photograph(page, `main-job-${name}`);
}

const row = async (page, name) => (await page.locator('.tl-work__row', { hasText: name }).innerText()).replace(/\s+/g, ' ');
const menu = (page, name) => link(page.getByRole('navigation', { name: 'Main' }), name, { exact: true });
const heading = async (page) => (await page.locator('h1').innerText()).replace(/\s+/g, ' ');

async function bringIn(page, name, text) {
  const file = join(folder, name);
  await writeFile(file, text);
  // The choice of a file is a window of the system's, not of the page.
  await page.getByLabel('Choose the file').setInputFiles(file);
  await press(page, 'Read the list');
}

// What nobody outside the clinical team may read.
const secretThought = 'Believes that the neighbours listen through the wall';
let assessment;

// Follows the link to the file of a document and looks at what it is.
async function isTaggedPdf(page) {
  const target = await go(page, page.getByRole('link', { name: /^Open the PDF/ }));
  const answered = await page.request.get(await target.evaluate((element) => element.href));
  assert.equal(answered.status(), 200);
  const file = await answered.body();
  assert.equal(file.subarray(0, 4).toString(), '%PDF');
  const path = join(folder, 'document.pdf');
  await writeFile(path, file);
  const { stdout } = await promisify(execFile)('pdfinfo', [path]);
  assert.match(stdout, /Tagged:\s+yes/);
}

const scene = scenes(120_000);

scene('given an empty day, when Amara brings in the custody list, then every row is accounted for', async () => {
  amara = await windowOf(browser);
  await signIn(amara, demo.url, 'Amara Bello');
  await look(amara, 'today-empty');
  await sees(amara, /[Nn]o custody list (for|received) today|custody list is expected by/);
  await link(amara, 'Bring one in');
  await bringIn(amara, 'custody.csv', custodyCsv(now));
  await look(amara, 'list-review');
  await sees(amara, 'New 3', 'Rejected: could not be used 1', 'Rows in the file 4', 'Row with nobody on it');
  await press(amara, 'Bring this list in');
  assert.match(await heading(amara), /Custody list$/);
  await look(amara, 'list');
});

scene('given the list is in, then the board shows each person with a clock', async () => {
  await link(amara, 'Go to today\'s board');
  await look(amara, 'today');
  for (const name of ['FENWICK', 'OYELARAN', 'BRIGHTSEA']) assert.match(await row(amara, name), /24 h limit.*left/);
});

scene('given a newer list with one person gone and one changed, then it says so', async () => {
  await link(amara, 'Bring in a newer one');
  await look(amara, 'lists');
  const changed = { 'CU/88102': (row) => row.with(12, 'Theft from a shop') };
  await bringIn(amara, 'custody-2.csv', custodyCsv(now, { without: ['CU/88103'], changed }));
  await look(amara, 'list-changed');
  await sees(amara, 'New 0', 'Changed 1', 'The same as before 1', 'Gone: on our list, and not in the file 1', 'Offences Shoplifting Theft from a shop');
  await press(amara, 'Bring this list in');
  await link(amara, 'Go to today\'s board');
  assert.match(await row(amara, 'BRIGHTSEA'), /Left the list.*say what became of them/);
});

scene('given Fenwick is in custody and nobody knows him, when Amara opens his episode, then nothing is typed again', async () => {
  await link(amara, /FENWICK/);
  await look(amara, 'row-unknown');
  await sees(amara, 'Nobody we know is like this');
  await press(amara, 'Add the person and open an episode');
  await look(amara, 'episode-new');
  await sees(amara, 'Offer', 'Screening', 'Assessment', 'CU/88101', 'Criminal damage', 'Not assessed');
});

const consentFor = (what) => `Answer now: ${what}`;

scene('given he has heard what the service is, when he answers recipient by recipient, then the ledger keeps it', async () => {
  await link(amara, /^Offer/);
  await look(amara, 'consent-unasked');
  await answer(amara, {
    [consentFor('Being seen by Liaison and Diversion')]: 'Given',
    [consentFor('Sharing with police and custody staff')]: 'Given',
    [consentFor('Sharing with the court, defence and prosecution')]: 'Given',
    [consentFor('Sharing with GP and mental health team')]: 'Refused',
    [consentFor("Sharing with the community link workers' charity")]: 'Given',
    [consentFor('Sharing with services we refer to')]: 'Given',
    [consentFor('Being contacted by phone, text or letter')]: 'Given with limits',
    'Limits, or why it is in their best interests: Being contacted by phone, text or letter': 'Text only, never a voice message',
    'How you explained it': 'In short sentences, with the easy-read leaflet',
  });
  await press(amara, 'Save the answers');
  await sees(amara, 'Next: Screen', 'Offer and consent Done');
});

const clock = (minutesAgo) => {
  const at = new Date(Date.now() - minutesAgo * 60_000);
  const london = (options) => new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', ...options }).format(at);
  return [london({ day: 'numeric', month: 'numeric', year: 'numeric' }), london({ hour: '2-digit', minute: '2-digit' })];
};

scene('given he agreed to be seen, when Amara screens him and signs, then an assessment is owed', async () => {
  await link(amara, /^Screening/);
  await look(amara, 'form-start');
  await press(amara, 'Start');
  await answer(amara, {
    'How was the person seen?': 'Face to face, in a private room',
    'When did you see them?': clock(30),
    'Did the person agree to talk?': 'Yes',
    'Who else was there?': ['Nobody'],
    'What was noticed, by whom': 'The custody nurse noticed that he had not slept for four days',
    'What matters most to the person now': 'Getting some sleep, and not losing his room',
    'What did you find?': { 'Mental health': ['Suspected', 'New', 'Seen by the practitioner'], 'Self-harm or suicidal thoughts': ['Identified', 'New', 'The person'], 'Speech, language or communication': ['Suspected', 'New', 'Seen by the practitioner'] },
    'Is there a concern about self-harm or suicide, now or recently?': 'Yes',
    'What the person said, what you saw, and what helps': 'Thinks of ending his life at night. No plan now. Talking to his sister helps',
    'Have you told the custody officer or court cells?': 'Yes, spoken and in writing',
    'Does the person need to be seen by a healthcare professional now?': 'No',
    'Alcohol or drugs': 'No',
    'How does the person communicate best?': 'One short question at a time. Loses the thread when tired',
    'What should others do?': ['Short sentences and plain words', 'More time to answer', 'Regular breaks'],
    'Is an interpreter needed?': 'No',
    'Is an appropriate adult needed?': 'Yes: the custody officer has been told',
    'Why an appropriate adult is needed': 'He loses the thread and agrees to whatever is said last',
    'Does anybody at home depend on this person?': 'No',
    'Is the person pregnant, or have they had a baby in the last year?': 'Does not apply',
    'Is the person known to mental health, learning disability or drug and alcohol services?': 'Not known',
    'How urgent is this?': 'Very urgent',
    'What happens next?': 'Assessment needed',
    'Advice to custody or court today': 'Do not interview before he has slept. An appropriate adult is needed',
  });
  await look(amara, 'form-screening');
  await press(amara, 'Check and sign');
  await look(amara, 'form-check');
  await sees(amara, 'What signing raises', 'I am Amara Bello');
  await press(amara, 'Sign');
  await look(amara, 'form-signed');
  await sees(amara, 'Next: Assess');
});

scene('given the screening, when Amara assesses him and signs, then the assessment is done', async () => {
  await link(amara, 'Assess');
  await link(amara, /^Assessment/);
  await press(amara, 'Start');
  await answer(amara, {
    'When did you assess the person?': clock(10),
    'What did you draw on?': ['The person', 'Custody record'],
    'What is going on for the person now': 'Has not slept since his tenancy was ended. Restless and frightened',
    'What the person would like to be different': 'To sleep, and to keep a roof over his head',
    'Where is help needed?': { 'Mental health': ['Suspected', 'New', 'Seen by the practitioner'], 'A safe place to live': ['Identified', 'New', 'The person'] },
    'Appearance and behaviour': 'Unkempt, restless, polite',
    Speech: 'Fast, can be interrupted',
    'Mood and affect': 'Says he is worn out',
    'Thoughts: form and content': secretThought,
    Perception: 'Nothing unusual',
    'Cognition: attention, memory, orientation': 'Loses the thread after a minute',
    'Insight and view of help': 'Wants help with sleep',
    Autism: 'Not asked',
    'Learning disability': 'Not asked',
    'Alcohol and drugs': 'Says he uses neither',
    'Has anything happened that still affects how the person feels or copes?': 'It was not right to ask now',
    'Where does the person live?': 'Council or housing association tenant',
    'Can the person safely go back there?': 'Yes',
    'Work, study and income': 'Unemployed and looking for work',
    'What the person is good at, cares about and can build on': 'Looks after his sister\'s garden',
    'How you understand this, with the person': 'Losing the tenancy took his sleep, and everything followed from that',
    'Least restrictive option: what you considered, and why this one': 'Help at home was preferred to admission: he wants it and his sister is near',
    'Is a Mental Health Act assessment needed?': 'No',
    'What will happen, who does it, by when': 'Crisis team to see him within a day, asked by Amara Bello',
    'What you and the person agreed': 'A link worker texts you in two days and goes with you to the housing office',
    'Recommendations to custody': 'Let him sleep before interview. Have an appropriate adult there',
    'How needs affect following and taking part': 'He loses the thread when tired. Breaks help',
    'Recommendations to the court': 'Short questions and a break each half hour',
  });
  await look(amara, 'form-assessment');
  await press(amara, 'Check and sign');
  await press(amara, 'Sign');
  await sees(amara, 'Signed', 'by Amara Bello', secretThought);
  assessment = amara.url();
});

scene('given he told her of thoughts at night, when the risk and safety plan is signed, then the card says Known risk', async () => {
  await link(amara, 'Episode', { exact: true });
  await link(amara, /^Risk and safety plan/);
  await press(amara, 'Start');
  const notAsked = 'Not asked';
  const none = 'Asked, none identified';
  await answer(amara, {
    'Self-harm or suicide': 'Identified',
    'What the person says about self-harm or suicide, and what helps': 'Thinks of ending his life at night. His sister and a light left on help',
    'Self-neglect': none,
    'Harm from other people': none,
    'Vulnerable because of the alleged offence': none,
    'Harm to other people': none,
    'Fire-setting': notAsked,
    'Safety of staff': none,
    'Safeguarding concern about an adult': none,
    'Safeguarding concern about a child': none,
    'How I know things are getting worse': 'I stop answering my sister',
    'Who I can turn to': 'My sister. Samaritans on 116 123',
    'How may we get in touch?': ['Text message'],
    'Is there anything we must not do?': 'Never leave a voice message',
    'What do you conclude?': 'Known risk',
    'How you came to this': 'From what he said, alone and unhurried',
    'When should this be reviewed?': clock(-3 * 24 * 60)[0],
  });
  await press(amara, 'Check and sign');
  await press(amara, 'Sign');
  await link(amara, 'Episode', { exact: true });
  await look(amara, 'episode-known-risk');
  assert.equal(await amara.locator('.tl-risk__title').innerText(), 'Risk: Known risk');
});

scene('given the alert of self-harm, when Amara acknowledges it, then it stays with her name and a date', async () => {
  await link(amara, 'Answer for these alerts');
  // What the forms told of the person is with the person: nobody asks again.
  await sees(amara, 'Contact safely Never leave a voice message', 'Adjustments Short sentences and plain words More time to answer');
  await look(amara, 'person');
  const open = amara.getByRole('article').filter({ has: amara.locator('h3', { hasText: 'Open' }) }).filter({ hasText: 'Acknowledge or resolve' });
  const first = await open.count();
  for (let left = first; left > 0; left -= 1) {
    assert.equal(await open.count(), left);
    await unfold(amara, 'Acknowledge or resolve', open.first());
    await answer(amara, { 'Your answer': 'Acknowledge: I take it on', 'Look at it again on': clock(-3 * 24 * 60)[0] });
    await press(amara, 'Save the answer');
  }
  await sees(amara, 'Amara Bello has taken it on, to be looked at again on');
});

scene('given Oyelaran does not want to be seen, when Amara says so, then her row carries the coded reason', async () => {
  await menu(amara, 'Today');
  await link(amara, /OYELARAN/);
  await unfold(amara, 'Not seen');
  await press(amara, 'Save');
  await sees(amara, 'Why were they not seen?');
  await answer(amara, { 'Why were they not seen?': 'Declined' });
  await press(amara, 'Save');
  assert.match(await row(amara, 'OYELARAN'), /Declined/);
});

scene('given the custody officer must know, when Amara prepares custody advice, then she reads it whole and signs it', async () => {
  await link(amara, /FENWICK/);
  await link(amara, /^Custody advice/);
  await press(amara, 'Prepare the custody advice');
  await answer(amara, {
    'Who it is for': 'Custody officer, Bromley custody',
    Recommendations: 'Let him sleep before interview\nAppropriate adult at every interview',
    'What Liaison and Diversion does next': 'Crisis team asked to see him within a day',
  });
  await look(amara, 'document-draft');
  await press(amara, 'Save and read it whole');
  await look(amara, 'document-preview');
  await sees(amara, 'Adjustments needed Short sentences and plain words', 'Risk: Known risk', 'Appropriate adult at every interview');
  assert.equal((await amara.locator('main').innerText()).includes(secretThought), false);
  await press(amara, 'Sign as Amara Bello');
  await look(amara, 'document-signed');
});

scene('given the advice is signed, when she releases it, then not without a basis and a recipient', async () => {
  await press(amara, 'Release');
  await answer(amara, { 'Who it goes to': '', 'Why, if the basis is not consent': 'He asked that the sergeant reads it' });
  await press(amara, 'Release to this recipient');
  await look(amara, 'release-refused');
  for (const question of ['Who it goes to', 'On what basis']) {
    assert.equal(await amara.locator('.nhsuk-form-group--error', { hasText: question }).locator('.nhsuk-error-message').count(), 1, question);
  }
  assert.equal(await amara.getByLabel('Why, if the basis is not consent').inputValue(), 'He asked that the sergeant reads it');
  await answer(amara, {
    'Who it goes to': 'Custody officer, Bromley custody',
    'How it is shared': 'Handed over on paper',
    'On what basis': 'The person consented',
    'No more than is needed': ['I have read it, and it is no more than this reader needs'],
  });
  await press(amara, 'Release to this recipient');
  await look(amara, 'document-released');
  await sees(amara, 'Custody officer, Bromley custody', 'The person consented');
});

scene('given it is released, then the file is a tagged PDF, and the disclosure is on his page', async () => {
  await isTaggedPdf(amara);
  await link(amara, /^FENWICK/);
  await link(amara, 'Sharing', { exact: true });
  await look(amara, 'person-sharing');
  await sees(amara, 'Sharing with GP and mental health team Refused', 'Custody advice, version 1 Custody officer, Bromley custody Handed over on paper The person consented');
});

scene('given he goes to court, when Amara brings in the court list, then his row shows a likely match and why', async () => {
  await menu(amara, 'Today');
  await answer(amara, { 'Work at another site': 'Bromley Magistrates' });
  await press(amara, 'Change site');
  await link(amara, 'Bring one in');
  await bringIn(amara, 'court.json', courtJson(now));
  await look(amara, 'list-review-court');
  await press(amara, 'Bring this list in');
  await link(amara, 'Go to today\'s board');
  await look(amara, 'today-court');
  assert.match(await row(amara, 'FENWICK'), /Very likely known: more than 99 in 100.*Same name, middle name and date of birth/);
  assert.match(await row(amara, 'MARCHBANKS'), /Reporting restriction/);
  await link(amara, /MARCHBANKS/);
  await sees(amara, 'Reporting restriction: Nothing that identifies the complainant may be published');
  await menu(amara, 'Today');
  await link(amara, /compare FENWICK/);
  await look(amara, 'compare');
  await sees(amara, 'more than 99 in 100', 'Same date of birth', 'Different postcode');
  await press(amara, 'Same person');
  await look(amara, 'row-same-person');
  await press(amara, 'Go on');
  await sees(amara, '01PY1234526', 'Charged and held for court', 'Known risk');
});

scene('given the court sits, when she prepares the court report, then it is signed and released to the court', async () => {
  await link(amara, /^Court report/);
  await press(amara, 'Prepare the court report');
  await answer(amara, {
    'Who it is for': "Legal adviser, Bromley Magistrates' Court",
    Recommendations: 'A break each half hour',
    'What Liaison and Diversion does next': 'Link worker meets him at the housing office',
  });
  await press(amara, 'Save and read it whole');
  await press(amara, 'Sign as Amara Bello');
  await press(amara, 'Release');
  await answer(amara, {
    'Who it goes to': "Legal adviser, Bromley Magistrates' Court",
    'How it is shared': 'Secure email',
    'On what basis': 'The person consented',
    'No more than is needed': ['I have read it, and it is no more than this reader needs'],
  });
  await press(amara, 'Release to this recipient');
  await isTaggedPdf(amara);
  await link(amara, 'Episode', { exact: true });
});

scene('given nothing is in the directory, when Josie adds a service, then it can be referred to', async () => {
  const josie = await windowOf(browser);
  await signIn(josie, demo.url, 'Josie Quill');
  await menu(josie, 'Directory');
  await look(josie, 'directory-empty');
  await press(josie, 'Add a service');
  await look(josie, 'service-new');
  await answer(josie, {
    'Name of the service': 'Bromley Housing Advice',
    'Kind of help': 'Housing and homelessness',
    Area: 'Bromley',
    'Whom it accepts, and how to refer': 'Adults of the borough. Telephone, then email',
    Telephone: '020 7946 0155',
    Email: 'referrals@housing.invalid',
    'When it is open': 'Monday to Friday, 9 to 5',
    'Does it take referrals now?': 'Yes',
    'Day on which you checked this': clock(0)[0],
  });
  await press(josie, 'Save');
  await look(josie, 'service');
  await sees(josie, 'Housing and homelessness', '020 7946 0155');
  await josie.context().close();
});

scene('given he may lose his room, when Amara refers him, then she follows it to the first appointment attended', async () => {
  await link(amara, /^Onward referrals/);
  await press(amara, 'Refer to a service');
  await look(amara, 'referral-new');
  await answer(amara, { Service: 'Bromley Housing Advice', 'What the person needs from this service': 'Help to keep his room. Text him first' });
  await press(amara, 'Save, and go on to send');
  await look(amara, 'referral-draft');
  await answer(amara, {
    'Who it goes to': 'Duty desk, Bromley Housing Advice',
    'How it is shared': 'Secure email',
    'On what basis': 'The person consented',
    'No more than is needed': ['I have read it, and it is no more than this reader needs'],
  });
  await press(amara, 'Record as sent');
  await look(amara, 'referral-sent');
  for (const [step, more] of [['Acknowledged'], ['Accepted'], ['First appointment made', clock(2)], ['First appointment attended']]) {
    await answer(amara, { Record: step });
    if (more) await answer(amara, { 'When is the appointment?': more });
    await press(amara, 'Record');
    await sees(amara, step);
  }
  await look(amara, 'referral-attended');
  await sees(amara, 'Help has really started');
  await link(amara, 'Onward referrals', { exact: true });
  await look(amara, 'referrals');
  await link(amara, 'Episode', { exact: true });
});

scene('given he agreed to link workers, when Amara allocates the follow-up, then Daniel of the charity has it', async () => {
  await link(amara, /^Follow-up/);
  await look(amara, 'follow-up-none');
  await unfold(amara, 'Allocate the follow-up');
  await answer(amara, { 'Who follows up': 'Daniel Osei' });
  await press(amara, 'Allocate');
  await sees(amara, 'Follow-up is with Daniel Osei');
  await link(amara, 'Episode', { exact: true });
});

scene('given the court lets him go, when Amara records the outcome, then a contact within 48 hours is owed by itself', async () => {
  await link(amara, /^CJ outcome/);
  await look(amara, 'outcome-none');
  await answer(amara, {
    'What was decided?': 'Absolute or conditional discharge',
    'When was it decided?': clock(0)[0],
    'Was our information available when they decided?': 'Available, and the recommendation was followed',
    'Do they walk out?': 'Yes, they are released',
    'When did they leave?': clock(1),
  });
  await press(amara, 'Record the outcome');
  await look(amara, 'outcome');
  await link(amara, 'Close the episode');
  await look(amara, 'close-blocked');
  await sees(amara, 'The episode cannot close yet', 'Tasks still open: 2');
  await link(amara, 'Open the tasks');
  await look(amara, 'follow-up-owed');
  await sees(amara, 'Contact within 48 hours of release', 'First follow-up by the link worker', 'Daniel Osei');
});

let daniel;

scene('given the contact is owed, when Daniel signs in, then he sees whom and how to reach, and no clinical record', async () => {
  daniel = await windowOf(browser);
  await signIn(daniel, demo.url, 'Daniel Osei');
  await menu(daniel, 'Worklist');
  await look(daniel, 'worklist-daniel');
  await sees(daniel, 'FENWICK, Marlon Adrian: Contact within 48 hours of release');
  await link(daniel, /48 hours/);
  await look(daniel, 'task');
  await sees(daniel, 'Safe contact rules: Never leave a voice message', 'Known risk', 'Self-harm or suicide', 'A link worker texts you in two days');
  assert.equal((await daniel.locator('body').innerText()).includes(secretThought), false);
  const task = daniel.url();
  const refused = await daniel.goto(assessment);
  assert.equal(refused.status(), 404);
  await look(daniel, 'no-such-page');
  assert.equal((await daniel.content()).includes('neighbours'), false);
  await daniel.goto(task);
});

const met = { 'How did you contact them?': 'Face to face', 'What came of it?': 'Reached: spoke or met', 'What was said or done': 'He has slept. We went to the housing office', 'What happens now?': 'The task is done' };

scene('given he meets Fenwick, when Daniel records the contacts, then nothing is owed by him any more', async () => {
  await answer(daniel, met);
  await press(daniel, 'Save this contact');
  await look(daniel, 'task-done');
  await sees(daniel, 'Done Reached: spoke or met', 'Contacts so far (1)');
  await menu(daniel, 'Worklist');
  await link(daniel, 'First follow-up by the link worker');
  await answer(daniel, met);
  await press(daniel, 'Save this contact');
  await menu(daniel, 'Worklist');
  await sees(daniel, 'You owe nothing now');
});

let person;

scene('given nothing is owed, when Amara closes the episode, then it is closed with its reason', async () => {
  await link(amara, 'Episode', { exact: true });
  await link(amara, /^Closure/);
  await look(amara, 'close');
  await sees(amara, 'Nothing is owed');
  await answer(amara, { 'Why does it close?': 'Needs met and linked to help', 'Anything else about the closure': 'He keeps his room' });
  await press(amara, 'Close the episode');
  await look(amara, 'closed');
  await sees(amara, 'Episode closed', 'Needs met and linked to help');
  await link(amara, 'Back to the episode');
  await look(amara, 'episode-closed');
  await link(amara, /^FENWICK/);
  person = new URL(amara.url()).pathname;
});

scene('given the month, when Josie opens the return, then it counts him, and she sees who looked', async () => {
  const josie = await windowOf(browser);
  await signIn(josie, demo.url, 'Josie Quill');
  await menu(josie, 'Measures');
  await look(josie, 'return');
  await sees(josie, /Identified 1/);
  await go(josie, josie.getByRole('link', { name: /^Download these figures/ }));
  const [file] = await Promise.all([josie.waitForEvent('download'), josie.keyboard.press('Enter')]);
  assert.match(await readFile(await file.path(), 'utf8'), /^1,Identified,All sites,,1,,1,count/m);
  await link(josie, 'See them as published');
  await sees(josie, /1\. Identified \*/);
  await answer(josie, { 'Search people by name, date of birth, NHS number or custody number': 'Fenwick' });
  await press(josie, 'Search people');
  await look(josie, 'people-found');
  await link(josie, /FENWICK/);
  await link(josie, 'Who looked');
  await look(josie, 'who-looked');
  await sees(josie, 'Amara Bello', 'Daniel Osei');
  await josie.context().close();
});

scene('given she pays for the service, when Harriet looks, then she sees published figures and nobody', async () => {
  const harriet = await windowOf(browser);
  await signIn(harriet, demo.url, 'Harriet Dunn');
  await look(harriet, 'return-published');
  await sees(harriet, 'How small numbers are kept safe');
  const refused = await harriet.goto(demo.url + person);
  assert.equal(refused.status(), 404);
  assert.equal(/fenwick/i.test(await harriet.content()), false);
  await harriet.context().close();
});
