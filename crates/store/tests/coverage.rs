//! The coverage ledger and the offers that follow from it, on SQLite and on PostgreSQL.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use throughline_domain::consent::{ConsentFor, ConsentState};
use throughline_domain::coverage::{Owed, WhyOwed};
use throughline_domain::ids::{ConsentId, EntryId, ListId, OutreachId, PersonId, ShiftId};
use throughline_domain::list::{EntryState, ListKind, NotSeenReason};
use throughline_domain::name::Name;
use throughline_domain::outreach::{Obstacle, OfferChannel, OutreachState};
use throughline_domain::role::Role;
use throughline_policy::{
    ChangeConsent, ChangeContactDetails, ChangeList, ChangeOutreach, CreateDisclosure, DecideForChild, Denied,
    ImportList, SearchPeople, Subject, ViewBoard, ViewConsent, ViewList, ViewMeasures, ViewOutreach,
};
use throughline_store::consents::{self, NewConsent};
use throughline_store::coverage::{self, Found, LedgerRow};
use throughline_store::lists::{self, EntryFacts, NewList};
use throughline_store::outreach::{self, Checked, Offer};
use throughline_store::people::{self, ContactDetails};
use throughline_store::shifts::{self, NewShift};
use throughline_store::{Error, Refused, nightly, raw, search};
use throughline_testkit::{Kit, on_both};
use uuid::Uuid;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, day).expect("a day")
}

/// What a custody list says of somebody who came in the night of Monday 23 November.
fn came(number: &str, arrived: &str, source: &str) -> EntryFacts {
    EntryFacts {
        list_date: day(23),
        key: number.to_owned(),
        source_row: 2,
        source: source.to_owned(),
        name: Name::new("Ottilie", "Quennell"),
        date_of_birth: NaiveDate::from_ymd_opt(1991, 2, 14),
        custody_number: number.to_owned(),
        arrived_at: Some(at(arrived)),
        ..EntryFacts::default()
    }
}

const HOME: &str = r#"{"address":"71 Tamarisk Parade","postcode":"ZZ1 9QX","sex":"female","ethnicity":"B2"}"#;

async fn list_of(kit: &Kit, received: &str, day: NaiveDate, lines: &[EntryFacts]) -> Vec<EntryId> {
    let mut tx = kit.tx_at(Role::Practitioner, at(received)).await;
    let grant = tx.authorise::<ImportList>(kit.custody()).await.expect("allowed");
    let new = NewList {
        id: ListId::new(Uuid::now_v7()),
        kind: ListKind::Custody,
        format: "custody-csv".into(),
        list_date: day,
        file_name: "list.csv".into(),
        sha256: Uuid::now_v7().simple().to_string(),
        original: b"bytes".to_vec(),
        reading: "{}".into(),
    };
    lists::receive(&mut tx, &grant, &new).await.expect("kept");
    lists::begin_commit(&mut tx, &grant, new.id).await.expect("brought in");
    let mut ids = Vec::new();
    for line in lines {
        ids.push(lists::add_entry(&mut tx, &grant, ListKind::Custody, new.id, line).await.expect("added"));
    }
    tx.commit().await.expect("it commits");
    ids
}

/// A list of the night with these lines, and the morning's without them, received before anybody was there.
async fn night(kit: &Kit, lines: &[EntryFacts]) -> Vec<EntryId> {
    let ids = list_of(kit, "2026-11-24T02:00:00Z", day(23), lines).await;
    list_of(kit, "2026-11-24T07:30:00Z", day(24), &[]).await;
    ids
}

async fn ledger(kit: &Kit) -> Vec<LedgerRow> {
    let mut tx = kit.tx(Role::Practitioner).await;
    let grant = tx.authorise::<ViewList>(kit.custody()).await.expect("allowed");
    let rows = coverage::ledger(&mut tx, &grant, day(20), day(24), kit.now).await.expect("it answers");
    tx.commit().await.expect("it commits");
    rows
}

async fn line(kit: &Kit, id: EntryId) -> LedgerRow {
    ledger(kit).await.into_iter().find(|row| row.id == id).expect("it is in the ledger")
}

async fn find(kit: &Kit) -> Found {
    nightly::find_out_of_hours(&kit.store, kit.now).await.expect("it looks").expect("it is this night's")
}

