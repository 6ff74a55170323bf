// Known to us, or not? A twin, an alias, a date turned round, a second NHS number, a name spelt by ear: what
// the pages say of each must be plain without reading a figure. And what somebody decided is not asked again
// until something changed.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { go, link, press, tabThrough, write } from './keyboard.mjs';
import { arrive, checkPage, command, leave, photograph, says, scenes, sees, signIn, windowOf } from './support.mjs';

let demo;
let browser;
let folder;
let amara;
let board;

before(async () => {
  ({ demo, browser, folder } = await arrive((own) => ({ empty: true, data: own })));
  amara = await windowOf(browser);
  await signIn(amara, demo.url, 'Amara Bello');
});

after(() => leave({ demo, browser, folder }));

const scene = scenes(180_000);

const narrowAndWide = [320, 1366];

// The page passes axe, and neither it nor a table of it is cut off in a narrow window or in a wide one.
async function look(name) {
  await checkPage(amara, name, narrowAndWide);
  await photograph(amara, `known-${name}`);
}

async function doesNotSee(...words) {
  const text = await says(amara);
  for (const one of words) assert.ok(!text.includes(one), `“${one}” is on ${amara.url()}, which says: ${text}`);
}

// The first of two things said on the page comes before the second.
async function seesFirst(first, second) {
  const text = await says(amara);
  const [one, other] = [text.indexOf(first), text.indexOf(second)];
  assert.ok(one >= 0 && other > one, `“${first}” does not come before “${second}” on ${amara.url()}, which says: ${text}`);
}

// A number from the range that is never issued, with its check digit.
function inventedNumber(from) {
  for (let serial = from; ; serial += 1) {
    const body = `999${String(serial).padStart(6, '0')}`;
    const sum = [...body].reduce((total, digit, at) => total + Number(digit) * (10 - at), 0);
    const check = (11 - (sum % 11)) % 11;
    if (check < 10) return `${body}${check}`;
  }
}

const numbers = [inventedNumber(4100), inventedNumber(7300), inventedNumber(8200), inventedNumber(9100)];
const day = (days) => new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', day: '2-digit', month: '2-digit', year: 'numeric' }).format(new Date(Date.now() + days * 86_400_000));

const known = {
  ada: ['MARSH', 'Ada', '14/02/1991', 'F', '12 Wesley Avenue', 'ZZ1 1AA', '', ''],
  rowan: ['SPARROW', 'Rowan', '09/09/1988', 'M', '3 Quarry Hill', 'ZZ2 4BD', '2011/0234567F', ''],
  chidi: ['OKAFOR', 'Chidi', '05/11/1984', 'M', '40 Tallow Row', 'ZZ3 7LM', '', ''],
  rosalind: ['TREMLETT', 'Rosalind', '23/07/1979', 'F', '8 Harbour View', 'ZZ4 9QP', '', numbers[0]],
  ewan: ['MACDONALD', 'Ewan', '02/02/1993', 'M', '17 Mill Lane', 'ZZ5 2RT', '', ''],
};

// A custody list of these people for a day, each under a custody number of its own.
function custodyList(days, people) {
  const heading = ['Custody No', 'Surname', 'Forenames', 'D.O.B', 'Sex', 'Address', 'Postcode', 'PNC', 'NHS number', 'Arrived', 'Offence'];
  const rows = Object.entries(people).map(([number, person]) => [number, ...person, `${day(days)} 06:10`, 'Theft']);
  return [heading, ...rows].map((row) => row.join(',')).join('\r\n');
}

async function bringIn(days, name, people) {
  const file = join(folder, name);
  await writeFile(file, custodyList(days, people));
  await amara.goto(`${demo.url}/lists`);
  await amara.getByLabel('Choose the file').setInputFiles(file);
  await write(amara, amara.getByLabel('Day of the list'), day(days));
  await press(amara, 'Read the list');
  await press(amara, 'Bring this list in');
  board = amara.url();
}

async function openRow(name) {
  await amara.goto(board);
  await link(amara.getByRole('region', { name: 'People on this list' }), name);
}

async function tick(words) {
  await go(amara, amara.getByLabel(words));
  await amara.keyboard.press('Space');
}

const compare = () => link(amara.locator('main'), /^Compare and decide/);

// Opens the row, the comparison and its evidence, and looks at each.
async function openAll(name, called) {
  await openRow(name);
  await look(`${called}-row`);
  await compare();
  await sees(amara, 'How the figure came about', 'Before anything is compared', 'Together');
  await look(`${called}-compare`);
}

const result = async (detail) => (await amara.locator('.tl-compare__row', { has: amara.getByRole('rowheader', { name: detail, exact: true }) }).innerText()).replace(/\s+/g, ' ');

