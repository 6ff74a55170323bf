//! Clinics and appointments for voluntary attendances, on SQLite and on PostgreSQL.

use chrono::{Duration, NaiveDate, NaiveTime};
use std::collections::BTreeSet;
use throughline_domain::appointment::{AfterMissed, AppointmentState, CancelReason, CancelledBy, Clinic, NotFree};
use throughline_domain::ids::{AppointmentId, ClinicId, EntryId, ListId};
use throughline_domain::list::{EntryState, ListKind, NotSeenReason};
use throughline_domain::name::Name;
use throughline_domain::role::Role;
use throughline_domain::time::{Instant, from_london, london_date};
use throughline_policy::{ChangeList, Grant, ImportList, ViewBoard, ViewList};
use throughline_store::appointments::{self, Appointment, Details, For, NewAppointment};
use throughline_store::clinics::{self, Changed, NewClinic};
use throughline_store::lists::{self, BoardRow, EntryFacts, Line, NewList};
use throughline_store::{Error, Tx};
use throughline_testkit::{Kit, on_both};
use uuid::Uuid;

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, day).expect("a day")
}

fn at(of: u32, hour: u32, minute: u32) -> Instant {
    from_london(day(of).and_hms_opt(hour, minute, 0).expect("a time"))
}

fn times(of: u32, from: u32, to: u32, minutes: u32) -> Clinic {
    let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).expect("a time");
    Clinic::new(day(of), hour(from), hour(to), minutes).expect("a clinic")
}

fn wanted(kit: &Kit, id: ClinicId, times: Clinic) -> NewClinic {
    NewClinic {
        id,
        times,
        held_by: kit.user(Role::Practitioner),
        place: "Side door".into(),
        ask_for: "Amara".into(),
        phone: "020 7946 0100".into(),
    }
}

/// A clinic of four hours in slots of half an hour, on a day of November 2026.
async fn clinic(kit: &Kit, of: u32) -> ClinicId {
    let mut tx = kit.tx(Role::Practitioner).await;
    let grant = change(kit, &mut tx).await;
    let id = ClinicId::new(Uuid::now_v7());
    clinics::add(&mut tx, &grant, &wanted(kit, id, times(of, 12, 16, 30))).await.expect("set up");
    tx.commit().await.expect("it commits");
    id
}

async fn change(kit: &Kit, tx: &mut Tx) -> Grant<ChangeList> {
    tx.authorise(kit.custody()).await.expect("practitioners may")
}

async fn view(kit: &Kit, tx: &mut Tx) -> Grant<ViewList> {
    tx.authorise(kit.custody()).await.expect("practitioners may")
}

fn somebody(id: AppointmentId, name: &str, from: Instant) -> For {
    let facts = EntryFacts {
        list_date: london_date(from),
        key: format!("appointment:{id}"),
        source: r#"{"notices":[]}"#.into(),
        name: Name::new(name, "Marsh"),
        sitting_at: Some(from),
        ..EntryFacts::default()
    };
    For::Nobody(Box::new(facts), None)
}

fn appointment(clinic: ClinicId, name: &str, from: Instant, slots: usize) -> NewAppointment {
    let id = AppointmentId::new(Uuid::now_v7());
    NewAppointment { id, clinic, from, slots, of: somebody(id, name, from), details: Details::default() }
}

async fn try_book(kit: &Kit, role: Role, new: &NewAppointment) -> Result<EntryId, NotFree> {
    let mut tx = kit.tx(role).await;
    let grant = change(kit, &mut tx).await;
    let booked = appointments::book(&mut tx, &grant, new).await.expect("it answers");
    if booked.is_ok() {
        tx.commit().await.expect("it commits");
    }
    booked
}

async fn booked(kit: &Kit, clinic: ClinicId, name: &str, from: Instant, slots: usize) -> Appointment {
    let new = appointment(clinic, name, from, slots);
    try_book(kit, Role::Practitioner, &new).await.expect("it is free");
    read(kit, new.id).await
}

async fn read(kit: &Kit, id: AppointmentId) -> Appointment {
    let mut tx = kit.tx(Role::Practitioner).await;
    let grant = view(kit, &mut tx).await;
    let found = appointments::get(&mut tx, &grant, id).await.expect("it answers").expect("it is there");
    tx.commit().await.expect("it commits");
    found
}

async fn line(kit: &Kit, id: EntryId) -> Line {
    let mut tx = kit.tx(Role::Practitioner).await;
    let grant = view(kit, &mut tx).await;
    let found = lists::entry(&mut tx, &grant, id).await.expect("it answers").expect("it is there");
    tx.commit().await.expect("it commits");
    found
}

