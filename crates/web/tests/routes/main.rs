//! Every route with every role, and every view with its audit row.
//!
//! The routes are read from the source, so a new one turns the snapshot red until somebody has
//! looked at who may open it.

mod account;
mod advice;
mod board;
mod care;
mod elsewhere;
mod finding;
mod found_elsewhere;
mod legal;
mod office;
mod records;
mod released;
mod signing;
mod source;
mod supervision;
mod voluntary;
mod ways_in;

use office::Office;
use std::collections::BTreeMap;
use std::fmt::Write;
use throughline_domain::role::Role;

/// Columns of the snapshot: nobody, then every role.
fn everybody() -> Vec<Option<Role>> {
    std::iter::once(None).chain(Role::ALL.iter().copied().map(Some)).collect()
}

fn short(role: Option<Role>) -> String {
    role.map_or_else(|| "nobody".to_owned(), |role| role.code().to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_route_answers_every_role_as_was_reviewed() {
    let office = Office::open().await;
    let mut out = String::new();
    for route in source::routes() {
        // Signing out and locking end the sessions that the rest of the test needs.
        if matches!(route.path.as_str(), "/sign-out" | "/lock" | "/unlock") {
            continue;
        }
        let mut by_status: BTreeMap<u16, Vec<String>> = BTreeMap::new();
        for role in everybody() {
            let status = office.ask(&route, role).await;
            assert!(status < 500, "{} {} failed for {}", route.method, route.path, short(role));
            by_status.entry(status).or_default().push(short(role));
        }
        writeln!(out, "{} {}", route.method, route.path).expect("a string takes everything");
        for (status, roles) in by_status {
            writeln!(out, "    {status} {}", roles.join(" ")).expect("a string takes everything");
        }
    }
    insta::assert_snapshot!("routes", out);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_there_and_what_is_not_yours_answer_alike() {
    let office = Office::open().await;
    for route in source::routes().into_iter().filter(|route| route.method == "GET" && route.path.contains('{')) {
        let Some(absent) = office.address(&route, true) else { continue };
        let Some(present) = office.address(&route, false) else { continue };
        let of = async |address: &str| office.get(address, Role::Analyst).await;
        let (absent, present) = (of(&absent).await, of(&present).await);
        assert_eq!(absent.0, present.0, "{}", route.path);
        if present.0 == 404 {
            // Each page has keys and a reference of its own: digits and letters by chance.
            let same = |body: &str| body.replace(|c: char| c.is_ascii_hexdigit(), "").len();
            let difference = same(&absent.1).abs_diff(same(&present.1));
            assert!(difference < 16, "{}: the two pages differ by {difference} characters", route.path);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_about_a_person_writes_who_looked() {
    let office = Office::open().await;
    let mut pages = 0;
    for route in
        source::routes().into_iter().filter(|route| route.method == "GET" && source::is_about_a_person(&route.path))
    {
        let Some(address) = office.address(&route, false) else { continue };
        for role in [Role::Practitioner, Role::TeamLeader] {
            let before = office.views().await;
            let (status, _) = office.get(&address, role).await;
            let after = office.views().await;
            if status == 200 {
                pages += 1;
                assert!(after > before, "{} was shown to {role} and nobody will know", route.path);
            }
        }
    }
    assert!(pages >= 20, "only {pages} pages were shown: the test has lost its subjects");
}
