//! Voluntary attendances as the pages show them: nobody is detained, and nothing is told without consent.

use crate::office::Office;
use throughline_domain::role::Role;

const BY: Role = Role::Practitioner;

/// Books somebody into the first slot that is offered; where their appointment is.
async fn book(office: &Office, name: &str, more: &[(&str, &str)]) -> (u16, String) {
    let (_, page) = office.get("/appointments/new", BY).await;
    let slot =
        page.split("id=\"slot\"").nth(1).and_then(|rest| rest.split("selected").next()).expect("a slot is offered");
    let slot = slot.rsplit("value=\"").next().and_then(|rest| rest.split('"').next()).expect("it has a value");
    book_at(office, slot, name, more).await
}

async fn book_at(office: &Office, slot: &str, name: &str, more: &[(&str, &str)]) -> (u16, String) {
    let fields = [&[("slot", slot), ("surname", name), ("referral_source", "E2")], more].concat();
    office.post("/appointments/new", BY, &fields).await
}

async fn clinic(office: &Office) {
    let (status, page) = office.get("/clinics/new", BY).await;
    assert_eq!(status, 200);
    let holder =
        page.split("id=\"held_by\"").nth(1).and_then(|rest| rest.split("value=\"").nth(2)).expect("somebody holds it");
    let holder = holder.split('"').next().expect("an id");
    let fields = [
        ("day", "24/11/2026"),
        ("starts", "14:00"),
        ("ends", "16:00"),
        ("minutes", "30"),
        ("held_by", holder),
        ("repeats", "once"),
    ];
    let (status, to) = office.post("/clinics/new", BY, &fields).await;
    assert_eq!((status, to.as_str()), (303, "/clinics?week=2026-11-24"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_appointment_is_booked_seen_and_told_of_only_with_consent() {
    let office = Office::open().await;
    clinic(&office).await;
    let (status, appointment) = book(
        &office,
        "Unheardofe",
        &[
            ("officer", "DC Vale"),
            ("phone", "07700 900123"),
            ("safe_contact", "Text only"),
            ("interview", "1/12/2026"),
            ("interview.time", "10:00"),
        ],
    )
    .await;
    assert_eq!(status, 303, "{appointment}");
    let (_, page) = office.get(&appointment, BY).await;
    assert!(page.contains("UNHEARDOFE") && page.contains("free to leave unless arrested"), "{page}");
    let (_, board) = office.get("/board/fragment", BY).await;
    let row = board.split("<li class=\"tl-work__row").find(|row| row.contains("UNHEARDOFE")).expect("on the board");
    let row = row.split("</li>\n").next().unwrap_or(row);
    assert!(row.contains("Appointment 14:00 to 14:30") && row.contains("Voluntary attendance: not detained"), "{row}");
    for clock in ["Detention", "review", "Arrival time not on the list", "Latest charge"] {
        assert!(!row.contains(clock), "no clock of detention: {row}");
    }
    // Nobody could have asked: nothing may be told.
    let (status, told) = office
        .post(
            &format!("{appointment}/told"),
            BY,
            &[("version", "1"), ("recipient", "DC Vale"), ("channel", "telephone")],
        )
        .await;
    assert_eq!(status, 422);
    assert!(told.contains("Whether they attended is not known yet"), "{told}");
    let (status, _) = office.post(&format!("{appointment}/arrived"), BY, &[("version", "1")]).await;
    assert_eq!(status, 303);
    let (status, told) = office
        .post(
            &format!("{appointment}/told"),
            BY,
            &[("version", "2"), ("recipient", "DC Vale"), ("channel", "telephone")],
        )
        .await;
    assert_eq!(status, 422);
    assert!(told.contains("No episode is open, so nobody has asked whether the police may be told"), "{told}");
    let entry = page.split("/entries/").nth(1).and_then(|rest| rest.split('"').next()).expect("its row");
    let open = format!("/entries/{entry}/open");
    let (status, episode) = office.post(&open, BY, &[("version", "1"), ("shown", ""), ("none_of_these", "yes")]).await;
    assert_eq!(status, 303, "{episode}");
    let sql = "SELECT phone, safe_contact FROM person WHERE lower(surname) = $1";
    let row = office.row(sql, vec!["unheardofe".into()]).await.expect("the person is made");
    let text = |column| row.get::<String>(column).expect("a text");
    assert_eq!(
        (text("phone"), text("safe_contact")),
        ("07700 900123".into(), "Text only".into()),
        "nothing is typed again"
    );
    let id = episode.trim_start_matches("/episodes/").to_owned();
    let sql = "SELECT point_of_contact, referral_source, legal_status FROM episode WHERE CAST(id AS text) = $1 OR lower(hex(id)) = $2";
    let row = office.row(sql, vec![id.clone().into(), id.replace('-', "").into()]).await.expect("it is open");
    let text = |column| row.get::<String>(column).expect("a text");
    assert_eq!(
        (text("point_of_contact"), text("referral_source"), text("legal_status")),
        ("voluntary".into(), "E2".into(), "voluntary".into())
    );
    let (status, told) = office
        .post(
            &format!("{appointment}/told"),
            BY,
            &[("version", "2"), ("recipient", "DC Vale"), ("channel", "telephone")],
        )
        .await;
    assert_eq!(status, 422);
    assert!(told.contains("Nothing may be told without consent"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_second_is_told_and_loses_nothing() {
    let office = Office::open().await;
    clinic(&office).await;
    let (_, page) = office.get("/appointments/new", BY).await;
    let slot =
        page.split("id=\"slot\"").nth(1).and_then(|rest| rest.split("selected").next()).expect("a slot is offered");
    let slot =
        slot.rsplit("value=\"").next().and_then(|rest| rest.split('"').next()).expect("it has a value").to_owned();
    assert_eq!(book_at(&office, &slot, "First", &[]).await.0, 303);
    let (status, again) =
        book_at(&office, &slot, "Second", &[("notes", "O'Brien's <b>note</b>"), ("phone", "07700 900123")]).await;
    assert_eq!(status, 422);
    assert!(
        again.contains("A colleague was faster")
            && again.contains("07700 900123")
            && again.contains("O&#x27;Brien&#x27;s &lt;b&gt;note"),
        "{again}"
    );
    assert!(!again.contains(&format!("value=\"{slot}\"")), "the slot is not offered any more");
    let late = [("interview", "24/11/2026"), ("interview.time", "9:00")];
    let (status, warned) = book(&office, "Third", &late).await;
    assert_eq!(status, 422);
    assert!(warned.contains("comes too late for it"), "{warned}");
    let known = [late[0], late[1], ("late", "yes")];
    assert_eq!(book(&office, "Third", &known).await.0, 303, "on purpose it can be booked");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reason_of_a_cell_is_none_of_an_appointment() {
    let office = Office::open().await;
    clinic(&office).await;
    let (_, appointment) = book(&office, "Unheardofe", &[]).await;
    let (_, page) = office.get(&appointment, BY).await;
    let entry = page.split("/entries/").nth(1).and_then(|rest| rest.split('"').next()).expect("its row");
    let (_, row) = office.get(&format!("/entries/{entry}"), BY).await;
    assert!(row.contains("value=\"did_not_attend\"") && !row.contains("value=\"released\""), "{row}");
    let not_seen = format!("/entries/{entry}/not-seen");
    assert!(office.post(&not_seen, BY, &[("version", "1"), ("reason", "released")]).await.0 >= 400);
    let (status, to) = office.post(&not_seen, BY, &[("version", "1"), ("reason", "did_not_attend")]).await;
    assert_eq!((status, to), (303, appointment.clone()), "it is asked what follows");
    let (status, _) =
        office.post(&format!("{appointment}/follow-up"), BY, &[("version", "1"), ("follow_up", "nothing")]).await;
    assert_eq!(status, 422, "with a reason only");
}