async fn board(kit: &Kit, of: u32) -> Vec<BoardRow> {
    let mut tx = kit.tx(Role::Practitioner).await;
    let grant = tx.authorise::<ViewBoard>(kit.custody()).await.expect("allowed");
    let rows = lists::board_rows(&mut tx, &grant, day(of)).await.expect("it answers");
    tx.commit().await.expect("it commits");
    rows
}

async fn to_settle(kit: &Kit, today: u32) -> Vec<AppointmentId> {
    let mut tx = kit.tx(Role::Practitioner).await;
    let grant = view(kit, &mut tx).await;
    let all = appointments::to_settle(&mut tx, &grant, day(today)).await.expect("it answers");
    tx.commit().await.expect("it commits");
    all.iter().map(|one| one.id).collect()
}

async fn taken(kit: &Kit, clinic: ClinicId) -> BTreeSet<Instant> {
    let mut tx = kit.tx(Role::Practitioner).await;
    let grant = view(kit, &mut tx).await;
    let all = clinics::taken_from(&mut tx, &grant, day(1)).await.expect("it answers");
    tx.commit().await.expect("it commits");
    all.get(&clinic).cloned().unwrap_or_default()
}

async fn missed(kit: &Kit, of: &Appointment, reason: NotSeenReason) {
    let version = line(kit, of.entry_id).await.version;
    let mut tx = kit.tx(Role::Practitioner).await;
    let grant = change(kit, &mut tx).await;
    lists::not_seen(&mut tx, &grant, of.entry_id, version, reason).await.expect("recorded");
    tx.commit().await.expect("it commits");
}

async fn cancelled(kit: &Kit, of: &Appointment, reason: CancelReason) {
    let mut tx = kit.tx(Role::Practitioner).await;
    let grant = change(kit, &mut tx).await;
    let why = (CancelledBy::Police, reason);
    appointments::cancel(&mut tx, &grant, of.id, of.version, why, "").await.expect("cancelled");
    tx.commit().await.expect("it commits");
}

