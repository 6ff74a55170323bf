// A CaTH Magistrates Standard List in the published shape, for today. Everybody on it is invented.
export function courtJson(now = new Date()) {
  const at = (hour) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate(), hour, 0)).toISOString();
  const person = (forenames, surname, dateOfBirth, more = {}) => ({
    partyRole: 'DEFENDANT',
    individualDetails: { individualForenames: forenames, individualSurname: surname, dateOfBirth, address: { line: ['9 Quarry Lane'], town: 'Bromley', postCode: 'BR2 9ZZ' }, gender: 'male', ...more },
    offence: [{ offenceCode: 'CD71039', offenceTitle: 'Criminal damage to property', offenceWording: 'On a day in November damaged a door', plea: 'NONE' }],
  });
  const hearing = (caseUrn, party, more = {}) => ({ hearingType: 'First hearing', panel: 'ADULT', channel: ['IN PERSON'], case: [{ caseUrn, party: [party, { partyRole: 'PROSECUTING_AUTHORITY', organisationDetails: { organisationName: 'Crown Prosecution Service' } }], ...more }] });
  return JSON.stringify({
    document: { publicationDate: now.toISOString() },
    venue: { venueAddress: { line: ['1 London Road'], town: 'Bromley', postCode: 'BR1 1RA' } },
    courtLists: [{ courtHouse: { courtHouseName: "Bromley Magistrates' Court", lja: 'South London', courtRoom: [{ courtRoomName: 'Courtroom 1', session: [{ judiciary: [{ johKnownAs: 'District Judge', isPresiding: true }], sittings: [{ sittingStart: at(14), hearing: [
      hearing('01PY1234526', person('Marlon Adrian', 'Fenwick', '1991-03-14', { inCustody: true, pncId: '2014/0345678K' })),
      hearing('01PY9876526', person('Ottilie', 'Marchbanks', '1978-06-30', { gender: 'female' }), { reportingRestriction: true, reportingRestrictionDetails: ['Nothing that identifies the complainant may be published'] }),
    ] }] }] }] } }],
  });
}
