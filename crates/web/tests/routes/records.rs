//! What other people said and sealed notes, on every page there is; and forms that are of one person.

use crate::office::Office;
use crate::source;
use throughline_domain::role::Role;
use uuid::Uuid;

/// Words of the demo's sealed note, and of its note of what a mother said.
const SEALED: [&str; 2] = ["moved away from the family", "works at the trust, does not read it"];
const SAID: [&str; 1] = ["She is afraid of what happens when he comes home"];

struct Note {
    record: Uuid,
    person: Uuid,
    episode: Uuid,
}

async fn note(office: &Office, form: &str) -> Note {
    let sql = "SELECT id, person_id, episode_id FROM record WHERE form_id = $1 AND state = 'signed'";
    let row = office.row(sql, vec![form.into()]).await.expect("the demo has such a note");
    let id = |column: &str| row.get::<Uuid>(column).expect("an id");
    Note { record: id("id"), person: id("person_id"), episode: id("episode_id") }
}

/// Every page of the note, its episode and its person; with a moment at which it stood.
fn addresses(note: &Note, form: &str) -> Vec<String> {
    let of = |path: &str| {
        path.replace("{record}", &note.record.to_string())
            .replace("{person}", &note.person.to_string())
            .replace("{episode}", &note.episode.to_string())
            .replace("{form}", form)
            .replace("{kind}", "court_report")
            .replace("{version}", "1")
    };
    let about = |path: &str| ["{record}", "{person}", "{episode}"].iter().any(|part| path.contains(part));
    let routes = source::routes().into_iter().filter(|route| route.method == "GET" && about(&route.path));
    routes.map(|route| of(&route.path)).filter(|address| !address.contains('{')).flat_map(with_moment).collect()
}

/// Pages of a whole thing are also asked for as it stood.
fn with_moment(address: String) -> Vec<String> {
    if address.split('/').count() == 3 {
        vec![format!("{address}?as_of=2026-11-24T10:15"), address]
    } else {
        vec![address]
    }
}

/// Lets a bank practitioner at the note's site and a student on its caseload, who read the rest of the
/// clinical record: whoever opens nothing at all proves nothing.
async fn let_others_in(office: &Office, note: &Note) {
    let site = "INSERT INTO user_site (user_id, site_id)
                SELECT u.id, e.site_id FROM app_user u, episode e WHERE u.role = 'bank' AND e.id = $1
                   AND NOT EXISTS (SELECT 1 FROM user_site s WHERE s.user_id = u.id AND s.site_id = e.site_id)";
    office.change(site, vec![note.episode.into()]).await;
    let caseload = "UPDATE episode SET owner_id = (SELECT id FROM app_user WHERE role = 'student') WHERE id = $1";
    office.change(caseload, vec![note.episode.into()]).await;
    for role in [Role::Bank, Role::Student] {
        let (status, page) = office.get(&format!("/episodes/{}", note.episode), role).await;
        assert!(status == 200 && page.contains("Forms and questionnaires"), "{role} reads the clinical record");
    }
}

async fn never_shown(office: &Office, form: &str, words: &[&str], readers: &[Role]) {
    let note = note(office, form).await;
    let_others_in(office, &note).await;
    let mut shown = 0;
    for address in addresses(&note, form) {
        for role in Role::ALL {
            let (_, page) = office.get(&address, *role).await;
            let is_there = words.iter().any(|words| page.contains(words));
            assert!(!is_there || readers.contains(role), "{address} shows {role} what is in a {form}");
            shown += usize::from(is_there);
        }
    }
    assert!(shown >= 2, "nobody at all was shown the {form}: the test has lost its subject");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_page_shows_a_sealed_note_to_anybody_but_its_author_and_the_team_leader() {
    let office = Office::open().await;
    // The practitioner of the demo is its author.
    never_shown(&office, "sealed_note", &SEALED, &[Role::Practitioner, Role::TeamLeader]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_page_shows_what_other_people_said_to_anybody_but_practitioners() {
    let office = Office::open().await;
    never_shown(&office, "third_party_note", &SAID, &[Role::Practitioner, Role::TeamLeader, Role::Bank]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_not_shown_something_is_told_that_it_is_there() {
    let office = Office::open().await;
    let note = note(&office, "sealed_note").await;
    let_others_in(&office, &note).await;
    for (address, role) in [
        (format!("/people/{}/timeline", note.person), Role::Student),
        (format!("/people/{}?as_of=2026-11-24T10:15", note.person), Role::Bank),
        (format!("/episodes/{}", note.episode), Role::Bank),
        (format!("/episodes/{}?as_of=2026-11-24T10:15", note.episode), Role::Student),
    ] {
        let (status, page) = office.get(&address, role).await;
        assert_eq!(status, 200, "{address} for {role}");
        assert!(page.contains("There is something here that your role does not show"), "{address} for {role}");
    }
    let (_, page) = office.get(&format!("/people/{}/timeline", note.person), Role::Administrator).await;
    assert!(page.contains("There is something here") && !page.contains("Sealed note"), "{page}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_of_another_person_changes_nothing() {
    let office = Office::open().await;
    let sql = "SELECT id, person_id, episode_id, version FROM record WHERE state = 'draft' LIMIT 1";
    let row = office.row(sql, vec![]).await.expect("the demo has a draft");
    let (record, version): (Uuid, i64) = (row.get("id").unwrap(), row.get("version").unwrap());
    let another = "01900000-0000-7000-8000-00000000dead".to_owned();
    let base = version.to_string();
    for of_person in [None, Some(another.as_str())] {
        let mut fields = vec![("base_version", base.as_str()), ("concern", "in the wrong record")];
        fields.extend(of_person.map(|person| ("of_person", person)));
        let (status, page) = office.post(&format!("/records/{record}/save"), Role::TeamLeader, &fields).await;
        assert_eq!(status, 422, "{page}");
        assert!(page.contains("not of the person whose record this is") && page.contains("in the wrong record"));
    }
    let sql = "SELECT version FROM record WHERE id = $1";
    let after = office.row(sql, vec![record.into()]).await.expect("it is there");
    assert_eq!(after.get::<i64>("version").unwrap(), version);
}