on_both! {
    async fn an_appointment_is_a_line_of_work_on_the_board_of_its_day(kit: Kit) {
        let clinic = clinic(&kit, 24).await;
        let ada = booked(&kit, clinic, "Ada", at(24, 12, 30), 2).await;
        assert_eq!((ada.state, ada.starts_at, ada.ends_at), (AppointmentState::Booked, at(24, 12, 30), at(24, 13, 30)));
        let rows = board(&kit, 24).await;
        let [row] = &rows[..] else { panic!("one line: {rows:?}") };
        assert_eq!((row.kind, row.sitting_at, row.state), (ListKind::Voluntary, Some(at(24, 12, 30)), EntryState::ToConsider));
        assert_eq!((row.arrived_at, row.detention_authorised_at, row.custody_number.as_str()), (None, None, ""), "nobody is detained");
        assert_eq!(taken(&kit, clinic).await, BTreeSet::from([at(24, 12, 30), at(24, 13, 0)]));
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = view(&kit, &mut tx).await;
        assert!(lists::of_site(&mut tx, &grant, 10).await.expect("it answers").is_empty(), "a clinic is no list that was received");
        let grant = tx.authorise::<ViewBoard>(kit.custody()).await.expect("allowed");
        assert!(lists::last(&mut tx, &grant, day(1), day(24)).await.expect("it answers").is_none(), "nor is it the custody list of the day");
    }

    async fn of_two_who_want_one_slot_one_gets_it(kit: Kit) {
        let clinic = clinic(&kit, 24).await;
        let (first, second) = (appointment(clinic, "Ada", at(24, 12, 0), 1), appointment(clinic, "Ben", at(24, 12, 0), 2));
        let (one, other) = tokio::join!(try_book(&kit, Role::Practitioner, &first), try_book(&kit, Role::TeamLeader, &second));
        assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
        let told = one.err().or(other.err()).expect("one is told");
        assert_eq!(told, NotFree::Taken(at(24, 12, 0)));
        assert_eq!(board(&kit, 24).await.len(), 1, "of the one who was too late nothing is kept");
    }

    async fn many_who_book_at_once_never_share_a_slot(kit: Kit) {
        let clinic = clinic(&kit, 24).await;
        let all: Vec<NewAppointment> = (0..8).map(|place| {
            appointment(clinic, &format!("P{place}"), at(24, 12, 0) + Duration::minutes(30 * (place % 3)), 1 + usize::from(place % 2 == 0))
        }).collect();
        let book = |place: usize| try_book(&kit, Role::Practitioner, &all[place]);
        let results = tokio::join!(book(0), book(1), book(2), book(3), book(4), book(5), book(6), book(7));
        let results: [Result<EntryId, NotFree>; 8] = results.into();
        let made: Vec<&NewAppointment> = all.iter().zip(&results).filter(|(_, result)| result.is_ok()).map(|(new, _)| new).collect();
        let slots: usize = made.iter().map(|new| new.slots).sum();
        assert!(!made.is_empty());
        assert_eq!(taken(&kit, clinic).await.len(), slots, "each slot has one holder");
        assert_eq!(board(&kit, 24).await.len(), made.len());
    }

    async fn the_database_lets_nobody_have_a_slot_that_somebody_has(kit: Kit) {
        let clinic = clinic(&kit, 24).await;
        let ada = booked(&kit, clinic, "Ada", at(24, 12, 0), 1).await;
        let mut tx = kit.tx(Role::Practitioner).await;
        let sql = "INSERT INTO appointment_slot (clinic_id, starts_at, appointment_id) VALUES ($1, $2, $3)";
        let again = throughline_store::raw::execute(&mut tx, sql, vec![clinic.into(), at(24, 12, 0).into(), ada.id.into()]).await;
        assert!(again.is_err(), "the key of the table says so");
    }

    async fn what_is_outside_the_clinic_or_cancelled_cannot_be_booked(kit: Kit) {
        let clinic = clinic(&kit, 24).await;
        let tried = async |from, slots| try_book(&kit, Role::Practitioner, &appointment(clinic, "Ada", from, slots)).await;
        assert_eq!(tried(at(24, 16, 0), 1).await, Err(NotFree::NoSuchSlot));
        assert_eq!(tried(at(24, 15, 30), 2).await, Err(NotFree::RunsOver));
        assert_eq!(tried(at(24, 12, 10), 1).await, Err(NotFree::NoSuchSlot));
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = change(&kit, &mut tx).await;
        clinics::cancel(&mut tx, &grant, clinic, 1, "Nobody to hold it").await.expect("cancelled");
        tx.commit().await.expect("it commits");
        assert_eq!(tried(at(24, 12, 0), 1).await, Err(NotFree::NoSuchSlot));
    }

    async fn a_cancelled_appointment_frees_its_slots_and_its_line_says_why(kit: Kit) {
        let clinic = clinic(&kit, 24).await;
        let ada = booked(&kit, clinic, "Ada", at(24, 12, 0), 2).await;
        cancelled(&kit, &ada, CancelReason::Declined).await;
        assert!(taken(&kit, clinic).await.is_empty());
        let now = read(&kit, ada.id).await;
        assert_eq!((now.state, now.cancelled_by, now.line_state), (AppointmentState::Cancelled, Some(CancelledBy::Police), EntryState::Declined));
        assert!(to_settle(&kit, 24).await.is_empty());
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = change(&kit, &mut tx).await;
        let again = appointments::cancel(&mut tx, &grant, ada.id, now.version, (CancelledBy::Person, CancelReason::Unwell), "").await;
        assert!(matches!(again, Err(Error::Stale)));
    }

    async fn who_waits_for_another_time_is_not_lost_with_the_slot(kit: Kit) {
        let clinic = clinic(&kit, 24).await;
        let ada = booked(&kit, clinic, "Ada", at(24, 12, 0), 1).await;
        cancelled(&kit, &ada, CancelReason::InterviewMoved).await;
        assert_eq!(line(&kit, ada.entry_id).await.state, EntryState::ToConsider, "still to consider");
        assert_eq!(to_settle(&kit, 24).await, [ada.id]);
        let mut again = appointment(clinic, "Ada", at(24, 14, 0), 1);
        again.of = For::Line(ada.entry_id);
        assert_eq!(try_book(&kit, Role::Practitioner, &again).await, Ok(ada.entry_id));
        assert!(to_settle(&kit, 24).await.is_empty(), "settled by the new time");
        assert_eq!(board(&kit, 24).await[0].sitting_at, Some(at(24, 14, 0)));
    }

    async fn everybody_of_a_cancelled_clinic_stands_there_until_settled(kit: Kit) {
        let (clinic, other) = (clinic(&kit, 24).await, clinic(&kit, 26).await);
        let (ada, ben) = (booked(&kit, clinic, "Ada", at(24, 12, 0), 1).await, booked(&kit, clinic, "Ben", at(24, 13, 0), 1).await);
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = change(&kit, &mut tx).await;
        clinics::cancel(&mut tx, &grant, clinic, 1, "Sickness").await.expect("cancelled");
        tx.commit().await.expect("it commits");
        assert_eq!(to_settle(&kit, 24).await, [ada.id, ben.id]);
        assert_eq!(board(&kit, 24).await.len(), 2, "they are still on the board");
        let mut new = appointment(other, "Ada", at(26, 12, 30), 2);
        new.of = For::Line(ada.entry_id);
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = change(&kit, &mut tx).await;
        appointments::rebook(&mut tx, &grant, ada.id, ada.version, &new).await.expect("it answers").expect("free");
        tx.commit().await.expect("it commits");
        assert_eq!(to_settle(&kit, 24).await, [ben.id]);
        assert_eq!((board(&kit, 24).await.len(), board(&kit, 26).await.len()), (1, 1), "the line went to the new day");
        let (was, now) = (read(&kit, ada.id).await, read(&kit, new.id).await);
        assert_eq!((was.state, was.rebooked_as), (AppointmentState::Rebooked, Some(new.id)));
        assert_eq!((now.entry_id, now.starts_at), (ada.entry_id, at(26, 12, 30)));
        cancelled(&kit, &ben, CancelReason::InterviewOff).await;
        assert!(to_settle(&kit, 24).await.is_empty());
    }

    async fn a_new_time_that_cannot_be_had_changes_nothing(kit: Kit) {
        let clinic = clinic(&kit, 24).await;
        let (ada, _) = (booked(&kit, clinic, "Ada", at(24, 12, 0), 1).await, booked(&kit, clinic, "Ben", at(24, 13, 0), 1).await);
        let mut new = appointment(clinic, "Ada", at(24, 12, 30), 2);
        new.of = For::Line(ada.entry_id);
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = change(&kit, &mut tx).await;
        let told = appointments::rebook(&mut tx, &grant, ada.id, ada.version, &new).await.expect("it answers");
        assert_eq!(told, Err(NotFree::Taken(at(24, 13, 0))));
        drop(tx);
        assert_eq!(read(&kit, ada.id).await.state, AppointmentState::Booked);
        assert!(taken(&kit, clinic).await.contains(&at(24, 12, 0)));
        // Into slots of one's own: half an hour later, over the second half of the old ones.
        let long = booked(&kit, clinic, "Cy", at(24, 14, 0), 2).await;
        let mut new = appointment(clinic, "Cy", at(24, 14, 30), 2);
        new.of = For::Line(long.entry_id);
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = change(&kit, &mut tx).await;
        appointments::rebook(&mut tx, &grant, long.id, long.version, &new).await.expect("it answers").expect("its own slots are free to it");
    }

    async fn nobody_loses_their_time_when_a_clinic_is_changed(kit: Kit) {
        let clinic = clinic(&kit, 24).await;
        booked(&kit, clinic, "Ada", at(24, 12, 30), 1).await;
        let changed = async |version, times| {
            let mut tx = kit.tx(Role::Practitioner).await;
            let grant = change(&kit, &mut tx).await;
            let changed = clinics::change(&mut tx, &grant, version, &wanted(&kit, clinic, times)).await;
            tx.commit().await.expect("it commits");
            changed
        };
        let in_the_way = Changed::InTheWay(vec![at(24, 12, 30)]);
        assert_eq!(changed(1, times(24, 13, 16, 30)).await.expect("it answers"), in_the_way, "a later start");
        assert_eq!(changed(1, times(24, 12, 16, 60)).await.expect("it answers"), in_the_way, "longer slots");
        assert_eq!(changed(1, times(25, 12, 16, 30)).await.expect("it answers"), in_the_way, "another day");
        assert_eq!(changed(1, times(24, 12, 17, 15)).await.expect("it answers"), Changed::Done);
        assert_eq!(taken(&kit, clinic).await, BTreeSet::from([at(24, 12, 30), at(24, 12, 45)]), "two shorter slots");
        assert!(matches!(changed(1, times(24, 12, 16, 30)).await, Err(Error::Stale)));
    }

    async fn who_did_not_attend_is_told_of_until_somebody_says_what_follows(kit: Kit) {
        let clinic = clinic(&kit, 24).await;
        let ada = booked(&kit, clinic, "Ada", at(24, 12, 0), 1).await;
        missed(&kit, &ada, NotSeenReason::DidNotAttend).await;
        let now = read(&kit, ada.id).await;
        assert_eq!((now.state, now.line_state), (AppointmentState::DidNotAttend, EntryState::Missed));
        assert_eq!(to_settle(&kit, 24).await, [ada.id]);
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = change(&kit, &mut tx).await;
        appointments::after_missed(&mut tx, &grant, ada.id, now.version, AfterMissed::Nothing, "Seen by the GP instead").await.expect("decided");
        let again = appointments::after_missed(&mut tx, &grant, ada.id, now.version, AfterMissed::Task, "").await;
        assert!(matches!(again, Err(Error::Stale)));
        tx.commit().await.expect("it commits");
        assert!(to_settle(&kit, 24).await.is_empty());
    }

    async fn an_appointment_that_nobody_spoke_of_is_told_of_from_the_next_day_on(kit: Kit) {
        let clinic = clinic(&kit, 24).await;
        let ada = booked(&kit, clinic, "Ada", at(24, 12, 0), 1).await;
        assert!(to_settle(&kit, 24).await.is_empty());
        assert_eq!(to_settle(&kit, 25).await, [ada.id]);
        missed(&kit, &ada, NotSeenReason::Staffing).await;
        assert!(to_settle(&kit, 25).await.is_empty());
    }

    async fn a_line_of_a_list_keeps_its_slot_when_the_list_is_sent_again(kit: Kit) {
        let (clinic, list) = (clinic(&kit, 24).await, ListId::new(Uuid::now_v7()));
        let facts = EntryFacts {
            list_date: day(26), key: "voluntary:ada".into(), source: "{}".into(), name: Name::new("Ada", "Marsh"),
            sitting_at: Some(at(26, 14, 0)), ..EntryFacts::default()
        };
        let mut tx = kit.tx(Role::Practitioner).await;
        let import = tx.authorise::<ImportList>(kit.custody()).await.expect("allowed");
        let new = NewList {
            id: list, kind: ListKind::Voluntary, format: "voluntary-table".into(), list_date: day(24), file_name: "va.csv".into(),
            sha256: "00".into(), original: b"bytes".to_vec(), reading: "{}".into(),
        };
        lists::receive(&mut tx, &import, &new).await.expect("kept");
        let entry = lists::add_entry(&mut tx, &import, ListKind::Voluntary, list, &facts).await.expect("added");
        tx.commit().await.expect("it commits");
        assert_eq!(board(&kit, 26).await.len(), 1, "on the day of the interview");
        let mut new = appointment(clinic, "Ada", at(24, 12, 0), 1);
        new.of = For::Line(entry);
        assert_eq!(try_book(&kit, Role::Practitioner, &new).await, Ok(entry));
        let mut tx = kit.tx(Role::Practitioner).await;
        let import = tx.authorise::<ImportList>(kit.custody()).await.expect("allowed");
        lists::change_entry(&mut tx, &import, entry, list, &facts).await.expect("changed");
        tx.commit().await.expect("it commits");
        assert!(board(&kit, 26).await.is_empty());
        assert_eq!(board(&kit, 24).await[0].sitting_at, Some(at(24, 12, 0)), "on the day of the slot");
        // A line has one appointment at a time.
        let mut second = appointment(clinic, "Ada", at(24, 13, 0), 1);
        second.of = For::Line(entry);
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = change(&kit, &mut tx).await;
        assert!(matches!(appointments::book(&mut tx, &grant, &second).await, Err(Error::Stale)));
    }

    async fn another_site_sees_and_changes_nothing(kit: Kit) {
        let clinic = clinic(&kit, 24).await;
        let ada = booked(&kit, clinic, "Ada", at(24, 12, 0), 1).await;
        let elsewhere = kit.places.sites[1].id;
        let mut tx = kit.tx(Role::Practitioner).await;
        let view = tx.authorise::<ViewList>(elsewhere).await.expect("allowed there");
        let change = tx.authorise::<ChangeList>(elsewhere).await.expect("allowed there");
        assert!(appointments::get(&mut tx, &view, ada.id).await.expect("it answers").is_none());
        assert!(clinics::get(&mut tx, &view, clinic).await.expect("it answers").is_none());
        assert!(matches!(clinics::cancel(&mut tx, &change, clinic, 1, "no").await, Err(Error::Stale)));
        assert!(matches!(appointments::arrived(&mut tx, &change, ada.id, 1).await, Err(Error::Stale)));
        let there = appointments::book(&mut tx, &change, &appointment(clinic, "Ben", at(24, 13, 0), 1)).await.expect("it answers");
        assert_eq!(there, Err(NotFree::NoSuchSlot));
    }
}
