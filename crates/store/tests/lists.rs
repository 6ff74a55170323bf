//! Lists and their lines, on SQLite and on PostgreSQL.

use chrono::NaiveDate;
use throughline_domain::ids::{EntryId, ListId, PersonId, SiteId};
use throughline_domain::list::{EntryState, ListKind, MatchDecision, NotSeenReason};
use throughline_domain::name::Name;
use throughline_domain::role::Role;
use throughline_matching::{Description, Parameters, score};
use throughline_policy::{
    ChangeContactDetails, ChangeIdentity, ChangeList, CreatePerson, ImportList, SearchPeople, Subject, ViewBoard,
    ViewList,
};
use throughline_store::lists::{self, EntryFacts, NewList, Said};
use throughline_store::people::{self, ContactDetails, NewPerson};
use throughline_store::{Error, Tx, search};
use throughline_testkit::{Kit, on_both};
use uuid::Uuid;

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, day).expect("a day")
}

fn line(day: NaiveDate, number: &str) -> EntryFacts {
    EntryFacts {
        list_date: day,
        key: number.to_owned(),
        source_row: 2,
        source: r#"{"notices":["no_date_of_birth","youth"]}"#.to_owned(),
        name: Name::new("Ada", "Marsh"),
        custody_number: number.to_owned(),
        reporting_restriction: "Section 45".to_owned(),
        ..EntryFacts::default()
    }
}

async fn received(tx: &mut Tx, site: SiteId, day: NaiveDate) -> ListId {
    let grant = tx.authorise::<ImportList>(site).await.expect("allowed");
    let new = NewList {
        id: ListId::new(Uuid::now_v7()),
        kind: ListKind::Custody,
        format: "custody-csv".into(),
        list_date: day,
        file_name: "list.csv".into(),
        sha256: "00ff".into(),
        original: b"bytes".to_vec(),
        reading: "{}".into(),
    };
    lists::receive(tx, &grant, &new).await.expect("it is kept");
    new.id
}

/// A twin of whoever is on the list: the same surname, date of birth and home.
async fn twin(kit: &Kit) -> PersonId {
    let mut tx = kit.tx(Role::Practitioner).await;
    let grant = tx.authorise::<CreatePerson>(Subject::default()).await.expect("allowed");
    let id = PersonId::new(Uuid::now_v7());
    let contact =
        ContactDetails { postcode: "ZZ1 1AA".into(), address: "12 Wesley Avenue".into(), ..ContactDetails::default() };
    let born = NaiveDate::from_ymd_opt(1991, 2, 14);
    let new = NewPerson { name: Name::new("Beth", "Marsh"), date_of_birth: born, contact, ..NewPerson::default() };
    people::create(&mut tx, &grant, id, &new).await.expect("made");
    tx.commit().await.expect("it commits");
    id
}

/// As a custody list gives it.
fn ada() -> Description {
    let born = NaiveDate::from_ymd_opt(1991, 2, 14).expect("a day");
    Description { pnc: Some("2012/0345678U".into()), ..Description::named("Ada", "Marsh").born(born).at("ZZ1 1AA") }
}

/// A line of a day, on which somebody decides about a person.
async fn decided(kit: &Kit, person: PersonId, described: &Description, decision: MatchDecision) -> EntryId {
    let site = kit.custody();
    let mut tx = kit.tx(Role::Practitioner).await;
    let list = received(&mut tx, site, day(24)).await;
    let import = tx.authorise::<ImportList>(site).await.expect("allowed");
    let number = Uuid::now_v7().simple().to_string();
    let id = lists::add_entry(&mut tx, &import, ListKind::Custody, list, &line(day(24), &number)).await.expect("added");
    let change = tx.authorise::<ChangeList>(site).await.expect("allowed");
    let search = tx.authorise::<SearchPeople>(Subject::default()).await.expect("allowed");
    let candidate = search::compare(&mut tx, &search, described, person).await.expect("it answers").expect("there");
    lists::decide(&mut tx, &change, id, person, decision, described, &candidate.scored).await.expect("decided");
    tx.commit().await.expect("it commits");
    id
}

/// What is told of a person on a line: of a later day, or the one decided on.
async fn said_on(kit: &Kit, line: Option<EntryId>, person: PersonId, described: &Description) -> Option<Said> {
    let mut tx = kit.tx(Role::Practitioner).await;
    let view = tx.authorise::<ViewList>(kit.custody()).await.expect("allowed");
    let search = tx.authorise::<SearchPeople>(Subject::default()).await.expect("allowed");
    let candidate = search::compare(&mut tx, &search, described, person).await.expect("it answers").expect("there");
    let mut said =
        lists::said_before(&mut tx, &view, &search, line, described, &[candidate]).await.expect("it answers");
    tx.commit().await.expect("it commits");
    said.remove(&person)
}

