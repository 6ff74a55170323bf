// Voluntary attendances: people who are interviewed by appointment, are not detained, and pass no custody desk.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { answer, go, link, press, unfold, write } from './keyboard.mjs';
import { arrive, checkPage, leave, photograph, says, scenes, signIn, windowOf } from './support.mjs';

let demo;
let browser;
let folder;
let amara;
let josie;
before(async () => {
  ({ demo, browser, folder } = await arrive({ empty: true }));
  amara = await windowOf(browser);
  josie = await windowOf(browser);
  await signIn(amara, demo.url, 'Amara Bello');
  await signIn(josie, demo.url, 'Josie Quill');
});

after(() => leave({ demo, browser, folder }));

// Its clinic is today's: in the last hours of a day no slot of today may be left.
const hour = Number(new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', hour: 'numeric', hourCycle: 'h23' }).format(new Date()));
const scene = hour < 22 ? scenes(180_000) : (words) => test(words, { skip: 'the slots of today are nearly over: run it before 22:00' }, () => {});

const heading = async (page) => (await page.locator('h1').innerText()).replace(/\s+/g, ' ');

// Whose page it is: said on the page, and never in its title.
const named = (page) => page.locator('.tl-row-head__name').innerText();

async function look(page, name) {
  assert.doesNotMatch(`${await page.title()} ${page.url()}`, /marsh|quill|oak|fenwick/i);
  await checkPage(page, name);
  await photograph(page, `voluntary-${name}`);
}

const london = (date, options) => new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', ...options }).format(date);
const dayOf = (date) => london(date, { day: 'numeric', month: 'numeric', year: 'numeric' });
const inDays = (days) => new Date(Date.now() + days * 86_400_000);
const today = dayOf(new Date());

// The rows that say when somebody's slots are, as the week shows them.
const slotOf = (page, name) => page.locator('.tl-slots__slot').filter({ hasText: name });

scene('given no clinic, when Josie sets one up with an end before its start, then it is told at the field', async () => {
  await link(josie.getByRole('navigation', { name: 'Main' }), 'Clinics');
  assert.match(await says(josie), /No clinic in this week/);
  await look(josie, 'none');
  await link(josie, 'Set up a clinic', { exact: true });
  await answer(josie, { 'Day, or first day': today, 'Starts at': '13:00', 'Ends at': '9:00', 'Minutes of a slot': '30', 'Who holds it': 'Amara Bello' });
  await press(josie, 'Set up');
  assert.match(await says(josie), /The clinic must end after it starts/);
  assert.equal(await josie.getByLabel('Ends at').inputValue(), '9:00');
  await look(josie, 'set-up-wrong');
});

scene('given she corrects it and repeats it weekly, then today and the next weeks have their slots', async () => {
  await answer(josie, { 'Starts at': '00:00', 'Ends at': '23:45', 'Minutes of a slot': '15', 'How often?': 'Every week', 'Every week until': dayOf(inDays(14)),
    'Where to come (optional)': '1 Wesley Road, side door', 'Number to ring (optional)': '020 7946 0122' });
  await press(josie, 'Set up');
  assert.match(await heading(josie), /Clinics for voluntary attendances$/);
  assert.match(await says(josie), /00:00 to 23:45 on [^,]*, Amara Bello/);
  await link(josie, 'Week after');
  assert.match(await says(josie), /00:00 to 23:45|Christmas|Boxing|New Year/);
});

const ada = { 'Family name': 'Marsh', 'Given names': 'Ada', 'Date of birth': '14/02/1991' };

scene('given a name is missing, when Amara books the next free slot, then it is told and nothing typed is lost', async () => {
  await link(amara.getByRole('navigation', { name: 'Main' }), 'Clinics');
  await look(amara, 'week');
  await link(amara, 'Book the next free slot');
  await answer(amara, { 'Telephone (optional)': '07700 900123', 'Officer’s email address (optional)': 'nobody at all' });
  await press(amara, 'Book');
  const said = await says(amara);
  assert.match(said, /Enter a name/);
  assert.match(said, /This is no e-mail address/);
  assert.equal(await amara.getByLabel('Telephone (optional)').inputValue(), '07700 900123');
  await look(amara, 'book-wrong');
});

scene('given the slot comes after the interview, when she books it, then she is warned and may choose', async () => {
  await answer(amara, { ...ada, 'Officer’s email address (optional)': 'vale@police.invalid', 'Officer in the case (optional)': 'DC Vale', 'Collar number (optional)': '4417QX',
    'When is the interview? (optional)': [dayOf(inDays(-1)), '10:00'], 'How to reach them safely (optional)': 'Text only' });
  await press(amara, 'Book');
  assert.match(await says(amara), /ends after the interview starts: what is found then comes too late/);
  assert.equal(await amara.getByLabel('Given names').inputValue(), 'Ada');
  await look(amara, 'book-late');
  await answer(amara, { 'When is the interview? (optional)': [dayOf(inDays(6)), '10:00'] });
  await press(amara, 'Book');
  assert.equal(await named(amara), 'MARSH, Ada');
  assert.match(await says(amara), /Not detained: free to leave unless arrested/);
  await look(amara, 'appointment');
});

scene('given two book one slot at the same moment, then one has it, and the other is told with the next free slots', async () => {
  for (const page of [amara, josie]) await page.goto(`${demo.url}/appointments/new`);
  const slot = await amara.getByLabel('Slot', { exact: true }).inputValue();
  assert.equal(await josie.getByLabel('Slot', { exact: true }).inputValue(), slot);
  await answer(amara, { 'Family name': 'Quill', 'Given names': 'Ben' });
  await answer(josie, { 'Family name': 'Oak', 'Given names': 'Cy', 'Telephone (optional)': '07700 900456', 'Notes (optional)': "O'Brien's <b>friend</b>" });
  await press(amara, 'Book');
  assert.equal(await named(amara), 'QUILL, Ben');
  await press(josie, 'Book');
  assert.match(await says(josie), /is taken: choose another\. A colleague was faster\. What you typed is kept/);
  assert.equal(await josie.getByLabel('Telephone (optional)').inputValue(), '07700 900456');
  assert.equal(await josie.getByLabel('Notes (optional)').inputValue(), "O'Brien's <b>friend</b>");
  assert.notEqual(await josie.getByLabel('Slot', { exact: true }).inputValue(), slot);
  await look(josie, 'book-taken');
  await go(josie, josie.getByLabel('Appropriate adult'));
  await josie.keyboard.press('Space');
  await press(josie, 'Book');
  assert.equal(await named(josie), 'OAK, Cy');
  await link(josie.getByRole('navigation', { name: 'Main' }), 'Clinics');
  assert.equal(await slotOf(josie, 'OAK, Cy').count(), 2, 'with an appropriate adult it takes two slots');
  assert.equal(await slotOf(josie, 'QUILL, Ben').count(), 1);
  await look(josie, 'week-booked');
});

scene('given the notice of an appointment, then nobody can tell from it what it is about', async () => {
  await link(amara, 'Notice to print or copy');
  const notice = await amara.locator('.tl-letter').innerText();
  assert.match(notice, /Hello Ben/);
  assert.match(notice, /1 Wesley Road, side door/);
  for (const word of [/police/i, /custody/i, /mental/i, /liaison/i, /interview/i, /offence/i, /quill/i]) assert.doesNotMatch(notice, word);
  await look(amara, 'notice');
});

scene('given the board of the day, then appointments are lines of work without a clock of detention', async () => {
  await amara.goto(demo.url);
  const rows = amara.locator('.tl-work__row');
  assert.equal(await rows.count(), 3);
  for (const row of await rows.all()) {
    const said = (await row.innerText()).replace(/\s+/g, ' ');
    assert.match(said, /Appointment \d\d:\d\d to \d\d:\d\d/);
    assert.match(said, /Voluntary attendance: not detained/);
    assert.doesNotMatch(said, /detention|review|Arrival|custody number|PACE/i);
  }
  await look(amara, 'board');
});

scene('given Ada has come, when Amara opens an episode, then it is one of voluntary attendance', async () => {
  await link(amara.locator('main'), /^MARSH, Ada/);
  assert.match(await says(amara), /Voluntary attendance: not detained/);
  await look(amara, 'row');
  await press(amara, 'Add the person and open an episode');
  assert.match(await says(amara), /Voluntary attendance/);
  assert.doesNotMatch(await says(amara), /Detention limit|First review/);
});

scene('given nobody asked Ada, then the officer may not be told; given she agreed, then it goes into the ledger', async () => {
  const episode = amara.url();
  await amara.goto(`${demo.url}/clinics`);
  await link(amara.locator('main'), /^MARSH, Ada/);
  assert.match(await says(amara), /The consent ledger says 'Not asked yet' for the police\. Nothing may be told without consent/);
  const appointment = amara.url();
  await amara.goto(`${episode}/consent`);
  await answer(amara, { 'Answer now: Sharing with police and custody staff': 'Given' });
  await press(amara, 'Save the answers');
  await amara.goto(appointment);
  assert.match(await says(amara), /Nothing more than this may be told here: Attended the appointment/);
  await answer(amara, { How: 'Telephone' });
  await press(amara, 'Record that they were told');
  assert.match(await says(amara), /Told\. It stands in the disclosure ledger/);
  await look(amara, 'told');
});

scene('given Ben does not come, when it is recorded, then it is asked what follows, and another appointment is made', async () => {
  await amara.goto(demo.url);
  await link(amara.locator('main'), /^QUILL, Ben/);
  await unfold(amara, 'Not seen');
  await answer(amara, { 'Why were they not seen?': 'Did not attend' });
  await press(amara, 'Save');
  assert.match(await says(amara), /Did not attend: what follows\?/);
  await look(amara, 'missed');
  await amara.goto(`${demo.url}/clinics`);
  assert.match(await says(amara), /To be settled \(1\).*QUILL, Ben.*Did not attend: say what follows/);
  await link(amara, 'QUILL, Ben', { exact: true });
  await link(amara, 'Book another appointment');
  assert.match(await says(amara), /QUILL, Ben/);
  await press(amara, 'Book');
  assert.equal(await named(amara), 'QUILL, Ben');
  await amara.goto(`${demo.url}/clinics`);
  assert.doesNotMatch(await says(amara), /To be settled/);
});

scene('given the clinic is cancelled, then everybody booked is told of, and nobody is lost', async () => {
  await josie.goto(`${demo.url}/clinics`);
  await link(josie, /^00:00 to 23:45/);
  await look(josie, 'clinic');
  await link(josie, 'Cancel this clinic');
  assert.match(await says(josie), /Booked in this clinic \(2\).*OAK, Cy.*QUILL, Ben/);
  await look(josie, 'cancel-clinic');
  await write(josie, josie.getByLabel('Why is it cancelled?'), 'Nobody to hold it');
  await press(josie, 'Cancel the clinic');
  assert.match(await says(josie), /To be settled \(2\)/);
  await look(josie, 'to-settle');
  await link(josie, 'Another time for OAK, Cy');
  await look(josie, 'another-time');
  await press(josie, 'Move the appointment');
  assert.equal(await named(josie), 'OAK, Cy');
  assert.match(await says(josie), /Other appointments of this row .*Moved to another time/);
  await josie.goto(`${demo.url}/clinics`);
  assert.match(await says(josie), /To be settled \(1\)/);
  await link(josie, 'QUILL, Ben', { exact: true });
  await link(josie, 'Cancel the appointment');
  await press(josie, 'Cancel the appointment');
  assert.match(await says(josie), /Choose who cancelled/);
  await look(josie, 'cancel-wrong');
  await answer(josie, { 'Who cancelled?': 'Our service', 'Why?': 'The interview will not take place' });
  await press(josie, 'Cancel the appointment');
  await josie.goto(`${demo.url}/clinics`);
  assert.doesNotMatch(await says(josie), /To be settled/);
});

scene('given an officer’s list, when it is brought in, then each row is a line of its day and can get a slot', async () => {
  const file = join(folder, 'interviews.csv');
  await writeFile(file, ['Name,DOB,Interview date,Interview time,Offence,OIC', `"FENWICK, Ida",14/02/1990,${today},23:50,Theft from shop,DC Vale`, `"SOL, Dee",01/06/1984,${dayOf(inDays(2))},11:00,Affray,PC Rowe`].join('\n'));
  await amara.goto(`${demo.url}/lists`);
  await amara.getByLabel('Choose the file').setInputFiles(file);
  await press(amara, 'Read the list');
  const said = await says(amara);
  for (const words of ['Voluntary attendance list (Excel or CSV)', 'FENWICK, Ida', 'Interview']) assert.ok(said.includes(words), `${words}: ${said}`);
  await look(amara, 'list');
  await press(amara, 'Bring this list in');
  await amara.goto(demo.url);
  const row = amara.locator('.tl-work__row').filter({ hasText: 'FENWICK, Ida' });
  assert.match((await row.innerText()).replace(/\s+/g, ' '), /Interview at 23:50.*No slot yet/);
  await link(amara.locator('main'), /^FENWICK, Ida/);
  await link(amara, 'Give them a slot');
  assert.equal(await amara.getByLabel('Officer in the case (optional)').inputValue(), 'DC Vale');
  await look(amara, 'book-line');
});

scene('given the next officer’s list, then who is not on it is still expected, and a moved interview is the same row', async () => {
  const file = join(folder, 'other.csv');
  await writeFile(file, ['Name,DOB,Interview date,Interview time,Offence,OIC', `"SOL, Dee",01/06/1984,${dayOf(inDays(4))},15:00,Affray,PC Rowe`].join('\n'));
  await amara.goto(`${demo.url}/lists`);
  await amara.getByLabel('Choose the file').setInputFiles(file);
  await press(amara, 'Read the list');
  assert.match(await says(amara), /New 0 Changed 1 .*Gone: on our list, and not in the file 0/);
  await press(amara, 'Bring this list in');
  await amara.goto(demo.url);
  const row = amara.locator('.tl-work__row').filter({ hasText: 'FENWICK, Ida' });
  assert.doesNotMatch(await row.innerText(), /Left the list/);
});