scene('given people brought in with yesterday\'s list, when Amara adds each, then the service knows them', async () => {
  await bringIn(-1, 'known.csv', { 'CU/1': known.ada, 'CU/2': known.rowan, 'CU/3': known.chidi, 'CU/4': known.rosalind, 'CU/5': known.ewan });
  for (const [surname, forename] of Object.values(known)) {
    await openRow(`${surname}, ${forename}`);
    await sees(amara, 'Nobody we know is like this');
    await press(amara, 'Add the person and open an episode');
  }
});

scene('given the same PNC ID under another name, when Amara says that they are one person, then the name is kept as an alias', async () => {
  await bringIn(0, 'alias.csv', { 'CU/11': ['LARK', 'Kim', '09/09/1988', 'M', '', '', '2011/0234567F', ''] });
  await openRow('LARK, Kim');
  await sees(amara, 'Possible matches (1)', 'SPARROW, Rowan');
  await seesFirst('Same number, different person described', 'in 100');
  await compare();
  await seesFirst('Same number, different person described', 'in 100');
  await look('same-number-compare');
  await press(amara, 'Same person');
  await sees(amara, 'In our record: SPARROW, Rowan');
});

scene('given a list with hard cases, when it is in, then the board says what each is', async () => {
  await bringIn(0, 'hard.csv', {
    'CU/11': ['LARK', 'Kim', '09/09/1988', 'M', '', '', '2011/0234567F', ''],
    'CU/21': ['MARSH', 'Beth', '14/02/1991', 'F', '12 Wesley Avenue', 'ZZ1 1AA', '', ''],
    'CU/22': ['LARK', 'Kimberley', '09/09/1988', 'M', '3 Quarry Hill', 'ZZ2 4BD', '', ''],
    'CU/23': ['OKAFOR', 'Chidi', '11/05/1984', 'M', '40 Tallow Row', 'ZZ3 7LM', '', ''],
    'CU/24': ['TREMLETT', 'Rosalind', '23/07/1979', 'F', '8 Harbour View', 'ZZ4 9QP', '', numbers[1]],
    'CU/25': ['MAC DONALD', 'Euan', '02/02/1993', 'M', '', '', '', ''],
  });
  await amara.goto(demo.url);
  await sees(amara, 'Possible twin', 'Different NHS numbers', 'day and month swapped');
  await look('board');
});

scene('given a twin of somebody known, then the row says possible twin before any figure, and never very likely', async () => {
  await openAll('MARSH, Beth', 'twin');
  await seesFirst('Possible twin', 'in 100');
  await doesNotSee('Very likely');
  assert.match(await result('Forename'), /Beth.*Ada.*Differs/);
  assert.match(await result('Date of birth'), /14 Feb 1991.*14 Feb 1991.*Agrees/);
  await openRow('MARSH, Beth');
  await seesFirst('Possible twin', 'in 100');
  await doesNotSee('Very likely');
});

scene('given somebody under an alias of a known person, then they are found, and the page says that it is the alias', async () => {
  await openAll('LARK, Kimberley', 'alias');
  await sees(amara, 'Another name they have used', 'The name in our record is SPARROW, Rowan');
  await openRow('LARK, Kimberley');
  await sees(amara, 'SPARROW, Rowan', 'Also known as Kim LARK', 'Another name they have used');
});

scene('given a date of birth with day and month turned round, then the person is found, and the page says so', async () => {
  await openAll('OKAFOR, Chidi', 'swapped');
  await sees(amara, 'day and month swapped');
  assert.match(await result('Date of birth'), /11 May 1984.*5 Nov 1984.*Partly agrees.*Day and month swapped/);
});

scene('given another NHS number and everything else the same, then the conflict comes first, and never very likely', async () => {
  await openAll('TREMLETT, Rosalind', 'conflict');
  await seesFirst('Different NHS numbers', 'in 100');
  await sees(amara, 'Treat as two people unless one number is proved wrong', 'A safety rule limits it');
  await doesNotSee('Very likely');
  assert.match(await result('NHS number'), /Differs/);
  await openRow('TREMLETT, Rosalind');
  await seesFirst('Different NHS numbers', 'in 100');
  await doesNotSee('Very likely');
});

scene('given one surname in two words and a forename spelt by ear, then the person is found', async () => {
  await openAll('MAC DONALD, Euan', 'by-ear');
  await sees(amara, 'MACDONALD, Ewan');
});

