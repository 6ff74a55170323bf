//! Signing, countersigning, and what a signature does not overrule.

use crate::office::Office;
use throughline_domain::role::Role;
use uuid::Uuid;

/// A risk form that lacks nothing but a signature.
struct Draft {
    record: Uuid,
    person: Uuid,
}

impl Draft {
    /// The practitioner begins it when the person's safe contact rules are `rules`.
    async fn begun(office: &Office, rules: &str) -> Self {
        let sql = "SELECT e.id, e.person_id FROM episode e WHERE e.site_id = $1 AND e.closed_at IS NULL
                    AND NOT EXISTS (SELECT 1 FROM record r WHERE r.episode_id = e.id AND r.form_id = 'risk' AND r.state = 'draft')
                    ORDER BY e.id LIMIT 1";
        let row = office.row(sql, vec![office.site()]).await.expect("the demo has open episodes");
        let (episode, person): (Uuid, Uuid) = (row.get("id").unwrap(), row.get("person_id").unwrap());
        let draft = Self { record: Uuid::nil(), person };
        draft.correct(office, rules).await;
        let (address, of_person) = (format!("/episodes/{episode}/forms/risk"), person.to_string());
        let (status, to) = office.post(&address, Role::Practitioner, &[("of_person", &of_person)]).await;
        assert_eq!(status, 303, "{to}");
        let record = to.split('/').nth(2).and_then(|id| id.parse().ok()).expect("it leads to the draft");
        let draft = Self { record, person };
        draft.says(office, rules).await;
        draft
    }

    /// A colleague corrects the safe contact rules of the person.
    async fn correct(&self, office: &Office, rules: &str) {
        let sql = "UPDATE person SET safe_contact = $2 WHERE id = $1";
        office.change(sql, vec![self.person.into(), rules.into()]).await;
    }

    /// Everything is answered, as in another risk form, and the rules are these.
    async fn says(&self, office: &Office, rules: &str) {
        let sql =
            "UPDATE record SET answers = (SELECT json_set(r.answers, '$.contact_limits', json_array($2), '$.review_on', json_array('2026-12-10'))
                                                  FROM record r
                                                 WHERE r.form_id = 'risk' AND r.state = 'signed' ORDER BY r.id LIMIT 1)
                    WHERE id = $1";
        office.change(sql, vec![self.record.into(), rules.into()]).await;
    }

    /// A colleague's text of the same draft, that lost against a faster save.
    async fn lost_text(&self, office: &Office, rules: &str) {
        let sql = "INSERT INTO record_version (record_id, version, answers, saved_at, saved_by, saved_by_name, conflicts_with)
                   SELECT id, version + 1, json_set(answers, '$.contact_limits', json_array($2)), $3, $4, 'Tom Hartley', version
                     FROM record WHERE id = $1";
        let by = office.user(Role::TeamLeader);
        office.change(sql, vec![self.record.into(), rules.into(), office.now().into(), by]).await;
    }

    async fn post(&self, office: &Office, what: &str, more: &[(&str, &str)]) -> (u16, String) {
        let person = self.person.to_string();
        let sql = "SELECT version FROM record WHERE id = $1";
        let row = office.row(sql, vec![self.record.into()]).await.expect("it is there");
        let version = row.get::<i64>("version").unwrap().to_string();
        let own = [("of_person", person.as_str()), ("version", version.as_str())];
        let fields: Vec<(&str, &str)> = own.into_iter().chain(more.iter().copied()).collect();
        office.post(&format!("/records/{}/{what}", self.record), Role::Practitioner, &fields).await
    }

    async fn page(&self, office: &Office, what: &str) -> String {
        let (status, page) = office.get(&format!("/records/{}/{what}", self.record), Role::Practitioner).await;
        assert_eq!(status, 200, "{page}");
        plain(&page)
    }

    async fn rules(&self, office: &Office) -> String {
        let sql = "SELECT safe_contact FROM person WHERE id = $1";
        office.row(sql, vec![self.person.into()]).await.expect("it is there").get("safe_contact").unwrap()
    }
}

