//! From the drop of a list of 745 cases until it is shown, and from bringing it in until everybody on it stands on
//! the board with who they may be, against an index of a million people in SQLite; each with its ratio to the
//! plainest page of the same run. Run by `script/bench lists`, which puts the table into `docs/benchmarks-lists.md`.

mod server;

use serde_json::{Value, json};
use server::{configuration, resident, setting, start, stop};
use std::time::{Duration, Instant};
use throughline_domain::role::Role;
use throughline_store::{nightly, people::NewPerson};
use throughline_testkit::http::{Answer, Client};
use throughline_testkit::{Kit, crowd};

/// The cases of the largest list seen in the field.
const CASES: usize = 745;
/// Rooms they are heard in.
const ROOMS: usize = 5;
/// How many mornings are measured: each begins with nothing on the board, and has another list.
const MORNINGS: usize = 3;

#[tokio::main]
async fn main() {
    let people = setting("BENCH_PEOPLE", 1_000_000);
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let kit = Kit::sqlite_at(folder.path().join("bench.db")).await;
    let known = crowd::people_alone(&kit, people, |n| eprint!("\rmaking people: {n}")).await.expect("they are made");
    eprintln!();
    let until = chrono::Utc::now() + chrono::Duration::hours(12);
    let (token, csrf) = kit.session(kit.user(Role::Practitioner), until).await;
    nightly::keep_snapshot(&kit.store, kit.now).await.expect("it is kept").expect("nobody else keeps it");
    let court = kit.places.sites.iter().find(|site| site.kind.is_court()).expect("there is a court").id;
    kit.store.close().await;

    let (mut shown, mut brought, mut plain, mut memory) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for turn in 0..MORNINGS {
        let morning = folder.path().join(format!("morning{turn}.db"));
        std::fs::copy(folder.path().join("bench.db"), &morning).expect("the disk has room");
        let config = configuration(folder.path(), &morning.to_string_lossy());
        let (mut server, address, _) = start(&config).await;
        let mut client = Client::new(address, &format!("throughline={token}"));
        client.post("/site", &csrf, &[("site", &court.to_string())]).await.expect("it answers");
        plain.push(plainest(&mut client).await);
        let (took, review) = dropped(&mut client, &csrf, &list(&known, turn)).await;
        shown.push(took);
        brought.push(brought_in(&mut client, &csrf, &review).await);
        memory = memory.max(resident(server.id()));
        stop(&mut server);
        std::fs::remove_file(&morning).expect("it is there");
    }
    plain.sort_unstable();
    let plain = plain[MORNINGS / 2];
    println!(
        "| Of a list of {CASES} cases, {people} people known | Middle of {MORNINGS} | Slowest | To the plainest page |"
    );
    println!("|---|---|---|---|");
    row("Dropped, read, compared, shown", &mut shown, plain);
    row("Brought in, matched, on the board", &mut brought, plain);
    println!();
    println!("Resident memory afterwards: {memory} MB. The plainest page: {:.1} ms.", ms(plain));
}

fn ms(took: Duration) -> f64 {
    took.as_secs_f64() * 1_000.0
}

fn row(name: &str, took: &mut [Duration], plain: Duration) {
    took.sort_unstable();
    let (middle, slowest) = (took[took.len() / 2], took[took.len() - 1]);
    let ratio = middle.as_secs_f64() / plain.as_secs_f64();
    println!("| {name} | {:.0} ms | {:.0} ms | {ratio:.0} |", ms(middle), ms(slowest));
}

async fn plainest(client: &mut Client) -> Duration {
    let mut took = Vec::new();
    for _ in 0..21 {
        let began = Instant::now();
        ok(&client.get("/help").await.expect("it answers"));
        took.push(began.elapsed());
    }
    took.sort_unstable();
    took[took.len() / 2]
}

fn ok(answer: &Answer) {
    assert_eq!(answer.status, 200, "{}", answer.body);
}

/// Hands a list in as the page does and reads the page that shows it.
async fn dropped(client: &mut Client, csrf: &str, list: &str) -> (Duration, Review) {
    let began = Instant::now();
    let answer = client.post_file("/lists", csrf, "list.json", list).await.expect("it answers");
    let location = answer.location.clone().unwrap_or_else(|| panic!("{}: {}", answer.status, answer.body));
    let page = client.get(&location).await.expect("it answers");
    let took = began.elapsed();
    ok(&page);
    assert!(page.body.contains("MARSTONLIST"), "the page shows the list");
    (took, Review { location, page: page.body })
}

struct Review {
    location: String,
    page: String,
}

/// Brings it in and reads the board.
async fn brought_in(client: &mut Client, csrf: &str, review: &Review) -> Duration {
    let (_, rest) = review.page.split_once("name=\"changes\" value=\"").expect("the page says what it would do");
    let (changes, _) = rest.split_once('"').expect("it ends");
    let path = review.location.replace("/review", "/commit");
    let began = Instant::now();
    let answer = client.post(&path, csrf, &[("changes", changes)]).await.expect("it answers");
    assert!(answer.location.is_some(), "{}: {}", answer.status, answer.body);
    let board = client.get("/").await.expect("it answers");
    let took = began.elapsed();
    ok(&board);
    assert!(board.body.contains("MARSTONLIST"), "everybody is on the board");
    took
}

/// The list of a morning: every second person on it is known, the last is marked.
fn list(known: &[NewPerson], turn: usize) -> String {
    let today = throughline_domain::time::london_date(chrono::Utc::now());
    let party = |n: usize| {
        let at = (turn * CASES + n) * 1_009 % known.len();
        let person = &known[at];
        let surname = match n {
            _ if n + 1 == CASES => format!("MARSTONLIST{turn}"),
            _ if n.is_multiple_of(2) => person.name.surname.to_uppercase(),
            _ => format!("{}ova{turn}", person.name.surname),
        };
        json!({ "partyRole": "DEFENDANT", "individualDetails": {
            "individualSurname": surname, "individualForenames": person.name.forenames,
            "dateOfBirth": person.date_of_birth, "address": { "line": ["9 Quay Lane"], "postCode": person.contact.postcode },
        }, "offence": [{ "offenceCode": "TH68001", "offenceTitle": "Theft from shop", "offenceWording": "Stole goods. ".repeat(40) }] })
    };
    let case = |n: usize| json!({ "caseUrn": format!("01ZZ{turn}{n:05}26"), "party": [party(n)] });
    let rooms: Vec<Value> = (0..ROOMS)
        .map(|room| {
            let cases: Vec<Value> = (0..CASES).filter(|n| n % ROOMS == room).map(case).collect();
            json!({ "courtRoomName": format!("Courtroom {}", room + 1), "session": [{ "sittings": [{
                "sittingStart": format!("{today}T10:00:00Z"), "hearing": [{ "hearingType": "First hearing", "case": cases }],
            }]}]})
        })
        .collect();
    json!({
        "document": { "publicationDate": format!("{today}T0{turn}:30:00Z") },
        "courtLists": [{ "courtHouse": { "courtHouseName": "Ferrybridge", "courtRoom": rooms } }],
    })
    .to_string()
}
