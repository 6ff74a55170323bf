// A custody list as a force's system exports it, with today's times. Everybody on it is invented.
export function custodyCsv(now = new Date(), { without = [], changed = {} } = {}) {
  const ago = (minutes) => london(new Date(now.getTime() - minutes * 60_000));
  const rows = [
    ['CU/88101', 'FENWICK', 'Marlon Adrian', '14/03/1991', '35', 'M', '2 Tallow Row', 'BR1 3XA', '2014/0345678K', ago(250), ago(215), ago(200), 'Criminal damage', 'Says he has not slept for four days', '2'],
    ['CU/88102', 'OYELARAN', 'Temilade', '02/11/2003', '23', 'F', '', 'DA6 7AB', '', ago(130), ago(100), ago(90), 'Shoplifting', '', '1'],
    ['CU/88103', 'BRIGHTSEA', 'Callum', '', '', 'M', 'NFA', '', '', ago(60), ago(40), ago(35), 'Breach of the peace', '=HYPERLINK("x") <b>shouting</b>', '1'],
    ['', '', '', '', '', '', '', '', '', '', '', '', 'Row with nobody on it', '', ''],
  ];
  const heading = ['Custody No', 'Surname', 'Forenames', 'D.O.B', 'Age', 'Sex', 'Address', 'Postcode', 'PNC', 'Arrested', 'Arrived', 'Detention authorised', 'Offence', 'Notes', 'Observation level'];
  const kept = rows.filter(([number]) => !without.includes(number)).map((row) => (changed[row[0]] ? changed[row[0]](row) : row));
  return [heading, ...kept].map((row) => row.map((cell) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')).join('\r\n');
}

function london(date) {
  const parts = Object.fromEntries(new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hour12: false }).formatToParts(date).map(({ type, value }) => [type, value]));
  return `${parts.day}/${parts.month}/${parts.year} ${parts.hour}:${parts.minute}`;
}
