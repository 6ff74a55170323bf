//! A record with a row in every table, and what the database holds.

use std::collections::{BTreeMap, BTreeSet};
use throughline_domain::ids::{EpisodeId, PersonId};
use throughline_domain::role::Role;
use throughline_policy::ChangeIdentity;
use throughline_store::people;
use throughline_store::{Row, Store, Value, raw};
use throughline_testkit::Kit;
use uuid::Uuid;

/// A statement put together at run time, for the tests that read the schema.
pub fn sql(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

pub async fn rows(store: &Store, text: &'static str, args: Vec<Value>) -> Vec<Row> {
    let mut read = store.read().await.unwrap();
    raw::fetch_all(&mut read, text, args).await.unwrap()
}

/// Every column of every table of ours: table, column, and whether it refers to a person.
pub async fn columns(store: &Store) -> Vec<(String, String, bool)> {
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
pub async fn dump(store: &Store) -> BTreeMap<String, BTreeSet<String>> {
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

pub fn same(before: &BTreeMap<String, BTreeSet<String>>, after: &BTreeMap<String, BTreeSet<String>>, when: &str) {
    for (table, rows) in before {
        let now = &after[table];
        let lost: Vec<_> = rows.difference(now).collect();
        let new: Vec<_> = now.difference(rows).collect();
        assert!(lost.is_empty() && new.is_empty(), "{when}: {table} lost {lost:?} and got {new:?}");
    }
}

/// A small generator of our own, so that what failed fails again.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// A row of every table that holds rows of people, for one person; some without an episode.
pub async fn fill(kit: &Kit, person: PersonId, dice: &mut Dice) -> EpisodeId {
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
pub async fn rekeyed(kit: &Kit, person: PersonId) {
    let mut tx = kit.tx(Role::Practitioner).await;
    let grant = tx.authorise::<ChangeIdentity>(person).await.unwrap();
    people::learn(&mut tx, &grant, None, &[]).await.unwrap();
    tx.commit().await.unwrap();
}

/// Rows that stand in the record of one person and in an episode of another.
pub async fn torn(store: &Store) -> Vec<String> {
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