async fn give(kit: &Kit, id: EntryId, reason: NotSeenReason) {
    let mut tx = kit.tx(Role::Practitioner).await;
    let grant = tx.authorise::<ChangeList>(kit.custody()).await.expect("allowed");
    let view = tx.authorise::<ViewList>(kit.custody()).await.expect("allowed");
    let version = lists::entry(&mut tx, &view, id).await.expect("it answers").expect("there").version;
    lists::not_seen(&mut tx, &grant, id, version, reason).await.expect("given");
    tx.commit().await.expect("it commits");
}

/// The only offer there is.
async fn only(kit: &Kit) -> OutreachId {
    let mut read = kit.store.read().await.expect("it answers");
    let rows = raw::fetch_all(&mut read, "SELECT id FROM outreach", vec![]).await.expect("it answers");
    assert_eq!(rows.len(), 1, "one offer");
    rows[0].get("id").expect("an id")
}

async fn offer(kit: &Kit, id: OutreachId) -> Offer {
    let mut tx = kit.tx(Role::Practitioner).await;
    let (_, offer) = outreach::open::<ViewOutreach>(&mut tx, id).await.expect("allowed");
    tx.commit().await.expect("it commits");
    offer
}

/// Somebody who was found, and the offer to them.
async fn found(kit: &Kit) -> (EntryId, OutreachId) {
    let ids = night(kit, &[came("FR/1/26", "2026-11-23T23:30:00Z", HOME)]).await;
    assert_eq!(find(kit).await.out_of_hours, 1);
    (ids[0], only(kit).await)
}

async fn check(kit: &Kit, id: OutreachId, checked: Checked) {
    let mut tx = kit.tx(Role::Practitioner).await;
    let (grant, offer) = outreach::open::<ChangeOutreach>(&mut tx, id).await.expect("allowed");
    outreach::check(&mut tx, &grant, &offer, offer.version, &checked).await.expect("checked");
    tx.commit().await.expect("it commits");
}

fn letter() -> Checked {
    Checked::Safe { ways: vec![OfferChannel::Letter], adult: false }
}

async fn make(kit: &Kit, id: OutreachId, channel: OfferChannel) -> Result<(), Obstacle> {
    let mut tx = kit.tx(Role::Practitioner).await;
    let (grant, offer) = outreach::open::<ChangeOutreach>(&mut tx, id).await.expect("allowed");
    let made = outreach::make(&mut tx, &grant, &offer, offer.version, channel).await.expect("it answers");
    tx.commit().await.expect("it commits");
    made
}

async fn answer(kit: &Kit, id: OutreachId, answer: OutreachState) -> Result<(), Error> {
    let mut tx = kit.tx(Role::Practitioner).await;
    let (grant, offer) = outreach::open::<ChangeOutreach>(&mut tx, id).await.expect("allowed");
    let answered = outreach::answer(&mut tx, &grant, &offer, offer.version, answer).await;
    tx.commit().await.expect("it commits");
    answered
}

/// Says who a line is, and gives back the person.
async fn known(kit: &Kit, entry: EntryId) -> PersonId {
    let person = kit.person("Ottilie", "Quennell").await;
    let mut tx = kit.tx(Role::Practitioner).await;
    let grant = tx.authorise::<ChangeList>(kit.custody()).await.expect("allowed");
    let view = tx.authorise::<ViewList>(kit.custody()).await.expect("allowed");
    let version = lists::entry(&mut tx, &view, entry).await.expect("it answers").expect("there").version;
    lists::link(&mut tx, &grant, entry, version, Some(person)).await.expect("linked");
    tx.commit().await.expect("it commits");
    person
}

async fn consents(kit: &Kit, person: PersonId, consent_for: ConsentFor, state: ConsentState) {
    let episode = kit.episode(person).await;
    let mut tx = kit.tx(Role::Practitioner).await;
    let subject = Subject { person: Some(person), episode: Some(episode), site: Some(kit.custody()) };
    let grant = tx.authorise::<ChangeConsent>(subject).await.expect("allowed");
    let id = ConsentId::new(Uuid::now_v7());
    let new = NewConsent { id, consent_for, state, words: String::new(), how_explained: String::new() };
    consents::record(&mut tx, &grant, kit.custody(), &new).await.expect("recorded");
    tx.commit().await.expect("it commits");
}

