// Invented lists of courts for today, as Common Platform and Libra give them.
const isoDay = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/London' }).format(new Date());
const day = isoDay.split('-').reverse().join('/');

// Sittings are late in the day, so that none is over whenever the tests run.
export const hearing = (who, urn, room, time, more = {}) => ({ who, urn, room, time, ...more });

const at = (time) => `${isoDay}T${time}:00Z`;

// A standard list with a row for each hearing.
export function platform(hearings) {
  const courtRoom = hearings.map(({ who, urn, room, time, restricted }) => {
    const individualDetails = { individualForenames: who.forenames, individualSurname: who.surname, dateOfBirth: who.born };
    const party = [{ partyRole: 'DEFENDANT', individualDetails, offence: [{ offenceTitle: `Theft (${urn})` }] }];
    const details = restricted ? { reportingRestriction: true, reportingRestrictionDetails: [restricted] } : {};
    const sittings = [{ sittingStart: at(time), hearing: [{ hearingType: 'First hearing', case: [{ caseUrn: urn, ...details, party }] }] }];
    return { courtRoomName: `Courtroom ${room}`, session: [{ sittings }] };
  });
  return JSON.stringify({ document: { publicationDate: new Date().toISOString() }, courtLists: [{ courtHouse: { courtHouseName: "Bromley Magistrates' Court", courtRoom } }] });
}

// A daily list of Libra with a case for each hearing.
export function libra(hearings) {
  const session = hearings.map(({ who, urn, room, time }) => {
    const cases = `<case><caseno>${urn}</caseno><def_name>${who.forenames} ${who.surname}</def_name><def_name_elements><forename1>${who.forenames}</forename1><surname>${who.surname}</surname></def_name_elements><def_dob>${who.born.split('-').reverse().join('/')}</def_dob><offences><offence><title>Affray</title></offence></offences></case>`;
    return `<session><court>Bromley Magistrates&apos; Court</court><room>${room}</room><doh>${day}</doh><sstart>${time}</sstart><blocks><block><bstart>${time}</bstart><cases>${cases}</cases></block></blocks></session>`;
  });
  return `<ExternalDocumentRequest><documents><document><data><job><printdate>${day}</printdate><sessions>${session.join('')}</sessions></job></data></document></documents></ExternalDocumentRequest>`;
}

// News of one hearing of Common Platform: listed, or with its results once they are shared.
export function news(id, { who, urn, room, time }, shared = false) {
  const personDetails = { firstName: who.forenames, lastName: who.surname, dateOfBirth: who.born, gender: 'NOT_KNOWN' };
  const defendants = [{ id: `d-${who.surname}`, masterDefendantId: `m-${who.surname}`, personDefendant: { personDetails }, offences: [{ offenceTitle: `Theft (${urn})` }] }];
  const prosecutionCases = [{ id: urn, prosecutionCaseIdentifier: { caseURN: urn }, defendants }];
  const courtCentre = { name: "Bromley Magistrates' Court", roomName: `Courtroom ${room}` };
  const hearing = { id, jurisdictionType: 'MAGISTRATES', courtCentre, hearingDays: [{ sittingDay: at(time) }], prosecutionCases };
  return JSON.stringify({ hearing, ...(shared ? { sharedTime: new Date().toISOString() } : {}) });
}

export const deleted = (id) => JSON.stringify({ eventType: 'HEARING_DELETED', hearingId: id, hearing: { id } });