/// A page with its addresses as a browser reads them.
fn plain(page: &str) -> String {
    page.replace("&#x2f;", "/")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signature_leaves_what_a_colleague_corrected_since_the_form_was_begun() {
    let office = Office::open().await;
    let draft = Draft::begun(&office, "Text first").await;
    draft.correct(&office, "Never ring, partner answers").await;
    assert!(!draft.page(&office, "check").await.contains("details will not change"));
    let (status, to) = draft.post(&office, "sign", &[]).await;
    assert_eq!((status, to), (303, format!("/records/{}", draft.record)));
    assert_eq!(draft.rules(&office).await, "Never ring, partner answers");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_changed_what_a_colleague_changed_too_is_told_that_the_person_was_left_alone() {
    let office = Office::open().await;
    let draft = Draft::begun(&office, "Text first").await;
    draft.says(&office, "Ring his sister").await;
    draft.correct(&office, "Never ring, partner answers").await;
    let page = draft.page(&office, "check").await;
    assert!(page.contains("details will not change:</strong> the safe contact rules"), "{page}");
    let (status, to) = draft.post(&office, "sign", &[]).await;
    assert_eq!((status, to.clone()), (303, format!("/records/{}?left=safe_contact", draft.record)));
    assert_eq!(draft.rules(&office).await, "Never ring, partner answers");
    let (_, page) = office.get(&to, Role::Practitioner).await;
    assert!(page.contains("details were not changed:</strong> the safe contact rules"), "{page}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_only_the_writer_changed_is_kept_with_the_person() {
    let office = Office::open().await;
    let draft = Draft::begun(&office, "Text first").await;
    draft.says(&office, "Ring his sister").await;
    let (status, to) = draft.post(&office, "sign", &[]).await;
    assert_eq!((status, to), (303, format!("/records/{}", draft.record)));
    assert_eq!(draft.rules(&office).await, "Ring his sister");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_that_lost_is_told_and_is_settled_or_signed_without() {
    let office = Office::open().await;
    let draft = Draft::begun(&office, "Text first").await;
    draft.lost_text(&office, "Never on a Monday").await;
    let conflict = format!("/records/{}/conflict/2", draft.record);
    for what in ["edit", "check"] {
        let page = draft.page(&office, what).await;
        assert!(page.contains("Tom Hartley’s text of") && page.contains(&conflict), "{what}: {page}");
    }
    let (status, page) = draft.post(&office, "sign", &[("without", "7")]).await;
    assert_eq!(status, 422);
    assert!(page.contains("Not signed: Tom Hartley’s text of"), "{page}");
    let (status, to) = draft.post(&office, "sign", &[("without", "2")]).await;
    assert_eq!((status, to), (303, format!("/records/{}", draft.record)));
    let kept = draft.page(&office, "versions/2").await;
    assert!(kept.contains("Never on a Monday"), "it stays in the history: {kept}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_chose_between_two_texts_is_not_asked_again() {
    let office = Office::open().await;
    let draft = Draft::begun(&office, "Text first").await;
    draft.lost_text(&office, "Never on a Monday").await;
    let (status, to) = draft.post(&office, "conflict/2", &[("choice_contact_limits", "theirs")]).await;
    assert_eq!((status, to), (303, format!("/records/{}/edit", draft.record)));
    assert!(!draft.page(&office, "edit").await.contains("is not settled"));
    assert_eq!(draft.post(&office, "sign", &[]).await.0, 303);
}

/// What the student of the demo signed, that waits: its id, and its person.
async fn waiting(office: &Office) -> (Uuid, String) {
    let sql = "SELECT r.id, r.person_id FROM record r JOIN task t ON t.record_id = r.id
                WHERE r.state = 'awaiting' AND t.state = 'open' ORDER BY r.id LIMIT 1";
    let row = office.row(sql, vec![]).await.expect("the demo has a student, and a task for the leader");
    (row.get("id").unwrap(), row.get::<Uuid>("person_id").unwrap().to_string())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_countersignature_is_of_the_signature_that_was_read() {
    let office = Office::open().await;
    let (record, person) = waiting(&office).await;
    let (_, page) = office.get(&format!("/records/{record}"), Role::TeamLeader).await;
    assert!(page.contains("name=\"acts\" value=\"1\""), "{page}");
    let countersign = async |acts: &str| {
        let fields = [("of_person", person.as_str()), ("acts", acts)];
        office.post(&format!("/records/{record}/countersign"), Role::TeamLeader, &fields).await.0
    };
    // It was sent back and signed again in another window.
    for kind in ["sent_back", "awaiting"] {
        let sql = "INSERT INTO record_act (record_id, number, kind, version, form_version, at, by_user, by_name)
                   SELECT record_id, MAX(number) + 1, $2, MAX(version), MAX(form_version), $3, $4, 'Somebody' FROM record_act
                    WHERE record_id = $1 GROUP BY record_id";
        let by = office.user(Role::Student);
        office.change(sql, vec![record.into(), kind.into(), office.now().into(), by]).await;
    }
    assert_eq!(countersign("1").await, 409);
    assert_eq!(countersign("").await, 409);
    assert_eq!(countersign("3").await, 303);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_task_to_countersign_leads_to_its_record_and_ends_there_alone() {
    let office = Office::open().await;
    let (record, person) = waiting(&office).await;
    let row = office.row("SELECT id, version FROM task WHERE record_id = $1", vec![record.into()]).await.unwrap();
    let (task, version): (Uuid, i64) = (row.get("id").unwrap(), row.get("version").unwrap());
    let (_, page) = office.get(&format!("/tasks/{task}"), Role::TeamLeader).await;
    let page = plain(&page);
    assert!(page.contains(&format!("href=\"/records/{record}\"")) && !page.contains("/cancel\""), "{page}");
    let version = version.to_string();
    for (way, field) in [("done", "outcome"), ("cancel", "reason")] {
        let fields = [("version", version.as_str()), (field, "not needed")];
        let (status, page) = office.post(&format!("/tasks/{task}/{way}"), Role::TeamLeader, &fields).await;
        assert!(status == 422 && page.contains("This task ends on its record"), "{way}: {status} {page}");
    }
    let fields = [("of_person", person.as_str()), ("acts", "1")];
    assert_eq!(office.post(&format!("/records/{record}/countersign"), Role::TeamLeader, &fields).await.0, 303);
    let state = office.row("SELECT state FROM task WHERE record_id = $1", vec![record.into()]).await.unwrap();
    assert_eq!(state.get::<String>("state").unwrap(), "done");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_student_is_told_who_adds_to_a_record_and_marks_it_in_error() {
    let office = Office::open().await;
    let sql = "SELECT r.id, r.person_id, r.episode_id, r.version FROM record r JOIN episode e ON e.id = r.episode_id
                WHERE r.form_id = 'screening' AND r.state = 'signed' AND e.closed_at IS NULL ORDER BY r.id LIMIT 1";
    let row = office.row(sql, vec![]).await.expect("the demo has signed screenings");
    let (record, episode): (Uuid, Uuid) = (row.get("id").unwrap(), row.get("episode_id").unwrap());
    let (person, version) = (row.get::<Uuid>("person_id").unwrap(), row.get::<i64>("version").unwrap());
    let caseload = "UPDATE episode SET owner_id = $2 WHERE id = $1";
    office.change(caseload, vec![episode.into(), office.user(Role::Student)]).await;
    let (status, page) = office.get(&format!("/records/{record}"), Role::Student).await;
    assert_eq!(status, 200);
    let page = plain(&page);
    assert!(page.contains("ask a registered colleague"), "{page}");
    let (person, version) = (person.to_string(), version.to_string());
    for way in ["addendum", "error"] {
        assert!(!page.contains(&format!("/records/{record}/{way}\"")), "{way} is not offered: {page}");
        let fields = [("of_person", person.as_str()), ("version", version.as_str()), ("words", "typed by a student")];
        let (status, page) = office.post(&format!("/records/{record}/{way}"), Role::Student, &fields).await;
        assert_eq!(status, 422, "{way}");
        assert!(page.contains("Ask a registered colleague") && page.contains("typed by a student"), "{way}: {page}");
    }
}
