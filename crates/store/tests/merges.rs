//! Joining two records of one person, and taking them apart again exactly, on both databases.

use chrono::{Duration, NaiveDate};
use std::collections::{BTreeMap, BTreeSet};
use throughline_domain::identifier::NhsNumber;
use throughline_domain::ids::{EpisodeId, MergeId, PersonId};
use throughline_domain::merge::{Duplicate, DuplicateState, Pair, Reason, Refusal, WrongNumber};
use throughline_domain::name::Name;
use throughline_domain::role::Role;
use throughline_policy::{
    ChangeContactDetails, ChangeIdentity, CreatePerson, DecideDuplicate, Denied, MergePeople, ProposeDuplicate,
    Subject, UnmergePeople, ViewContactDetails, ViewDuplicates, ViewEpisode, ViewIdentity, ViewRiskCard,
};
use throughline_store::merges::{self, Decided};
use throughline_store::people::{self, ContactDetails, NewPerson};
use throughline_store::{Cause, Error, Refused, Row, Store, Value, audit, events, raw};
use throughline_testkit::{Kit, on_both};
use uuid::Uuid;

fn because() -> Reason {
    Reason::new("Same fingerprints, told by the custody sergeant").unwrap()
}

/// A statement put together at run time, for the tests that read the schema.
fn sql(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

async fn rows(store: &Store, text: &'static str, args: Vec<Value>) -> Vec<Row> {
    let mut read = store.read().await.unwrap();
    raw::fetch_all(&mut read, text, args).await.unwrap()
}

/// Every column of every table of ours: table, column, and whether it refers to a person.
async fn columns(store: &Store) -> Vec<(String, String, bool)> {
    let text = if store.kind() == "sqlite" {
        "SELECT m.name AS t, c.name AS c,
                EXISTS (SELECT 1 FROM pragma_foreign_key_list(m.name) f WHERE f.\"from\" = c.name AND f.\"table\" = 'person') AS refers
           FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY 1, 2"
    } else {
        "SELECT c.table_name::text AS t, c.column_name::text AS c,
                EXISTS (SELECT 1 FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)
                         WHERE k.contype = 'f' AND k.confrelid = 'person'::regclass AND k.conrelid = c.table_name::regclass
                           AND a.attname = c.column_name) AS refers
           FROM information_schema.columns c WHERE c.table_schema = 'public' ORDER BY 1, 2"
    };
    let found = rows(store, text, vec![]).await;
    found.iter().map(|row| (row.get("t").unwrap(), row.get("c").unwrap(), row.get("refers").unwrap())).collect()
}

/// Everything that must be the same again, row by row: not the audit log and the joinings, which only
/// grow, and not the number of a person's version, so that a form opened in between is refused.
async fn dump(store: &Store) -> BTreeMap<String, BTreeSet<String>> {
    const GROWING: &[&str] = &[
        "audit_row",
        "audit_head",
        "person_merge",
        "person_merge_row",
        "person_version",
        "duplicate_pair",
        "match_change",
    ];
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (table, column, _) in columns(store).await {
        let is_version = table == "person" && column == "version";
        if !GROWING.contains(&table.as_str()) && !is_version {
            tables.entry(table).or_default().push(column);
        }
    }
    let mut all = BTreeMap::new();
    for (table, columns) in tables {
        let shown = |column: &String| match store.kind() {
            "sqlite" => format!("quote({column})"),
            _ => format!("coalesce({column}::text, 'NULL')"),
        };
        let line = columns.iter().map(shown).collect::<Vec<_>>().join(" || '|' || ");
        let only = if table == "event" { " WHERE kind <> 'merge'" } else { "" };
        let found = rows(store, sql(format!("SELECT {line} AS line FROM {table}{only}")), vec![]).await;
        all.insert(table, found.iter().map(|row| row.get("line").unwrap()).collect());
    }
    assert!(all.len() > 25, "only {} tables were compared", all.len());
    all
}

fn same(before: &BTreeMap<String, BTreeSet<String>>, after: &BTreeMap<String, BTreeSet<String>>, when: &str) {
    for (table, rows) in before {
        let now = &after[table];
        let lost: Vec<_> = rows.difference(now).collect();
        let new: Vec<_> = now.difference(rows).collect();
        assert!(lost.is_empty() && new.is_empty(), "{when}: {table} lost {lost:?} and got {new:?}");
    }
}

/// A small generator of our own, so that what failed fails again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// A row of every table that holds rows of people, for one person; some without an episode.
async fn fill(kit: &Kit, person: PersonId, dice: &mut Dice) -> EpisodeId {
    let episode = kit.episode(person).await;
    let user = kit.user(Role::Practitioner);
    let (record, entry, list) = (Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7());
    let mut tx = kit.tx(Role::Practitioner).await;
    let mut run = async |text: &'static str, args: Vec<Value>| {
        raw::execute(&mut tx, text, args).await.unwrap_or_else(|error| panic!("{text}: {error}"));
    };
    let own = |more: Vec<Value>| -> Vec<Value> {
        [Value::from(Uuid::now_v7()), person.into(), episode.into(), kit.now.into()].into_iter().chain(more).collect()
    };
    run(
        "INSERT INTO record (id, person_id, episode_id, form_id, form_version, state, answers, created_at, created_by, updated_at, updated_by, updated_by_name)
         VALUES ($1, $2, $3, 'screening', '1', 'draft', '{}', $4, $5, $4, $5, 'Amara Bello')",
        vec![record.into(), person.into(), episode.into(), kit.now.into(), user.into()],
    ).await;
    run(
        "INSERT INTO alert (id, person_id, episode_id, kind, detail, state, raised_at, raised_by_name, record_id)
         VALUES ($1, $2, $3, 'self_harm', 'Said so', 'open', $4, 'Amara Bello', $5)",
        own(vec![record.into()]),
    )
    .await;
    run(
        "INSERT INTO finding (id, person_id, episode_id, record_id, list, code, label, status, already_known)
         VALUES ($1, $2, $3, $5, 'need', 'x', $4, 'suspected', true)",
        vec![Uuid::now_v7().into(), person.into(), episode.into(), "Housing".into(), record.into()],
    )
    .await;
    run(
        "INSERT INTO document (id, person_id, episode_id, kind, number, state, facts, created_at, created_by)
         VALUES ($1, $2, $3, 'custody_advice', 1, 'draft', '{}', $4, $5)",
        own(vec![user.into()]),
    )
    .await;
    run("INSERT INTO consent (id, person_id, episode_id, consent_for, state, recorded_at, recorded_by, recorded_by_name)
         VALUES ($1, $2, $3, 'police', 'agreed', $4, $5, 'Amara Bello')", own(vec![user.into()])).await;
    run("INSERT INTO disclosure (id, person_id, episode_id, summary, consent_for, recipient, channel, basis, minimum_necessary, at, by_user, by_name)
         VALUES ($1, $2, $3, 'Told', 'police', 'Sergeant', 'spoken', 'consent', true, $4, $5, 'Amara Bello')", own(vec![user.into()])).await;
    let record = Uuid::now_v7();
    run("INSERT INTO elsewhere (id, person_id, source, number, taken_at, first_seen_at, last_seen_at, forenames, surname, aliases,
                                gender, ethnicity, address, postcodes, phone, gp, is_deceased, in_use, sha256)
         VALUES ($1, $2, 'PAS', $4, $3, $3, $3, 'A', 'B', '[]', 'X', '99', '', '[]', '', '', false, true, '')",
        vec![record.into(), person.into(), kit.now.into(), Uuid::now_v7().to_string().into()]).await;
    run("INSERT INTO elsewhere_decision (id, person_id, elsewhere_id, decision, probability, evidence, decided_by, decided_at)
         VALUES ($1, $2, $3, 'same', 0.9, '{}', $4, $5)",
        vec![Uuid::now_v7().into(), person.into(), record.into(), user.into(), kit.now.into()]).await;
    let service = Uuid::now_v7();
    run("INSERT INTO directory_service (id, name, kind, area, checked_on) VALUES ($1, 'Help', 'housing', 'Brackwater', '2026-11-01')",
        vec![service.into()]).await;
    run(
        "INSERT INTO referral (id, person_id, episode_id, directory_id, need, state, made_at, made_by)
         VALUES ($1, $2, $3, $6, 'x', 'made', $4, $5)",
        own(vec![user.into(), service.into()]),
    )
    .await;
    run(
        "INSERT INTO task (id, person_id, episode_id, kind, title, due_at, organisation_id, state, created_at)
         VALUES ($1, $2, $3, 'follow_up', 'Ring', $4, $5, 'open', $4)",
        own(vec![kit.places.trust.into()]),
    )
    .await;
    run("INSERT INTO contact (id, person_id, episode_id, mode, attendance, at, entered_at, by_user, by_name, organisation_id)
         VALUES ($1, $2, $3, 'face', 'attended', $4, $4, $5, 'Amara Bello', $6)", own(vec![user.into(), kit.places.trust.into()])).await;
    run("INSERT INTO outcome (id, person_id, episode_id, code, decided_on, information_use, recorded_at, recorded_by, recorded_by_name)
         VALUES ($1, $2, $3, 'x', '2026-11-24', 'x', $4, $5, 'Amara Bello')", own(vec![user.into()])).await;
    let goal = Uuid::now_v7();
    run(
        "INSERT INTO care_goal (id, person_id, episode_id, own_words, aim, state, set_at, set_by, set_by_name)
         VALUES ($1, $2, $3, 'x', 'x', 'reached', $4, $5, 'Amara Bello')",
        vec![goal.into(), person.into(), episode.into(), kit.now.into(), user.into()],
    )
    .await;
    run("INSERT INTO care_intervention (id, person_id, episode_id, goal_id, what, doer, starts_on, state, planned_at, planned_by, planned_by_name)
         VALUES ($1, $2, $3, $6, 'x', 'us', '2026-11-24', 'done', $4, $5, 'Amara Bello')", own(vec![user.into(), goal.into()])).await;
    run("INSERT INTO care_need_said (id, person_id, episode_id, need_code, need_label, reason, words, at, by_user, by_name)
         VALUES ($1, $2, $3, 'x', 'x', 'not_now', '', $4, $5, 'Amara Bello')", own(vec![user.into()])).await;
    run("INSERT INTO care_decision (id, person_id, episode_id, question, considered, least_restrictive, chosen, why, at, entered_at, by_user, by_name)
         VALUES ($1, $2, $3, 'x', 'x', 'x', 'x', 'x', $4, $4, $5, 'Amara Bello')", own(vec![user.into()])).await;
    run("INSERT INTO consultation (id, first_id, number, site_id, person_id, episode_id, asked_by, topic, how, minutes, advised, at, entered_at, by_user, by_name)
         VALUES ($1, $1, 1, $6, $2, $3, 'custody', 'other', 'phone', 5, 'x', $4, $4, $5, 'Amara Bello')", own(vec![user.into(), kit.custody().into()])).await;
    run(
        "INSERT INTO legal_event (id, person_id, episode_id, kind, at, recorded_at, recorded_by, recorded_by_name)
         VALUES ($1, $2, $3, 'arrested', $4, $4, $5, 'Amara Bello')",
        own(vec![user.into()]),
    )
    .await;
    run("INSERT INTO list (id, site_id, kind, format, list_date, file_name, sha256, original, reading, state, received_at, received_by)
         VALUES ($1, $2, 'custody', 'x', '2026-11-24', 'x', 'x', $5, '{}', 'committed', $3, $4)",
        vec![list.into(), kit.custody().into(), kit.now.into(), user.into(), vec![0_u8].into()]).await;
    let with_episode = (dice.roll(2) == 0).then_some(episode);
    run("INSERT INTO list_entry (id, site_id, list_id, kind, list_date, entry_key, source_row, source, forenames, surname, state, person_id, episode_id, best_person_id, created_at)
         VALUES ($1, $2, $3, 'custody', '2026-11-24', $6, 1, '{}', 'A', 'B', 'to_consider', $4, $7, $4, $5)",
        vec![entry.into(), kit.custody().into(), list.into(), person.into(), kit.now.into(), entry.to_string().into(), with_episode.into()]).await;
    run("INSERT INTO outreach (id, site_id, list_date, entry_id, person_id, episode_id, state, basis, found_at, purge_on)
         VALUES ($1, $2, '2026-11-24', $3, $4, $5, 'offered', 'public_task', $6, '2026-12-22')",
        vec![Uuid::now_v7().into(), kit.custody().into(), entry.into(), person.into(), with_episode.into(), kit.now.into()]).await;
    run(
        "INSERT INTO match_decision (id, entry_id, person_id, decision, probability, evidence, decided_by, decided_at)
         VALUES ($1, $2, $3, 'same', 0.9, '{}', $4, $5)",
        vec![Uuid::now_v7().into(), entry.into(), person.into(), user.into(), kit.now.into()],
    )
    .await;
    run("INSERT INTO relationship (id, user_id, person_id, reason, starts_at, ends_at) VALUES ($1, $2, $3, 'x', $4, $4)",
        vec![Uuid::now_v7().into(), user.into(), person.into(), kit.now.into()]).await;
    if dice.roll(2) == 0 {
        // Names and numbers that two people of a round may share.
        let alias = format!("Alias{}", dice.roll(3));
        run(
            "INSERT INTO person_alias (id, person_id, forenames, surname) VALUES ($1, $2, 'Jan', $3)",
            vec![Uuid::now_v7().into(), person.into(), alias.into()],
        )
        .await;
        run(
            "INSERT INTO person_identifier (id, person_id, kind, value) VALUES ($1, $2, 'local', $3)",
            vec![Uuid::now_v7().into(), person.into(), format!("L{}", dice.roll(3)).into()],
        )
        .await;
    }
    tx.commit().await.unwrap();
    rekeyed(kit, person).await;
    episode
}

/// Has the keys written that go with what is known.
async fn rekeyed(kit: &Kit, person: PersonId) {
    let mut tx = kit.tx(Role::Practitioner).await;
    let grant = tx.authorise::<ChangeIdentity>(person).await.unwrap();
    people::learn(&mut tx, &grant, None, &[]).await.unwrap();
    tx.commit().await.unwrap();
}

async fn person(kit: &Kit, new: NewPerson) -> PersonId {
    let mut tx = kit.tx(Role::Practitioner).await;
    let grant = tx.authorise::<CreatePerson>(Subject::default()).await.unwrap();
    let id = PersonId::new(Uuid::now_v7());
    people::create(&mut tx, &grant, id, &new).await.unwrap();
    tx.commit().await.unwrap();
    id
}

fn jan(number: Option<u32>) -> NewPerson {
    NewPerson {
        name: Name::new("Jan", "Kowalski"),
        date_of_birth: NaiveDate::from_ymd_opt(1984, 3, 12),
        nhs_number: number.map(NhsNumber::invented),
        ..NewPerson::default()
    }
}

async fn try_join(kit: &Kit, keep: PersonId, away: PersonId, wrong: Option<WrongNumber>) -> Result<MergeId, Refusal> {
    let mut tx = kit.tx(Role::TeamLeader).await;
    let kept = tx.authorise::<MergePeople>(keep).await.unwrap();
    let gone = tx.authorise::<MergePeople>(away).await.unwrap();
    let why = because();
    let done = merges::merge(&mut tx, &kept, &gone, &why, wrong.map(|wrong| (wrong, &why))).await.unwrap();
    if done.is_ok() {
        tx.commit().await.unwrap();
    }
    done
}

async fn join(kit: &Kit, keep: PersonId, away: PersonId) -> MergeId {
    try_join(kit, keep, away, None).await.unwrap()
}

async fn try_undo(kit: &Kit, keep: PersonId, away: PersonId, id: MergeId) -> Result<(), Refusal> {
    let mut tx = kit.tx(Role::TeamLeader).await;
    let kept = tx.authorise::<UnmergePeople>(keep).await.unwrap();
    let gone = tx.authorise::<UnmergePeople>(away).await.unwrap();
    let done = merges::unmerge(&mut tx, &kept, &gone, id, &because()).await.unwrap();
    if done.is_ok() {
        tx.commit().await.unwrap();
    }
    done
}

async fn number_of(kit: &Kit, person: PersonId) -> Option<String> {
    let found = rows(&kit.store, "SELECT nhs_number FROM person WHERE id = $1", vec![person.into()]).await;
    found[0].get("nhs_number").unwrap()
}

fn pair(one: PersonId, other: PersonId, probability: f64) -> Duplicate {
    Duplicate {
        pair: Pair::of(one, other).unwrap(),
        probability,
        band: "possible".into(),
        reason: "Same date of birth".into(),
    }
}

async fn proposed(kit: &Kit, pairs: &[Duplicate]) -> Decided {
    let cause = Cause { actor: None, at: kit.now, request: "test".into() };
    let mut tx = kit.store.begin(cause).await.unwrap();
    let decided = merges::propose(&mut tx, pairs).await.unwrap();
    tx.commit().await.unwrap();
    decided
}

async fn in_state(kit: &Kit, state: DuplicateState) -> Vec<Pair> {
    let mut tx = kit.tx(Role::Practitioner).await;
    let grant = tx.authorise::<ViewDuplicates>(Subject::default()).await.unwrap();
    let queue = merges::queue(&mut tx, &grant, state, 0, 50).await.unwrap();
    assert_eq!(usize::try_from(queue.total).unwrap(), queue.lines.len());
    queue.lines.iter().map(|line| Pair::of(line.people[0].id, line.people[1].id).unwrap()).collect()
}

/// Rows that stand in the record of one person and in an episode of another.
async fn torn(store: &Store) -> Vec<String> {
    let mut torn = Vec::new();
    for table in [
        "record",
        "alert",
        "finding",
        "document",
        "consent",
        "disclosure",
        "referral",
        "task",
        "contact",
        "outcome",
        "legal_event",
        "list_entry",
        "event",
    ] {
        let text = format!(
            "SELECT count(*) AS n FROM {table} t JOIN episode e ON e.id = t.episode_id WHERE t.person_id <> e.person_id"
        );
        let n: i64 = rows(store, sql(text), vec![]).await[0].get("n").unwrap();
        if n > 0 {
            torn.push(format!("{table}: {n}"));
        }
    }
    torn
}

on_both! {
    async fn every_column_that_names_a_person_moves_or_says_why_not(kit: Kit) {
        let moved: BTreeSet<(String, String)> =
            merges::moved_columns().map(|(table, column)| (table.to_owned(), column.to_owned())).collect();
        let stays: BTreeSet<(String, String)> =
            merges::NOT_MOVED.iter().map(|(table, column, _)| ((*table).to_owned(), (*column).to_owned())).collect();
        let names: BTreeSet<(String, String)> = columns(&kit.store)
            .await
            .into_iter()
            .filter(|(_, column, refers)| *refers || column.contains("person"))
            .map(|(table, column, _)| (table, column))
            .collect();
        let known: BTreeSet<_> = moved.union(&stays).cloned().collect();
        assert_eq!(names.difference(&known).collect::<Vec<_>>(), Vec::<&(String, String)>::new(), "neither moved nor excepted");
        assert_eq!(known.difference(&names).collect::<Vec<_>>(), Vec::<&(String, String)>::new(), "not in the schema");
        assert!(moved.is_disjoint(&stays));
        assert!(merges::NOT_MOVED.iter().all(|(_, _, why)| !why.is_empty()));
    }

    async fn joining_moves_everything_and_the_other_record_says_where(kit: Kit) {
        let keep = kit.person("Jan", "Kowalski").await;
        let away = person(&kit, NewPerson { identifiers: vec![("pnc".into(), "2012/0345678X".into())], ..jan(Some(7)) }).await;
        let mut dice = Dice(3);
        fill(&kit, away, &mut dice).await;
        let episode = fill(&kit, away, &mut dice).await;
        let mut tx = kit.tx(Role::Practitioner).await;
        raw::execute(&mut tx, "UPDATE episode SET reporting_restriction = 'Section 45' WHERE id = $1", vec![episode.into()]).await.unwrap();
        tx.commit().await.unwrap();
        join(&kit, keep, away).await;
        for (table, column) in merges::moved_columns().filter(|(table, _)| !table.starts_with("person_")) {
            let count = async |id: PersonId| -> i64 {
                rows(&kit.store, sql(format!("SELECT count(*) AS n FROM {table} WHERE {column} = $1")), vec![id.into()]).await[0].get("n").unwrap()
            };
            assert_eq!(count(away).await, 0, "{table}.{column} was left behind");
            assert!(count(keep).await >= 2, "{table}.{column} did not come");
        }
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = tx.authorise::<ViewRiskCard>(keep).await.unwrap();
        assert_eq!(throughline_store::alerts::risk_card(&mut tx, &grant).await.unwrap().alerts.len(), 2, "alerts travel");
        let grant = tx.authorise::<ViewEpisode>(Subject { person: Some(keep), episode: Some(episode), site: None }).await.unwrap();
        assert_eq!(throughline_store::episodes::get(&mut tx, &grant).await.unwrap().unwrap().person_id, keep);
        let lines = events::of_person(&mut tx, &grant, 50).await.unwrap();
        assert!(lines.iter().any(|line| line.kind == "merge" && line.words.starts_with("Records joined")));
        let grant = tx.authorise::<ViewIdentity>(keep).await.unwrap();
        let known = people::get(&mut tx, &grant).await.unwrap().unwrap();
        assert!(known.identifiers.contains(&("pnc".to_owned(), "2012/0345678X".to_owned())));
        assert!(known.aliases.iter().all(|alias| alias.surname != "Kowalski"), "the same name is no other name");
        assert_eq!(known.nhs_number, Some(NhsNumber::invented(7)), "a number is not lost");
        assert_eq!(merges::kept(&mut tx, away).await.unwrap(), Some(keep));
        assert_eq!(merges::kept(&mut tx, keep).await.unwrap(), None);
        assert_eq!(merges::of_person(&mut tx, &grant).await.unwrap()[0].away.surname, "Kowalski");
        tx.commit().await.unwrap();
    }

    async fn another_name_is_kept_and_taken_back(kit: Kit) {
        let keep = kit.person("Jan", "Kowalski").await;
        let away = kit.person("Janek", "Kowal").await;
        let id = join(&kit, keep, away).await;
        let names = async || -> Vec<String> {
            rows(&kit.store, "SELECT surname FROM person_alias WHERE person_id = $1", vec![keep.into()]).await.iter().map(|row| row.get("surname").unwrap()).collect()
        };
        assert_eq!(names().await, ["Kowal"]);
        try_undo(&kit, keep, away, id).await.unwrap();
        assert_eq!(names().await, Vec::<String>::new());
    }

    async fn who_looked_shows_both_and_each_is_audited(kit: Kit) {
        let (keep, away) = (kit.person("Jan", "Kowalski").await, kit.person("Janek", "Kowal").await);
        kit.episode(away).await;
        let mut tx = kit.tx(Role::Bank).await;
        tx.authorise::<ViewIdentity>(away).await.unwrap();
        tx.commit().await.unwrap();
        let looks = async |person| {
            let mut read = kit.store.read().await.unwrap();
            audit::looks(&mut read, person, 100).await.unwrap()
        };
        let nadia = |looks: &[audit::Look]| looks.iter().any(|look| look.actor_name == "Nadia Kowal");
        assert!(!nadia(&looks(keep).await));
        let id = join(&kit, keep, away).await;
        assert!(nadia(&looks(keep).await), "who looked at the record that went looked at this person");
        let acts = |looks: &[audit::Look], verb: &str| looks.iter().filter(|look| look.verb == verb).count();
        assert_eq!((acts(&looks(keep).await, "merge"), acts(&looks(away).await, "merge")), (2, 1));
        try_undo(&kit, keep, away, id).await.unwrap();
        assert!(!nadia(&looks(keep).await));
        assert_eq!((acts(&looks(keep).await, "unmerge"), acts(&looks(away).await, "unmerge")), (1, 1));
    }

    async fn nobody_has_a_relationship_with_a_record_that_went(kit: Kit) {
        let (keep, away) = (kit.person("Jan", "Kowalski").await, kit.person("Janek", "Kowal").await);
        fill(&kit, away, &mut Dice(1)).await;
        let id = join(&kit, keep, away).await;
        for role in [Role::Practitioner, Role::TeamLeader, Role::Administrator, Role::Manager] {
            let mut tx = kit.tx(role).await;
            assert!(!tx.may::<ViewIdentity>(away).await.unwrap(), "{role} opens the record that went");
            assert!(!tx.may::<ViewContactDetails>(away).await.unwrap());
        }
        try_undo(&kit, keep, away, id).await.unwrap();
        let mut tx = kit.tx(Role::Practitioner).await;
        assert!(tx.may::<ViewIdentity>(away).await.unwrap());
    }

    async fn two_nhs_numbers_are_joined_only_when_one_is_said_to_be_wrong(kit: Kit) {
        let (keep, away) = (person(&kit, jan(Some(7))).await, person(&kit, jan(Some(80))).await);
        let before = dump(&kit.store).await;
        assert_eq!(try_join(&kit, keep, away, None).await, Err(Refusal::TwoNhsNumbers));
        same(&before, &dump(&kit.store).await, "after a refusal");
        let id = try_join(&kit, keep, away, Some(WrongNumber::OfTheOneThatStays)).await.unwrap();
        assert_eq!(number_of(&kit, keep).await.as_deref(), Some(NhsNumber::invented(80).digits()));
        try_undo(&kit, keep, away, id).await.unwrap();
        same(&before, &dump(&kit.store).await, "after the undoing");
        try_join(&kit, keep, away, Some(WrongNumber::OfTheOther)).await.unwrap();
        assert_eq!(number_of(&kit, keep).await.as_deref(), Some(NhsNumber::invented(7).digits()));
    }

    async fn nobody_is_joined_by_a_machine(kit: Kit) {
        let (keep, away) = (kit.person("Jan", "Kowalski").await, kit.person("Janek", "Kowal").await);
        let mut tx = kit.store.begin(Cause { actor: None, at: kit.now, request: "job".into() }).await.unwrap();
        let refused = tx.authorise::<MergePeople>(keep).await;
        assert!(matches!(refused, Err(Refused::Denied(Denied::Role))), "the system itself may not");
        drop(tx);
        for (user, reason) in [(None, "They are one"), (Some(kit.user(Role::TeamLeader)), "")] {
            let args = vec![Uuid::now_v7().into(), keep.into(), away.into(), reason.into(), kit.now.into(), user.into()];
            let mut tx = kit.tx(Role::TeamLeader).await;
            let made = raw::execute(&mut tx, "INSERT INTO person_merge (id, keep_id, away_id, reason, at, by_user, by_name) VALUES ($1, $2, $3, $4, $5, $6, 'x')", args).await;
            assert!(made.is_err(), "a joining without a user or a reason was written");
        }
    }

    async fn only_leaders_and_administrators_join(kit: Kit) {
        let keep = kit.person("Jan", "Kowalski").await;
        for role in Role::ALL {
            let mut tx = kit.tx(*role).await;
            let may = matches!(role, Role::TeamLeader | Role::Administrator);
            assert_eq!(tx.may::<MergePeople>(keep).await.unwrap(), may, "{role}");
            assert_eq!(tx.may::<UnmergePeople>(keep).await.unwrap(), may, "{role}");
            let sees = may || matches!(role, Role::Practitioner | Role::Bank);
            assert_eq!(tx.may::<ViewDuplicates>(keep).await.unwrap(), sees, "{role}");
        }
    }

    async fn a_record_that_went_cannot_go_again_and_a_chain_is_undone_from_its_end(kit: Kit) {
        let (a, b, c) = (kit.person("Ann", "One").await, kit.person("Bea", "Two").await, kit.person("Cat", "Three").await);
        for person in [a, b, c] {
            fill(&kit, person, &mut Dice(5)).await;
        }
        let start = dump(&kit.store).await;
        let first = join(&kit, b, c).await;
        let between = dump(&kit.store).await;
        assert_eq!(try_join(&kit, a, c, None).await, Err(Refusal::JoinedBefore));
        assert_eq!(try_join(&kit, c, a, None).await, Err(Refusal::JoinedBefore));
        assert_eq!(try_join(&kit, a, a, None).await, Err(Refusal::Same));
        let second = join(&kit, a, b).await;
        let mut read = kit.store.read().await.unwrap();
        assert_eq!(merges::kept(&mut read, c).await.unwrap(), Some(a));
        drop(read);
        let refused = try_undo(&kit, b, c, first).await.unwrap_err();
        assert_eq!(refused.to_string(), "Undo the later joining first: this record was joined again on 24 November 2026 by Josie Quill");
        try_undo(&kit, a, b, second).await.unwrap();
        same(&between, &dump(&kit.store).await, "after B came out of A");
        assert_eq!(try_undo(&kit, a, b, second).await, Err(Refusal::UndoneBefore));
        try_undo(&kit, b, c, first).await.unwrap();
        same(&start, &dump(&kit.store).await, "after C came out of B");
    }

    async fn two_joinings_into_one_record_are_undone_newest_first(kit: Kit) {
        let (a, b, c) = (kit.person("Ann", "One").await, kit.person("Bea", "Two").await, kit.person("Bea", "Two").await);
        let first = join(&kit, a, b).await;
        let second = join(&kit, a, c).await;
        assert!(matches!(try_undo(&kit, a, b, first).await, Err(Refusal::LaterJoining { .. })));
        try_undo(&kit, a, c, second).await.unwrap();
        try_undo(&kit, a, b, first).await.unwrap();
    }

    async fn undoing_gives_back_everything_whatever_was_joined(kit: Kit) {
        for seed in 1..=4 {
            let mut dice = Dice(seed);
            let mut people = Vec::new();
            for n in 0..5 {
                let number = (dice.roll(3) == 0).then(|| u32::try_from(seed * 100 + n * 20).unwrap());
                let new = NewPerson {
                    name: Name::new("Jan", &format!("Alias{}", dice.roll(4))),
                    contact: ContactDetails { safe_contact: "Not after six".into(), ..ContactDetails::default() },
                    ..jan(number)
                };
                let id = person(&kit, new).await;
                for _ in 0..dice.roll(3) {
                    fill(&kit, id, &mut dice).await;
                }
                people.push(id);
            }
            let mut standing: Vec<(PersonId, PersonId, MergeId, _)> = Vec::new();
            for step in 0..10 {
                let pick = |dice: &mut Dice| people[usize::try_from(dice.roll(5)).unwrap()];
                let (keep, away) = (pick(&mut dice), pick(&mut dice));
                let before = dump(&kit.store).await;
                let wrong = Some(if dice.roll(2) == 0 { WrongNumber::OfTheOther } else { WrongNumber::OfTheOneThatStays });
                if let Ok(id) = try_join(&kit, keep, away, wrong).await {
                    standing.push((keep, away, id, before));
                }
                if dice.roll(3) == 0 && let Some((keep, away, id, before)) = standing.pop() {
                    try_undo(&kit, keep, away, id).await.unwrap();
                    same(&before, &dump(&kit.store).await, &format!("seed {seed}, step {step}"));
                }
                assert_eq!(torn(&kit.store).await, Vec::<String>::new());
            }
            while let Some((keep, away, id, before)) = standing.pop() {
                try_undo(&kit, keep, away, id).await.unwrap();
                same(&before, &dump(&kit.store).await, &format!("seed {seed}, at the end"));
            }
        }
    }

    async fn what_came_afterwards_stays_unless_its_episode_goes_back(kit: Kit) {
        let (keep, away) = (kit.person("Jan", "Kowalski").await, kit.person("Janek", "Kowal").await);
        let old = fill(&kit, away, &mut Dice(2)).await;
        let id = join(&kit, keep, away).await;
        let new = fill(&kit, keep, &mut Dice(2)).await;
        let mut tx = kit.tx(Role::Practitioner).await;
        raw::execute(&mut tx,
            "INSERT INTO task (id, person_id, episode_id, kind, title, due_at, organisation_id, state, created_at)
             VALUES ($1, $2, $3, 'follow_up', 'Added to the old episode', $4, $5, 'open', $4)",
            vec![Uuid::now_v7().into(), keep.into(), old.into(), kit.now.into(), kit.places.trust.into()]).await.unwrap();
        // A row of a list that came with the other record, and whose episode was opened afterwards.
        raw::execute(&mut tx, "UPDATE list_entry SET episode_id = $1 WHERE person_id = $2 AND (episode_id IS NULL OR episode_id = $3)",
            vec![new.into(), keep.into(), old.into()]).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = kit.tx(Role::TeamLeader).await;
        let (kept, gone) = (tx.authorise::<ViewDuplicates>(keep).await.unwrap(), tx.authorise::<ViewDuplicates>(away).await.unwrap());
        let merge = merges::get(&mut tx, &kept, &gone, id).await.unwrap().unwrap();
        let of = |kind: &str| merge.added.iter().find(|added| added.kind == kind).map(|added| (added.stays, added.goes_back));
        assert_eq!(of("Tasks"), Some((1, 1)), "{:?}", merge.added);
        assert_eq!(of("Episodes"), Some((1, 0)));
        assert_eq!(of("Timeline"), None);
        assert!(merge.moved.contains(&("Episodes", 1)) && merge.not_now.is_none() && merge.undone.is_none());
        drop(tx);
        try_undo(&kit, keep, away, id).await.unwrap();
        assert_eq!(torn(&kit.store).await, Vec::<String>::new(), "an episode is one person's");
        let tasks = async |person: PersonId| -> i64 { rows(&kit.store, "SELECT count(*) AS n FROM task WHERE person_id = $1", vec![person.into()]).await[0].get("n").unwrap() };
        assert_eq!((tasks(keep).await, tasks(away).await), (1, 2));
    }

    async fn whoever_writes_to_a_record_is_waited_for(kit: Kit) {
        let (keep, away) = (kit.person("Jan", "Kowalski").await, kit.person("Janek", "Kowal").await);
        let mut writing = kit.tx(Role::Practitioner).await;
        let change = writing.authorise::<ChangeIdentity>(away).await.unwrap();
        let joining = async {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            join(&kit, keep, away).await
        };
        let writing = async {
            tokio::time::sleep(std::time::Duration::from_millis(400)).await;
            let identifier = ("local".to_owned(), "L77".to_owned());
            people::learn(&mut writing, &change, None, &[identifier]).await.unwrap();
            writing.commit().await.unwrap();
        };
        tokio::join!(joining, writing);
        let found = rows(&kit.store, "SELECT person_id FROM person_identifier WHERE value = 'L77'", vec![]).await;
        assert_eq!(found[0].get::<PersonId>("person_id").unwrap(), keep, "what was being written went with the rest");
    }

    async fn a_pair_is_asked_once_and_again_when_something_changed(kit: Kit) {
        let (one, other) = (kit.person("Jan", "Kowalski").await, kit.person("Jan", "Kowalsky").await);
        let asked = [pair(one, other, 0.7)];
        assert_eq!(proposed(&kit, &asked).await, Decided { new: 1, ..Decided::default() });
        assert_eq!(proposed(&kit, &[pair(other, one, 0.7)]).await, Decided { unchanged: 1, ..Decided::default() });
        let mut tx = kit.tx(Role::TeamLeader).await;
        let (a, b) = (tx.authorise::<DecideDuplicate>(one).await.unwrap(), tx.authorise::<DecideDuplicate>(other).await.unwrap());
        merges::decide_different(&mut tx, &a, &b, 1, "Two brothers, both seen today").await.unwrap();
        let again = merges::decide_not_sure(&mut tx, &a, &b, 1, "").await;
        assert!(matches!(again, Err(Error::Stale)), "the second to decide is told");
        tx.commit().await.unwrap();
        assert_eq!(proposed(&kit, &asked).await, Decided { unchanged: 1, ..Decided::default() });
        assert_eq!(in_state(&kit, DuplicateState::ToReview).await, []);
        assert_eq!(in_state(&kit, DuplicateState::Different).await.len(), 1);

        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = tx.authorise::<ChangeIdentity>(one).await.unwrap();
        people::learn(&mut tx, &grant, Some(&Name::new("Janek", "Kowal")), &[]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(proposed(&kit, &asked).await, Decided { reopened: 1, ..Decided::default() });
        assert_eq!(in_state(&kit, DuplicateState::ToReview).await.len(), 1);
        // The screen says who had decided what, and what changed since.
        let mut tx = kit.tx(Role::TeamLeader).await;
        let grant = tx.authorise::<ViewDuplicates>(Subject::default()).await.unwrap();
        let line = merges::queue(&mut tx, &grant, DuplicateState::ToReview, 0, 9).await.unwrap().lines.remove(0);
        let which = if one < other { "first" } else { "second" };
        assert_eq!(line.asked_again, format!("the other names in the {which} record changed since"));
        assert_eq!(line.earlier_state, Some(DuplicateState::Different));
        assert_eq!(line.decision_reason, "Two brothers, both seen today");
        assert!(line.decided_at.is_some() && !line.decided_by_name.is_empty());
        let (a, b) = (tx.authorise::<DecideDuplicate>(one).await.unwrap(), tx.authorise::<DecideDuplicate>(other).await.unwrap());
        merges::decide_not_sure(&mut tx, &a, &b, line.version, "").await.unwrap();
        let line = merges::queue(&mut tx, &grant, DuplicateState::NotSure, 0, 9).await.unwrap().lines.remove(0);
        assert_eq!((line.earlier_state, line.asked_again.as_str()), (None, ""), "decided anew");
    }

    async fn a_telephone_number_asks_no_question_again(kit: Kit) {
        let (one, other) = (kit.person("Jan", "Kowalski").await, kit.person("Jan", "Kowalsky").await);
        let asked = [pair(one, other, 0.7)];
        proposed(&kit, &asked).await;
        let mut tx = kit.tx(Role::TeamLeader).await;
        let (a, b) = (tx.authorise::<DecideDuplicate>(one).await.unwrap(), tx.authorise::<DecideDuplicate>(other).await.unwrap());
        merges::decide_different(&mut tx, &a, &b, 1, "Two brothers, both seen today").await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = tx.authorise::<ChangeContactDetails>(one).await.unwrap();
        let phone = ContactDetails { phone: "07700 900123".into(), ..ContactDetails::default() };
        people::change_contact_details(&mut tx, &grant, 1, &phone).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(proposed(&kit, &asked).await, Decided { unchanged: 1, ..Decided::default() });
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = tx.authorise::<ChangeContactDetails>(one).await.unwrap();
        people::change_contact_details(&mut tx, &grant, 2, &ContactDetails { postcode: "ZZ1 1AA".into(), ..phone }).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(proposed(&kit, &asked).await, Decided { reopened: 1, ..Decided::default() });
    }

    async fn the_likeliest_come_first_and_nobody_who_went_is_asked_about(kit: Kit) {
        let (a, b, c, d) = (kit.person("A", "A").await, kit.person("B", "B").await, kit.person("C", "C").await, kit.person("D", "D").await);
        proposed(&kit, &[pair(a, b, 0.3), pair(b, c, 0.9), pair(c, d, 0.6)]).await;
        let of = |one, other| Pair::of(one, other).unwrap();
        assert_eq!(in_state(&kit, DuplicateState::ToReview).await, [of(b, c), of(c, d), of(a, b)]);
        let id = join(&kit, b, c).await;
        // What was asked about C is asked about B, where C is now.
        assert_eq!(in_state(&kit, DuplicateState::ToReview).await, [of(b, d), of(a, b)]);
        assert_eq!(in_state(&kit, DuplicateState::Merged).await, [of(b, c)]);
        assert_eq!(proposed(&kit, &[pair(c, d, 0.6)]).await, Decided::default());
        try_undo(&kit, b, c, id).await.unwrap();
        assert_eq!(in_state(&kit, DuplicateState::ToReview).await, [of(b, c), of(c, d), of(a, b)]);
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = tx.authorise::<ViewDuplicates>(Subject::default()).await.unwrap();
        let second_page = merges::queue(&mut tx, &grant, DuplicateState::ToReview, 2, 2).await.unwrap();
        assert_eq!((second_page.lines.len(), second_page.total), (1, 3));
        tx.commit().await.unwrap();
        let mut read = kit.store.read().await.unwrap();
        let looks = audit::looks(&mut read, a, 10).await.unwrap();
        assert!(looks.iter().any(|look| look.classes == "search"), "whoever is shown in the queue has it written");
    }

    async fn a_report_puts_the_question_and_names_who_asked(kit: Kit) {
        let (one, other) = (person(&kit, jan(None)).await, person(&kit, jan(Some(9))).await);
        let mut tx = kit.tx(Role::Practitioner).await;
        let (a, b) = (tx.authorise::<ProposeDuplicate>(one).await.unwrap(), tx.authorise::<ProposeDuplicate>(other).await.unwrap());
        merges::report(&mut tx, &a, &b, "He told me both names").await.unwrap().unwrap();
        assert_eq!(merges::report(&mut tx, &a, &a, "").await.unwrap(), Err(Refusal::Same));
        let (a, b) = (tx.authorise::<ViewDuplicates>(one).await.unwrap(), tx.authorise::<ViewDuplicates>(other).await.unwrap());
        let compared = merges::open(&mut tx, &a, &b).await.unwrap().unwrap();
        assert_eq!((compared.line.proposed_by_name.as_str(), compared.line.reason.as_str()), ("Amara Bello", "He told me both names"));
        assert_eq!(compared.line.people[0].id, one.min(other));
        assert!(compared.scored.probability > 0.5);
        tx.commit().await.unwrap();
    }

    async fn what_is_left_behind_is_told(kit: Kit) {
        let keep = kit.person("Jan", "Kowalski").await;
        let contact = ContactDetails { safe_contact: "Partner must not know".into(), ..ContactDetails::default() };
        let away = person(&kit, NewPerson { contact, ..jan(None) }).await;
        let id = join(&kit, keep, away).await;
        let mut tx = kit.tx_at(Role::Practitioner, kit.now + Duration::hours(1)).await;
        let grant = tx.authorise::<ViewContactDetails>(keep).await.unwrap();
        let left = merges::left_behind_in(&mut tx, &grant, id).await.unwrap();
        let safe = left.iter().find(|detail| detail.label == "Contact safely").unwrap();
        assert_eq!((safe.keep.as_str(), safe.away.as_str()), ("", "Partner must not know"));
        tx.commit().await.unwrap();
    }
}