scene('given a name spelt by ear, two words for one and a two-digit year, when Amara searches, then she finds them', async () => {
  for (const [typed, found] of [['okafour chidi 5/11/84', 'OKAFOR, Chidi'], ['mac donald 2/2/93', 'MACDONALD, Ewan'], ['rosalynd tremlet 79', 'TREMLETT, Rosalind'], ['kim lark', 'SPARROW, Rowan']]) {
    await amara.goto(`${demo.url}/people`);
    await write(amara, amara.locator('main input[name=q]'), typed);
    await press(amara.locator('main'), 'Search');
    await sees(amara, 'Results for', 'Why they were found', found);
  }
  await sees(amara, 'another name they have used: Kim Lark');
  await look('search');
});

scene('given that Amara says the twin is another person, then she is asked no more, and the page says who said so', async () => {
  await openRow('MARSH, Beth');
  await compare();
  await press(amara, 'Different person');
  await sees(amara, 'Said before not to be this person (1)', 'Different person: Amara Bello', 'Nobody else we know is like this');
  await doesNotSee('Compare and decide');
  await look('said-before');
  await amara.goto(demo.url);
  await doesNotSee('Possible twin');
  await sees(amara, 'No match found. Said before not to be the one person we know who is like this: Amara Bello');
  await look('said-before-board');
});

const beth = ['MARSH', 'Beth', '14/02/1991', 'F', '12 Wesley Avenue', 'ZZ1 1AA', '', ''];

scene('given the same description on the next day\'s list, then the twin is not offered, and may be compared again', async () => {
  await bringIn(1, 'tomorrow.csv', { 'CU/31': beth, 'CU/32': ['LARK', 'Kimberley', '09/09/1988', 'M', '3 Quarry Hill', 'ZZ2 4BD', '', ''] });
  await openRow('MARSH, Beth');
  await sees(amara, 'Said before not to be this person (1)', 'MARSH, Ada', 'of the list for');
  await doesNotSee('Compare and decide');
  await look('said-before-next-day');
  await link(amara.locator('main'), /^Compare again/);
  await sees(amara, 'Said before not to be this person', 'You may decide otherwise below');
  await look('said-before-compare');
});

scene('given that she is not sure, then it stays asked, with who was not sure', async () => {
  await openRow('LARK, Kimberley');
  await compare();
  await press(amara, 'Not sure');
  await sees(amara, 'Possible matches (1)', 'Not sure: Amara Bello');
  await look('not-sure');
});

scene('given that the list says something else since, then it is asked again, and the page says why', async () => {
  await bringIn(1, 'tomorrow-2.csv', { 'CU/31': beth.with(5, 'ZZ8 8HH'), 'CU/32': ['LARK', 'Kimberley', '09/09/1988', 'M', '3 Quarry Hill', 'ZZ2 4BD', '', ''] });
  await openRow('MARSH, Beth');
  await sees(amara, 'Possible matches (1)', 'Asked again: the postcode on the list changed since', 'Amara Bello said “Different person”');
  await look('asked-again');
});

scene('given that our record says something else since, then it is asked again, and the page says why', async () => {
  await compare();
  await press(amara, 'Different person');
  await sees(amara, 'Said before not to be this person (1)');
  await amara.goto(`${demo.url}/people`);
  await write(amara, amara.locator('main input[name=q]'), 'ada marsh 14/2/91');
  await press(amara.locator('main'), 'Search');
  await link(amara.locator('main'), 'MARSH, Ada');
  await link(amara.locator('main'), 'Change these details');
  await write(amara, amara.getByLabel('Postcode'), 'ZZ6 6FF');
  await press(amara, 'Save the details');
  await openRow('MARSH, Beth');
  await sees(amara, 'Possible matches (1)', 'Asked again: the postcode in our record changed since');
});

// The hospital's index: people whom only it knows, a twin of one on the list, and one with another NHS number.
const patients = [
  ['P1', numbers[2], 'Ottoline', 'Ferncastle', 'Otti Brook', '1990-03-09', 'F', '4 Lime Walk', 'ZZ7 3CD'],
  ['P2', '', 'Perdita', 'Holloway', '', '1986-12-01', 'F', '9 Lime Walk', 'ZZ7 3CE'],
  ['P3', numbers[1], 'Casimir', 'Oldacre', '', '1971-08-17', 'M', '22 Lime Walk', 'ZZ7 3CF'],
  ['P4', '', 'Leopold', 'Winterbourne', 'Leo Hart', '1995-05-30', 'M', '31 Lime Walk', 'ZZ7 3CG'],
];