/// Everything that any table of the offers, the log and the timelines says, as one text.
async fn all_words(kit: &Kit) -> String {
    const TEXTS: &[&str] = &[
        "SELECT forenames || ' ' || surname || ' ' || address || ' ' || postcode || ' ' || phone || ' ' || language || ' ' || safe_contact || ' ' || safe_ways AS words FROM outreach",
        "SELECT state || ' ' || obstacle || ' ' || channel || ' ' || wording || ' ' || by_name AS words FROM outreach_step",
        "SELECT detail || ' ' || classes AS words FROM audit_row",
        "SELECT words || ' ' || link AS words FROM event",
        "SELECT reason || ' ' || said_by_name AS words FROM not_seen_said",
    ];
    let mut read = kit.store.read().await.expect("it answers");
    let mut all = String::new();
    for sql in TEXTS {
        for row in raw::fetch_all(&mut read, sql, vec![]).await.expect("it answers") {
            all.push_str(&row.get::<String>("words").expect("words"));
            all.push('\n');
        }
    }
    all
}

on_both! {
    async fn who_came_and_left_at_night_is_found_once_with_who_said_so(kit: Kit) {
        let ids = night(&kit, &[came("FR/1/26", "2026-11-23T23:30:00Z", HOME)]).await;
        assert_eq!(line(&kit, ids[0]).await.owed, Owed::OutOfHours);
        assert_eq!(find(&kit).await, Found { out_of_hours: 1, reasons_owed: 0 });
        let row = line(&kit, ids[0]).await;
        assert_eq!((row.state, row.reason), (EntryState::Missed, Some(NotSeenReason::OutOfHours)));
        assert_eq!((row.owed, row.said_by.as_str()), (Owed::Nothing, "Throughline"));
        // The offer is owed, held up until somebody has checked which contact is safe, with no more than it takes.
        let held = offer(&kit, only(&kit).await).await;
        assert_eq!((held.state, held.obstacle), (OutreachState::ToCheck, Some(Obstacle::SafetyUnknown)));
        assert_eq!((held.address.as_str(), held.name.formal().as_str(), held.basis.as_str()), ("71 Tamarisk Parade", "QUENNELL, Ottilie", "public_task"));
        assert_eq!(held.purge_on, NaiveDate::from_ymd_opt(2026, 12, 21).expect("a day"));
        assert_eq!(nightly::find_out_of_hours(&kit.store, kit.now).await.expect("it answers"), None, "once a night");
        let again = nightly::find_out_of_hours(&kit.store, kit.now + Duration::days(1)).await.expect("it looks");
        assert_eq!(again, Some(Found::default()), "found once");
    }

    async fn the_service_never_says_anything_over_what_a_person_decided(kit: Kit) {
        let lines: Vec<EntryFacts> = (1..=4).map(|n| came(&format!("FR/{n}/26"), "2026-11-23T23:30:00Z", HOME)).collect();
        let ids = night(&kit, &lines).await;
        give(&kit, ids[0], NotSeenReason::Declined).await;
        give(&kit, ids[1], NotSeenReason::OutOfHours).await;
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = tx.authorise::<ChangeList>(kit.custody()).await.expect("allowed");
        lists::put_back(&mut tx, &grant, ids[1], 2).await.expect("put back");
        lists::take(&mut tx, &grant, ids[2], 1).await.expect("taken");
        tx.commit().await.expect("it commits");
        assert_eq!(find(&kit).await, Found { out_of_hours: 1, reasons_owed: 2 }, "only the one nobody touched");
        assert_eq!(line(&kit, ids[0]).await.reason, Some(NotSeenReason::Declined));
        assert_eq!(line(&kit, ids[1]).await.owed, Owed::Reason(WhyOwed::TakenBack));
        assert_eq!(line(&kit, ids[2]).await.owed, Owed::Reason(WhyOwed::TakenUp));
        assert_eq!(line(&kit, ids[3]).await.reason, Some(NotSeenReason::OutOfHours));
    }

    async fn what_the_times_do_not_tell_is_asked_and_a_colleague_on_shift_is_cover(kit: Kit) {
        let unknown = EntryFacts { arrived_at: None, ..came("FR/1/26", "2026-11-23T23:30:00Z", HOME) };
        let ids = night(&kit, &[unknown, came("FR/2/26", "2026-11-23T23:30:00Z", HOME), came("FR/3/26", "2026-11-23T16:00:00Z", HOME)]).await;
        let mut tx = kit.tx(Role::TeamLeader).await;
        let (starts_at, ends_at) = (at("2026-11-24T00:00:00Z"), at("2026-11-24T01:00:00Z"));
        let new = NewShift { id: ShiftId::new(Uuid::now_v7()), site_id: kit.custody(), user_id: kit.user(Role::Bank), starts_at, ends_at };
        shifts::add(&mut tx, &new).await.expect("added");
        tx.commit().await.expect("it commits");
        assert_eq!(find(&kit).await, Found { out_of_hours: 0, reasons_owed: 3 });
        let owed = [line(&kit, ids[0]).await.owed, line(&kit, ids[1]).await.owed, line(&kit, ids[2]).await.owed];
        assert_eq!(owed, [WhyOwed::NoArrival, WhyOwed::MayHaveStayed, WhyOwed::NobodyOnRota].map(Owed::Reason));
        let mut tx = kit.tx(Role::TeamLeader).await;
        let board = tx.authorise::<ViewBoard>(kit.custody()).await.expect("allowed");
        assert_eq!(coverage::reasons_owed(&mut tx, &board, day(23), day(24), kit.now).await.expect("it answers"), 3);
        assert_eq!(coverage::reasons_owed(&mut tx, &board, day(24), day(24), kit.now).await.expect("it answers"), 0);
    }

    async fn who_is_still_there_or_on_the_next_days_list_is_not_asked_about(kit: Kit) {
        let stays = came("FR/9/26", "2026-11-23T23:30:00Z", HOME);
        let first = list_of(&kit, "2026-11-24T02:00:00Z", day(23), std::slice::from_ref(&stays)).await;
        assert_eq!(line(&kit, first[0]).await.owed, Owed::NotYet, "no list since");
        let second = list_of(&kit, "2026-11-24T07:30:00Z", day(24), &[EntryFacts { list_date: day(24), ..stays }]).await;
        let rows = ledger(&kit).await;
        assert_eq!(rows.len(), 2, "the ledger counts every row");
        assert!(rows.iter().any(|row| row.id == first[0] && row.carried_on && row.owed == Owed::Nothing));
        assert!(rows.iter().any(|row| row.id == second[0] && row.owed == Owed::NotYet));
        assert_eq!(find(&kit).await, Found::default());
    }

    async fn a_reason_is_corrected_with_its_history_and_the_offer_follows(kit: Kit) {
        let (entry, id) = found(&kit).await;
        give(&kit, entry, NotSeenReason::Hospital).await;
        let withdrawn = offer(&kit, id).await;
        assert_eq!((withdrawn.state, withdrawn.address.as_str()), (OutreachState::Withdrawn, ""), "nothing is held");
        give(&kit, entry, NotSeenReason::OutOfHours).await;
        assert_eq!((offer(&kit, id).await.state, offer(&kit, id).await.address.as_str()), (OutreachState::ToCheck, "71 Tamarisk Parade"));
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = tx.authorise::<ViewList>(kit.custody()).await.expect("allowed");
        let said: Vec<_> = coverage::history(&mut tx, &grant, entry).await.expect("it answers").into_iter().map(|said| (said.reason, said.said_by_name)).collect();
        let by = |reason, name: &str| (Some(reason), name.to_owned());
        assert_eq!(said, [by(NotSeenReason::OutOfHours, "Amara Bello"), by(NotSeenReason::Hospital, "Amara Bello"), by(NotSeenReason::OutOfHours, "Throughline")]);
    }

    async fn an_offer_is_checked_made_answered_and_then_holds_nothing(kit: Kit) {
        let (_, id) = found(&kit).await;
        assert_eq!(make(&kit, id, OfferChannel::Letter).await, Err(Obstacle::SafetyUnknown), "nobody checked");
        check(&kit, id, letter()).await;
        assert_eq!(offer(&kit, id).await.state, OutreachState::ToOffer);
        assert_eq!(make(&kit, id, OfferChannel::Text).await, Err(Obstacle::SafetyUnknown), "only a letter is safe");
        assert_eq!(make(&kit, id, OfferChannel::Letter).await, Ok(()));
        assert!(answer(&kit, id, OutreachState::ToOffer).await.is_err(), "that is no answer");
        answer(&kit, id, OutreachState::NotReached).await.expect("answered");
        answer(&kit, id, OutreachState::Declined).await.expect("answered");
        let ended = offer(&kit, id).await;
        assert_eq!((ended.state, ended.address.as_str(), ended.name.is_unknown()), (OutreachState::Declined, "", true));
        let mut tx = kit.tx(Role::Practitioner).await;
        let (grant, ended) = outreach::open::<ViewOutreach>(&mut tx, id).await.expect("allowed");
        let steps = outreach::steps(&mut tx, &grant, &ended).await.expect("it answers");
        tx.commit().await.expect("it commits");
        let made = steps.iter().find(|step| step.state == OutreachState::Offered).expect("it was made");
        assert_eq!((made.channel, made.wording.as_str(), made.by_name.as_str()), (Some(OfferChannel::Letter), "1", "Amara Bello"));
        assert!(answer(&kit, id, OutreachState::Accepted).await.is_err(), "a refusal is final");
    }

    async fn a_child_is_the_youth_leads_and_nobody_elses(kit: Kit) {
        let child = EntryFacts { date_of_birth: NaiveDate::from_ymd_opt(2010, 5, 1), ..came("FR/1/26", "2026-11-23T23:30:00Z", HOME) };
        night(&kit, &[child]).await;
        find(&kit).await;
        let id = only(&kit).await;
        let held = offer(&kit, id).await;
        assert_eq!((held.state, held.obstacle), (OutreachState::YouthLead, Some(Obstacle::Child)));
        let mut tx = kit.tx(Role::Practitioner).await;
        let (grant, held) = outreach::open::<ChangeOutreach>(&mut tx, id).await.expect("allowed");
        let made = outreach::make(&mut tx, &grant, &held, held.version, OfferChannel::Letter).await;
        assert!(made.is_err(), "a child is never written to");
        drop(tx);
        let mut tx = kit.tx(Role::Practitioner).await;
        assert!(matches!(outreach::open::<DecideForChild>(&mut tx, id).await, Err(Refused::Denied(Denied::Role))));
        drop(tx);
        let mut tx = kit.tx(Role::TeamLeader).await;
        let (grant, held) = outreach::open::<DecideForChild>(&mut tx, id).await.expect("allowed");
        outreach::decide_for_child(&mut tx, &grant, &held, held.version, false).await.expect("decided");
        tx.commit().await.expect("it commits");
        assert_eq!(offer(&kit, id).await.state, OutreachState::NotPossible);
    }

    async fn what_the_person_said_or_the_record_says_since_is_asked_again_before_an_offer(kit: Kit) {
        let (entry, id) = found(&kit).await;
        check(&kit, id, letter()).await;
        let person = known(&kit, entry).await;
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = tx.authorise::<ChangeContactDetails>(person).await.expect("allowed");
        let new = ContactDetails { address: "71 Tamarisk Parade".into(), safe_contact: "Never write".into(), ..ContactDetails::default() };
        people::change_contact_details(&mut tx, &grant, 1, &new).await.expect("changed");
        tx.commit().await.expect("it commits");
        consents(&kit, person, ConsentFor::ContactBy, ConsentState::Refused).await;
        assert_eq!(make(&kit, id, OfferChannel::Letter).await, Err(Obstacle::ContactRefused));
        let ended = offer(&kit, id).await;
        assert_eq!((ended.state, ended.obstacle, ended.address.as_str()), (OutreachState::NotPossible, Some(Obstacle::ContactRefused), ""));
    }

    async fn who_refused_the_service_before_or_has_died_is_offered_nothing(kit: Kit) {
        let (entry, id) = found(&kit).await;
        check(&kit, id, letter()).await;
        let person = known(&kit, entry).await;
        let mut tx = kit.tx(Role::Practitioner).await;
        raw::execute(&mut tx, "UPDATE person SET deceased_on = '2026-11-24' WHERE id = $1", vec![person.into()]).await.expect("it changes");
        tx.commit().await.expect("it commits");
        assert_eq!(make(&kit, id, OfferChannel::Letter).await, Err(Obstacle::Deceased));
        let ids = list_of(&kit, "2026-11-24T02:01:00Z", day(23), &[came("FR/2/26", "2026-11-23T23:30:00Z", HOME)]).await;
        let person = known(&kit, ids[0]).await;
        consents(&kit, person, ConsentFor::Engagement, ConsentState::Refused).await;
        give(&kit, ids[0], NotSeenReason::OutOfHours).await;
        let (_, offered) = line(&kit, ids[0]).await.offer.expect("an offer");
        assert_eq!(offered, OutreachState::NotPossible);
        assert!(!all_words(&kit).await.contains("Tamarisk"), "what may not be offered is not held");
    }

    async fn on_its_day_an_offer_is_emptied_and_nothing_of_anybody_is_left(kit: Kit) {
        let (entry, id) = found(&kit).await;
        check(&kit, id, letter()).await;
        make(&kit, id, OfferChannel::Letter).await.expect("made");
        assert!(all_words(&kit).await.contains("Tamarisk"), "the test looks where it is");
        let purged = nightly::purge_outreach(&kit.store, at("2026-12-20T03:00:00Z")).await.expect("it runs").expect("this night");
        assert_eq!(purged.offers, 0, "not before its day");
        let purged = nightly::purge_outreach(&kit.store, at("2026-12-21T03:00:00Z")).await.expect("it runs").expect("this night");
        assert_eq!(purged.offers, 1);
        let words = all_words(&kit).await.to_lowercase();
        for of_theirs in ["ottilie", "quennell", "tamarisk", "zz1 9qx", "zz19qx"] {
            assert!(!words.contains(of_theirs), "{of_theirs} is left: {words}");
        }
        let mut read = kit.store.read().await.expect("it answers");
        let sql = "SELECT count(*) AS left_over FROM outreach WHERE person_id IS NOT NULL OR entry_id IS NOT NULL OR episode_id IS NOT NULL OR assigned_to IS NOT NULL";
        assert_eq!(raw::fetch_all(&mut read, sql, vec![]).await.expect("it answers")[0].get::<i64>("left_over").expect("a number"), 0);
        drop(read);
        // What is counted stays, and no search finds them: nobody of that name was ever made known.
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = tx.authorise::<ViewOutreach>(kit.custody()).await.expect("allowed");
        assert_eq!(outreach::counts(&mut tx, &grant).await.expect("it answers"), [(OutreachState::NotReached, 1)]);
        assert_eq!(outreach::of_site(&mut tx, &grant).await.expect("it answers").len(), 0);
        let search = tx.authorise::<SearchPeople>(Subject::default()).await.expect("allowed");
        let described = throughline_matching::Description::named("Ottilie", "Quennell");
        assert!(search::search(&mut tx, &search, &described, 5).await.expect("it answers").people.is_empty());
        tx.commit().await.expect("it commits");
        assert_eq!(line(&kit, entry).await.reason, Some(NotSeenReason::OutOfHours), "the ledger still counts them");
    }

    async fn who_accepted_is_kept_until_their_episode_is_opened(kit: Kit) {
        let (entry, id) = found(&kit).await;
        check(&kit, id, letter()).await;
        make(&kit, id, OfferChannel::Letter).await.expect("made");
        answer(&kit, id, OutreachState::Accepted).await.expect("answered");
        let late = at("2026-12-28T03:00:00Z");
        assert_eq!(nightly::purge_outreach(&kit.store, late).await.expect("it runs").expect("this night").offers, 0);
        let person = known(&kit, entry).await;
        let episode = kit.episode(person).await;
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = tx.authorise::<ChangeList>(kit.custody()).await.expect("allowed");
        lists::join_episode(&mut tx, &grant, entry, episode).await.expect("joined");
        tx.commit().await.expect("it commits");
        let opened = offer(&kit, id).await;
        assert_eq!((opened.state, opened.episode_id, opened.address.as_str()), (OutreachState::Accepted, Some(episode), ""));
        let later = at("2026-12-29T03:00:00Z");
        assert_eq!(nightly::purge_outreach(&kit.store, later).await.expect("it runs").expect("this night").offers, 1);
    }

    async fn only_the_site_and_the_link_worker_it_was_given_to_see_an_offer(kit: Kit) {
        let (entry, id) = found(&kit).await;
        for role in [Role::LinkWorker, Role::LinkWorkerLead, Role::Commissioner, Role::Analyst, Role::Manager, Role::Administrator, Role::Student] {
            let mut tx = kit.tx(role).await;
            assert!(matches!(outreach::open::<ViewOutreach>(&mut tx, id).await, Err(Refused::Denied(_))), "{role}");
            assert!(outreach::given_to_actor(&mut tx).await.expect("it answers").is_empty());
        }
        check(&kit, id, letter()).await;
        let person = known(&kit, entry).await;
        consents(&kit, person, ConsentFor::Engagement, ConsentState::Given).await;
        let agreed = async || {
            let mut tx = kit.tx(Role::Practitioner).await;
            let consent = tx.authorise::<ViewConsent>(person).await.expect("allowed");
            outreach::agreed_to_link_workers(&mut tx, &consent).await.expect("it answers")
        };
        assert_eq!(agreed().await, None, "who has not agreed is told to nobody outside");
        consents(&kit, person, ConsentFor::LinkWorkers, ConsentState::Given).await;
        let (consent, episode) = agreed().await.expect("agreed");
        let mut tx = kit.tx(Role::Practitioner).await;
        let (grant, held) = outreach::open::<ChangeOutreach>(&mut tx, id).await.expect("allowed");
        let subject = Subject { person: Some(person), episode: Some(episode), site: Some(kit.custody()) };
        let disclose = tx.authorise::<CreateDisclosure>(subject).await.expect("allowed");
        let to = (kit.user(Role::LinkWorker), "Daniel Osei, Wayside Link");
        outreach::assign(&mut tx, &grant, &disclose, &held, held.version, to, consent).await.expect("given");
        tx.commit().await.expect("it commits");
        let mut tx = kit.tx(Role::LinkWorker).await;
        assert_eq!(outreach::given_to_actor(&mut tx).await.expect("it answers").len(), 1);
        outreach::open::<ChangeOutreach>(&mut tx, id).await.expect("it is theirs");
        tx.commit().await.expect("it commits");
        let mut tx = kit.tx(Role::LinkWorkerLead).await;
        assert!(outreach::open::<ViewOutreach>(&mut tx, id).await.is_err(), "by name, not to the charity");
        drop(tx);
        let mut read = kit.store.read().await.expect("it answers");
        let told = raw::fetch_all(&mut read, "SELECT recipient, basis FROM disclosure", vec![]).await.expect("it answers");
        assert_eq!(told.len(), 1, "telling the charity is a disclosure");
        let looks = "SELECT count(*) AS looks FROM audit_row WHERE classes LIKE '%outreach%' AND outcome = 'allowed' AND role = 'link_worker'";
        assert_eq!(raw::fetch_all(&mut read, looks, vec![]).await.expect("it answers")[0].get::<i64>("looks").expect("a number"), 2);
        let refused = "SELECT count(*) AS refused FROM audit_row WHERE classes LIKE '%outreach%' AND outcome <> 'allowed'";
        assert!(raw::fetch_all(&mut read, refused, vec![]).await.expect("it answers")[0].get::<i64>("refused").expect("a number") >= 7);
    }

    async fn reach_counts_everybody_who_passed_through_once(kit: Kit) {
        let lines = [came("FR/1/26", "2026-11-23T23:30:00Z", HOME), came("FR/2/26", "2026-11-23T11:00:00Z", "{}")];
        let ids = night(&kit, &lines).await;
        let person = kit.person("Ada", "Marsh").await;
        let episode = kit.episode(person).await;
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = tx.authorise::<ChangeList>(kit.custody()).await.expect("allowed");
        lists::join_episode(&mut tx, &grant, ids[1], episode).await.expect("joined");
        tx.commit().await.expect("it commits");
        let mut tx = kit.tx(Role::TeamLeader).await;
        let grant = tx.authorise::<ViewMeasures>(Subject::default()).await.expect("allowed");
        let facts = coverage::reach_facts(&mut tx, &grant, None, (day(1), day(24)), kit.now).await.expect("it answers");
        let told: Vec<_> = facts.iter().map(|fact| (fact.hour, fact.sex.as_str(), fact.age_band, fact.ethnic_group, fact.seen, fact.out_of_hours)).collect();
        assert_eq!(told, [(Some(11), "", "35 to 49", "Not known", true, false), (Some(23), "Female", "35 to 49", "Black", false, true)]);
        let others = [kit.places.sites[1].id];
        assert!(coverage::reach_facts(&mut tx, &grant, Some(&others), (day(1), day(24)), kit.now).await.expect("it answers").is_empty());
    }
}