async fn asked_again(kit: &Kit, person: PersonId, described: &Description) -> Option<String> {
    let said = said_on(kit, None, person, described).await.expect("it is about the same person");
    assert_eq!(said.rules_out(), said.asked_again().is_none(), "{said:?}");
    said.asked_again()
}

on_both! {
    async fn a_rejected_match_is_not_asked_again_on_a_later_list_that_says_the_same(kit: Kit) {
        let beth = twin(&kit).await;
        let id = decided(&kit, beth, &ada(), MatchDecision::Different).await;
        let said = said_on(&kit, Some(id), beth, &ada()).await.expect("on its own line");
        assert!(said.rules_out() && said.decided_by == "Amara Bello" && said.decided_at == kit.now, "{said:?}");
        assert_eq!(asked_again(&kit, beth, &ada()).await, None, "the next day");
        let court = Description { postcodes: vec!["zz11aa".into()], pnc: None, ..Description::named("ADA", "MARSH") };
        let court = Description { date_of_birth: ada().date_of_birth, ..court };
        assert_eq!(asked_again(&kit, beth, &court).await, None, "a court's list, which gives less and prints it otherwise");
    }

    async fn a_rejected_match_is_asked_again_when_the_list_says_something_new(kit: Kit) {
        let beth = twin(&kit).await;
        let id = decided(&kit, beth, &ada(), MatchDecision::Different).await;
        let moved = Description { postcodes: vec!["ZZ8 8HH".into()], ..ada() };
        let words = "the postcode on the list changed since";
        assert_eq!(asked_again(&kit, beth, &moved).await.as_deref(), Some(words));
        let same_line = said_on(&kit, Some(id), beth, &moved).await.expect("it is the line");
        assert_eq!(same_line.asked_again().as_deref(), Some(words));
        // What is given for the first time and speaks for the match is news; what speaks against it is none.
        let homed = Description { address: "12 Wesley Avenue".into(), ..ada() };
        assert_eq!(asked_again(&kit, beth, &homed).await.as_deref(), Some("the list now gives the address"));
        let elsewhere = Description { address: "3 Quarry Hill".into(), ..ada() };
        assert_eq!(asked_again(&kit, beth, &elsewhere).await, None);
    }

    async fn a_rejected_match_is_asked_again_when_our_record_changed(kit: Kit) {
        let beth = twin(&kit).await;
        decided(&kit, beth, &ada(), MatchDecision::Different).await;
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = tx.authorise::<ChangeContactDetails>(beth).await.expect("allowed");
        let phone = ContactDetails { postcode: "ZZ1 1AA".into(), address: "12 Wesley Avenue".into(), phone: "07700 900123".into(), ..ContactDetails::default() };
        people::change_contact_details(&mut tx, &grant, 1, &phone).await.expect("changed");
        tx.commit().await.expect("it commits");
        assert_eq!(asked_again(&kit, beth, &ada()).await, None, "a telephone number is not compared");
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = tx.authorise::<ChangeContactDetails>(beth).await.expect("allowed");
        people::change_contact_details(&mut tx, &grant, 2, &ContactDetails { postcode: "ZZ2 2BB".into(), ..phone }).await.expect("changed");
        let grant = tx.authorise::<ChangeIdentity>(beth).await.expect("allowed");
        people::learn(&mut tx, &grant, Some(&Name::new("Ada", "Marsh")), &[]).await.expect("learnt");
        tx.commit().await.expect("it commits");
        let words = "the other names and the postcode in our record changed since";
        assert_eq!(asked_again(&kit, beth, &ada()).await.as_deref(), Some(words));
    }

    async fn not_sure_stays_asked_and_the_newest_decision_speaks(kit: Kit) {
        let beth = twin(&kit).await;
        decided(&kit, beth, &ada(), MatchDecision::Different).await;
        decided(&kit, beth, &ada(), MatchDecision::NotSure).await;
        let said = said_on(&kit, None, beth, &ada()).await.expect("it was said");
        assert_eq!((said.decision, said.rules_out(), said.since.is_empty()), (MatchDecision::NotSure, false, true));
    }

    async fn what_was_said_of_one_namesake_is_not_said_of_another(kit: Kit) {
        let beth = twin(&kit).await;
        decided(&kit, beth, &ada(), MatchDecision::Different).await;
        let namesake = Description::named("Ada", "Marsh").born(day(24));
        assert_eq!(said_on(&kit, None, beth, &namesake).await, None);
        // A name alone may be anybody's: somebody decides again.
        let words = "the list gives only a name, which may be somebody else's";
        assert_eq!(asked_again(&kit, beth, &Description::named("Ada", "Marsh")).await.as_deref(), Some(words));
        let number = Description { pnc: ada().pnc, ..Description::named("Adah", "March") };
        assert_eq!(asked_again(&kit, beth, &number).await.as_deref(), Some("the name on the list changed since"));
    }

    async fn a_list_is_brought_in_once(kit: Kit) {
        let site = kit.places.sites[0].id;
        let mut tx = kit.tx(Role::Practitioner).await;
        let list = received(&mut tx, site, day(24)).await;
        let grant = tx.authorise::<ImportList>(site).await.expect("allowed");
        lists::begin_commit(&mut tx, &grant, list).await.expect("the first brings it in");
        let second = lists::begin_commit(&mut tx, &grant, list).await;
        assert!(matches!(second, Err(Error::Stale)), "{second:?}");
        let discarded = lists::discard(&mut tx, &grant, list).await;
        assert!(matches!(discarded, Err(Error::Stale)), "{discarded:?}");
        let same = lists::same_bytes(&mut tx, &grant, "00ff").await.expect("it answers");
        assert_eq!((same.len(), same[0].bytes), (1, 5));
        let board = tx.authorise::<ViewBoard>(site).await.expect("allowed");
        let last = lists::last(&mut tx, &board, day(20), day(26)).await.expect("it answers");
        assert_eq!(last.map(|list| (list.kind, list.list_date)), Some((ListKind::Custody, day(24))));
        assert!(lists::last(&mut tx, &board, day(25), day(26)).await.expect("it answers").is_none());
    }

    async fn a_line_is_taken_by_one(kit: Kit) {
        let site = kit.places.sites[0].id;
        let mut tx = kit.tx(Role::Practitioner).await;
        let list = received(&mut tx, site, day(24)).await;
        let import = tx.authorise::<ImportList>(site).await.expect("allowed");
        let id = lists::add_entry(&mut tx, &import, ListKind::Custody, list, &line(day(24), "FR/1")).await.expect("added");
        let change = tx.authorise::<ChangeList>(site).await.expect("allowed");
        lists::take(&mut tx, &change, id, 1).await.expect("the first takes it");
        let second = lists::take(&mut tx, &change, id, 1).await;
        assert!(matches!(second, Err(Error::Stale)), "{second:?}");
        lists::mark_gone(&mut tx, &import, id).await.expect("gone");
        let board = tx.authorise::<ViewBoard>(site).await.expect("allowed");
        let rows = lists::board_rows(&mut tx, &board, day(24)).await.expect("it answers");
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].state, EntryState::BeingSeen);
        assert!(rows[0].gone_at.is_some() && rows[0].restricted && rows[0].notices == 2, "{rows:?}");
        assert!(!rows[0].taken_by_name.is_empty() && rows[0].taken_at == Some(kit.now));
        lists::not_seen(&mut tx, &change, id, 3, NotSeenReason::Released).await.expect("said why");
        let view = tx.authorise::<ViewList>(site).await.expect("allowed");
        let kept = lists::entry(&mut tx, &view, id).await.expect("it answers").expect("it is there");
        assert_eq!((kept.state, kept.reason), (EntryState::Missed, Some(NotSeenReason::Released)));
    }

    async fn a_decision_carries_on_to_the_next_days_line_of_the_same_custody_record(kit: Kit) {
        let person: PersonId = kit.person("Ada", "Marsh").await;
        let site = kit.places.sites[0].id;
        let mut tx = kit.tx(Role::Practitioner).await;
        let list = received(&mut tx, site, day(24)).await;
        let import = tx.authorise::<ImportList>(site).await.expect("allowed");
        let id = lists::add_entry(&mut tx, &import, ListKind::Custody, list, &line(day(24), "FR/1")).await.expect("added");
        let change = tx.authorise::<ChangeList>(site).await.expect("allowed");
        let ada = Description::named("Ada", "Marsh");
        let scored = score(&Parameters::default(), &ada, &ada);
        lists::decide(&mut tx, &change, id, person, MatchDecision::Same, &ada, &scored).await.expect("decided");
        lists::link(&mut tx, &change, id, 1, Some(person)).await.expect("linked");
        let next = lists::add_entry(&mut tx, &import, ListKind::Custody, list, &line(day(25), "FR/1")).await.expect("added");
        let other = lists::add_entry(&mut tx, &import, ListKind::Custody, list, &line(day(25), "FR/2")).await.expect("added");
        let view = tx.authorise::<ViewList>(site).await.expect("allowed");
        let of = async |tx: &mut Tx, id| lists::entry(tx, &view, id).await.expect("it answers").expect("there").person_id;
        assert_eq!(of(&mut tx, next).await, Some(person));
        assert_eq!(of(&mut tx, other).await, None);
        assert_eq!(lists::decisions(&mut tx, &view, id).await.expect("it answers")[0].decision, MatchDecision::Same);
    }
}