scene('given the hospital\'s index, when a list has people whom only the hospital knows, then the board says so', async () => {
  const file = join(folder, 'patients.csv');
  const heading = 'record_id,nhs_number,first,last,alias_names,dob,sex,address,postcode';
  await writeFile(file, [heading, ...patients.map((patient) => patient.join(','))].join('\n'));
  assert.match(await command(folder, 'import', 'people', file, '--source', 'PAS'), /4 new/);
  await bringIn(0, 'hospital.csv', {
    'CU/41': ['FERNCASTLE', 'Ottoline', '09/03/1990', 'F', '4 Lime Walk', 'ZZ7 3CD', '', ''],
    'CU/42': ['HOLLOWAY', 'Rosamund', '01/12/1986', 'F', '9 Lime Walk', 'ZZ7 3CE', '', ''],
    'CU/43': ['OLDACRE', 'Casimir', '17/08/1971', 'M', '22 Lime Walk', 'ZZ7 3CF', '', numbers[3]],
  });
  await amara.goto(demo.url);
  await sees(amara, 'Very likely in the hospital\'s record', 'Possible twin', 'Different NHS numbers');
  await look('hospital-board');
});

scene('given a twin in the hospital\'s record, then the row and the comparison say possible twin before any figure', async () => {
  await openRow('HOLLOWAY, Rosamund');
  await seesFirst('Hospital record, PAS, number P2', 'in 100');
  await seesFirst('Possible twin', 'in 100');
  await look('hospital-twin-row');
  await compare();
  await seesFirst('Possible twin', 'in 100');
  await seesFirst('Hospital record, PAS, number P2', 'in 100');
  await doesNotSee('Very likely');
  await look('hospital-twin-compare');
  await press(amara, 'Not this person');
  await doesNotSee('Compare and decide');
  await amara.goto(demo.url);
  await sees(amara, 'No match found. Said before not to be the person whom another register knows');
});

scene('given another NHS number in the hospital\'s record, then the conflict comes before the figure', async () => {
  await openRow('OLDACRE, Casimir');
  await seesFirst('Different NHS numbers', 'in 100');
  await compare();
  await seesFirst('Different NHS numbers', 'in 100');
  await doesNotSee('Very likely');
  await look('hospital-conflict-compare');
});

scene('given only a keyboard, then the decision about a hospital record is reached in the order in which it is read', async () => {
  await openRow('FERNCASTLE, Ottoline');
  await look('hospital-row');
  await compare();
  await look('hospital-compare');
  const { order, hidden } = await tabThrough(amara);
  const decision = ['This is the same person', 'Not this person', 'Not sure'];
  assert.deepEqual(order, ['The list and the hospital\'s record side by side', ...decision, 'Evidence line by line'], order.join(' | '));
  assert.deepEqual(hidden, [], 'all of it shows that it has focus');
  await press(amara, 'This is the same person');
  await sees(amara, 'In our record: FERNCASTLE, Ottoline');
  await link(amara.locator('main'), 'Open their record');
  await sees(amara, 'In other registers', 'PAS, number P1', 'BROOK, Otti');
  await look('hospital-person');
  await amara.goto(demo.url);
  await sees(amara, 'Known: identity decided');
});

scene('given somebody on no list, when Amara finds them in the hospital\'s index, then they are added from it by her word', async () => {
  await amara.goto(`${demo.url}/people`);
  await write(amara, amara.locator('main input[name=q]'), 'leopold winterbourne 30/5/95');
  await press(amara.locator('main'), 'Search');
  await sees(amara, 'In another register: 1', 'Hospital record, PAS', 'P4');
  await look('hospital-search');
  await press(amara.locator('main'), 'Compare with WINTERBOURNE, Leopold, number P4');
  await sees(amara, 'Hospital record, PAS, number P4', 'Agrees');
  await doesNotSee('Lime Walk', 'Leo Hart');
  await look('hospital-found');
  const { order, hidden } = await tabThrough(amara);
  assert.deepEqual(order.slice(-3), ['I have checked with the person, or with who sent them, that this is the same person', 'This is the same person', 'back to the search'], order.join(' | '));
  assert.deepEqual(hidden, []);
  await press(amara, 'This is the same person');
  await sees(amara, 'There is a problem', 'Say that you have checked that it is the same person', 'WINTERBOURNE');
  await look('hospital-found-unchecked');
  await tick('I have checked with the person');
  await press(amara, 'This is the same person');
  await sees(amara, 'The person was added from the hospital\'s record', 'In other registers', 'PAS, number P4', '31 Lime Walk');
  await look('hospital-found-person');
  await amara.goto(`${demo.url}/people`);
  await write(amara, amara.locator('main input[name=q]'), 'leopold winterbourne');
  await press(amara.locator('main'), 'Search');
  await sees(amara, 'Also in PAS, number P4');
  await doesNotSee('In another register');
});
