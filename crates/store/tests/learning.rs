//! What the matching engine learns from decisions, what is taken up of it, and going back, on both databases.

use chrono::{DateTime, Datelike, Duration, NaiveDate, Utc};
use throughline_domain::ids::{EntryId, ListId, PersonId};
use throughline_domain::list::{ListKind, MatchDecision};
use throughline_domain::name::Name;
use throughline_domain::role::Role;
use throughline_matching::{Answer, Description, Index, Limits, Parameters, score};
use throughline_policy::{ChangeIdentity, ChangeList, CreatePerson, ImportList, SearchPeople, Subject};
use throughline_store::elsewhere::{self, Record};
use throughline_store::lists::{self, EntryFacts, NewList};
use throughline_store::matching::parameters::{self, SHIPPED, Version};
use throughline_store::matching::{self, Known, Learning, Lessons, is_held_out};
use throughline_store::people::{self, ContactDetails, NewPerson};
use throughline_store::{Cause, Store, Tx, nightly, raw, search};
use throughline_testkit::{Kit, on_both};
use uuid::Uuid;

/// A small generator of our own, so that a service is the same on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn word(&mut self, parts: [&[&str]; 3]) -> String {
        parts.map(|some| some[usize::try_from(self.roll(some.len() as u64)).unwrap()]).concat()
    }

    fn surname(&mut self) -> String {
        self.word([
            &["Qu", "Br", "St", "Fl", "Gr", "Pl"],
            &["il", "an", "ow", "est", "und"],
            &["feather", "wick", "combe", "sall", "thorpe"],
        ])
    }

    fn forename(&mut self) -> String {
        self.word([&["Ma", "Jo", "De", "Ri", "Lu", "Ke"], &["r", "n", "l", "s"], &["ek", "ona", "iah", "us", "ette"]])
    }

    fn description(&mut self) -> Description {
        let born =
            NaiveDate::from_ymd_opt(1955, 1, 1).unwrap() + Duration::days(i64::try_from(self.roll(18_000)).unwrap());
        let postcode = format!("ZZ{} {}AA", 1 + self.roll(9), self.roll(10));
        Description::named(&self.forename(), &self.surname()).born(born).at(&postcode)
    }
}

/// As a hurried list gives them.
fn with_a_slip(of: &Description, n: usize) -> Description {
    let mut listed = of.clone();
    let exchanged = of.date_of_birth.and_then(|born| NaiveDate::from_ymd_opt(born.year(), born.day(), born.month()));
    match n % 4 {
        0 => drop(listed.name.surname.pop()),
        1 => listed.postcodes.clear(),
        2 => listed.date_of_birth = exchanged.or(of.date_of_birth),
        _ => {}
    }
    listed
}

async fn made(tx: &mut Tx, of: &Description) -> PersonId {
    let grant = tx.authorise::<CreatePerson>(Subject::default()).await.unwrap();
    let id = PersonId::new(Uuid::now_v7());
    let contact =
        ContactDetails { postcode: of.postcodes.first().cloned().unwrap_or_default(), ..ContactDetails::default() };
    let new = NewPerson { name: of.name.clone(), date_of_birth: of.date_of_birth, contact, ..NewPerson::default() };
    people::create(tx, &grant, id, &new).await.unwrap();
    id
}

async fn a_list(tx: &mut Tx, kit: &Kit) -> ListId {
    let grant = tx.authorise::<ImportList>(kit.custody()).await.unwrap();
    let new = NewList {
        id: ListId::new(Uuid::now_v7()),
        kind: ListKind::Custody,
        format: "custody-csv".into(),
        list_date: kit.now.date_naive(),
        file_name: "list.csv".into(),
        sha256: "00ff".into(),
        original: Vec::new(),
        reading: "{}".into(),
    };
    lists::receive(tx, &grant, &new).await.unwrap();
    new.id
}

async fn a_line(tx: &mut Tx, kit: &Kit, list: ListId, of: &Description) -> EntryId {
    let grant = tx.authorise::<ImportList>(kit.custody()).await.unwrap();
    let key = Uuid::now_v7().simple().to_string();
    let facts = EntryFacts {
        list_date: kit.now.date_naive(),
        key,
        source: "{}".into(),
        name: of.name.clone(),
        ..EntryFacts::default()
    };
    lists::add_entry(tx, &grant, ListKind::Custody, list, &facts).await.unwrap()
}

async fn decide(
    tx: &mut Tx,
    kit: &Kit,
    line: EntryId,
    person: PersonId,
    decision: MatchDecision,
    listed: &Description,
) {
    let change = tx.authorise::<ChangeList>(kit.custody()).await.unwrap();
    let scored = score(&Parameters::default(), listed, listed);
    lists::decide(tx, &change, line, person, decision, listed, &scored).await.unwrap();
}

async fn link(tx: &mut Tx, kit: &Kit, line: EntryId, person: PersonId) {
    let change = tx.authorise::<ChangeList>(kit.custody()).await.unwrap();
    lists::link(tx, &change, line, 1, Some(person)).await.unwrap();
}

/// "Same person", and what follows: the record gets the list's name.
async fn same(tx: &mut Tx, kit: &Kit, line: EntryId, person: PersonId, listed: &Description) {
    decide(tx, kit, line, person, MatchDecision::Same, listed).await;
    link(tx, kit, line, person).await;
    let change = tx.authorise::<ChangeIdentity>(person).await.unwrap();
    people::learn(tx, &change, Some(&listed.name), &[]).await.unwrap();
}

/// "None of these", and a new person from the line.
async fn new_from(tx: &mut Tx, kit: &Kit, line: EntryId, not: PersonId, listed: &Description) -> PersonId {
    decide(tx, kit, line, not, MatchDecision::Different, listed).await;
    let person = made(tx, listed).await;
    link(tx, kit, line, person).await;
    person
}

/// Whether a line of somebody known is decided rightly.
type IsRight = fn(EntryId) -> bool;

/// So many people, a line of each decided on, and as many lines of strangers of the same surname, `days` after
/// the test's day.
async fn decided(kit: &Kit, lines: usize, seed: u64, days: i64, is_right: IsRight) {
    let at = kit.now + Duration::days(days);
    let mut dice = Dice(seed);
    let mut tx = kit.tx_at(Role::Practitioner, at - Duration::hours(1)).await;
    let mut known = Vec::new();
    for _ in 0..lines {
        let of = dice.description();
        known.push((made(&mut tx, &of).await, of));
    }
    tx.commit().await.unwrap();
    let mut tx = kit.tx_at(Role::Practitioner, at).await;
    let list = a_list(&mut tx, kit).await;
    for (n, (person, of)) in known.iter().enumerate() {
        let listed = with_a_slip(of, n);
        let line = a_line(&mut tx, kit, list, &listed).await;
        if is_right(line) {
            same(&mut tx, kit, line, *person, &listed).await;
        } else {
            new_from(&mut tx, kit, line, *person, &listed).await;
        }
        let mut stranger = dice.description();
        stranger.name.surname.clone_from(&of.name.surname);
        while stranger.name.forenames == of.name.forenames {
            stranger.name.forenames = dice.forename();
        }
        let line = a_line(&mut tx, kit, list, &stranger).await;
        new_from(&mut tx, kit, line, *person, &stranger).await;
    }
    tx.commit().await.unwrap();
}

async fn learnt(kit: &Kit, store: &Store) -> Version {
    match matching::learn(store, kit.now).await.unwrap() {
        Learning::Learnt(version) => *version,
        Learning::NotEnough { decisions, needed } => panic!("{decisions} of {needed}"),
    }
}

async fn system(kit: &Kit) -> Tx {
    kit.store.begin(Cause { actor: None, at: kit.now, request: "test".into() }).await.unwrap()
}

async fn in_force(kit: &Kit) -> String {
    let mut read = kit.store.read().await.unwrap();
    parameters::taken_up(&mut read).await.unwrap().first().map_or(SHIPPED.to_owned(), |newest| newest.version.clone())
}

async fn taken_up(kit: &Kit, version: &str) -> Result<(), parameters::Refused> {
    let mut tx = system(kit).await;
    let done = parameters::take_up(&mut tx, version, "Jo Reed", "Too many strangers called known").await.unwrap();
    tx.commit().await.unwrap();
    done
}

/// Takes a version up unless it is in force.
async fn weigh_with(kit: &Kit, version: &str) {
    if in_force(kit).await != version {
        taken_up(kit, version).await.unwrap();
    }
}

/// How likely a server holds somebody for Ada Quillfeather.
async fn weighed(kit: &Kit, store: &Store) -> f64 {
    let actor = kit.tx(Role::Practitioner).await.actor().cloned();
    let mut tx = store.begin(Cause { actor, at: kit.now, request: "test".into() }).await.unwrap();
    let grant = tx.authorise::<SearchPeople>(Subject::default()).await.unwrap();
    let found = search::search(&mut tx, &grant, &Description::named("Ada", "Quillfether"), 5).await.unwrap();
    found.people.first().expect("she is found").scored.probability
}

async fn toml(kit: &Kit, version: &str) -> String {
    parameters::toml(&mut kit.store.read().await.unwrap(), version).await.unwrap().expect("there is one")
}

async fn details(kit: &Kit) -> Vec<String> {
    let mut read = kit.store.read().await.unwrap();
    let sql = "SELECT detail FROM audit_row WHERE classes = 'match_parameters' ORDER BY seq";
    raw::fetch_all(&mut read, sql, vec![]).await.unwrap().iter().map(|row| row.get("detail").unwrap()).collect()
}

fn at(kit: &Kit, days: i64) -> DateTime<Utc> {
    kit.now + Duration::days(days)
}

on_both! {
    async fn a_line_teaches_with_the_record_as_it_was_and_whoever_was_made_from_it_is_left_out(kit: Kit) {
        let (mut dice, listed) = (Dice(1), Description::named("Marona", "Quilwick"));
        let mut tx = kit.tx_at(Role::Practitioner, at(&kit, -2)).await;
        let known = dice.description();
        let (person, other) = (made(&mut tx, &known).await, made(&mut tx, &dice.description()).await);
        tx.commit().await.unwrap();
        let mut tx = system(&kit).await;
        let name = Name::new("Kerus", "Brancombe");
        let record = Record { number: "1".into(), name: name.clone(), in_use: true, ..Record::default() };
        elsewhere::take_in(&mut tx, "PAS", &[record]).await.unwrap();
        let hospital = elsewhere::numbers_after(&mut tx, "PAS", throughline_domain::ids::ElsewhereId::new(Uuid::nil()), 9).await.unwrap()[0].0;
        tx.commit().await.unwrap();

        let mut tx = kit.tx_at(Role::Practitioner, at(&kit, -1)).await;
        let list = a_list(&mut tx, &kit).await;
        let mut lines = Vec::new();
        for _ in 0..7 {
            lines.push(a_line(&mut tx, &kit, list, &listed).await);
        }
        same(&mut tx, &kit, lines[0], person, &listed).await;
        let new = new_from(&mut tx, &kit, lines[1], other, &listed).await;
        decide(&mut tx, &kit, lines[2], other, MatchDecision::Different, &listed).await;
        decide(&mut tx, &kit, lines[3], other, MatchDecision::NotSure, &listed).await;
        // Joined to somebody without a word, and to somebody else than was said.
        decide(&mut tx, &kit, lines[4], other, MatchDecision::Different, &listed).await;
        link(&mut tx, &kit, lines[4], person).await;
        tx.commit().await.unwrap();
        // Another line of the person, whose record has the first line's name by now; and one of a record elsewhere.
        let mut tx = kit.tx(Role::Practitioner).await;
        same(&mut tx, &kit, lines[5], person, &listed).await;
        let from_record = made(&mut tx, &Description { name, ..listed.clone() }).await;
        let change = tx.authorise::<ChangeList>(kit.custody()).await.unwrap();
        let scored = score(&Parameters::default(), &listed, &listed);
        elsewhere::decide(&mut tx, &change, lines[6], hospital, MatchDecision::Same, &listed, &scored).await.unwrap();
        decide(&mut tx, &kit, lines[6], from_record, MatchDecision::Same, &listed).await;
        link(&mut tx, &kit, lines[6], from_record).await;
        tx.commit().await.unwrap();

        let lessons = Lessons::gather(&mut kit.store.read().await.unwrap()).await.unwrap();
        let taught: Vec<(EntryId, Answer<Known>)> = lessons.lines.iter().map(|line| (line.entry, line.answer.clone())).collect();
        assert_eq!(taught, [
            (lines[0], Answer::Known(vec![person.into()])),
            (lines[1], Answer::Unknown),
            (lines[2], Answer::NotThese(vec![other.into()])),
            (lines[5], Answer::Known(vec![person.into()])),
            (lines[6], Answer::Known(vec![hospital.into()])),
        ]);
        assert!(lessons.lines.iter().all(|line| line.described == listed));
        let as_now = known.clone().also_known_as("Marona", "Quilwick");
        let now = [(Known::Person(person), as_now), (new.into(), listed.clone()), (from_record.into(), listed.clone())];
        let mut index = Index::build(Parameters::default(), now);
        lessons.put_back(&mut index);
        let then = Index::build(Parameters::default(), [(Known::Person(person), known.clone())]);
        assert_eq!(index.search(&listed, Limits::best(9)), then.search(&listed, Limits::best(9)));
        assert_eq!(index.compare(&listed, person.into()), then.compare(&listed, person.into()));
        assert_eq!(lessons.left_out.into_iter().collect::<Vec<_>>(), [new, from_record]);
        let as_it_was: Vec<_> = lessons.as_they_were.into_iter().collect();
        assert_eq!(as_it_was, [(person, known)], "without the list's name");
    }

    async fn whoever_was_made_from_one_line_and_found_by_another_teaches_with_one_of_the_two(kit: Kit) {
        let (mut dice, mut kinds) = (Dice(2), std::collections::BTreeSet::new());
        let other = kit.person("Ada", "Marsh").await;
        for n in 0..12 {
            let listed = dice.description();
            let mut tx = kit.tx_at(Role::Practitioner, at(&kit, n)).await;
            let list = a_list(&mut tx, &kit).await;
            let first = a_line(&mut tx, &kit, list, &listed).await;
            let person = new_from(&mut tx, &kit, first, other, &listed).await;
            tx.commit().await.unwrap();
            let mut tx = kit.tx_at(Role::Practitioner, at(&kit, n) + Duration::hours(1)).await;
            let second = a_line(&mut tx, &kit, list, &listed).await;
            same(&mut tx, &kit, second, person, &listed).await;
            tx.commit().await.unwrap();
            let lessons = Lessons::gather(&mut kit.store.read().await.unwrap()).await.unwrap();
            let of = |line: EntryId| lessons.lines.iter().find(|lesson| lesson.entry == line).map(|lesson| lesson.answer.clone());
            let is_out = lessons.left_out.contains(&person);
            let expected = if is_out { (Some(Answer::Unknown), None) } else { (None, Some(Answer::Known(vec![person.into()]))) };
            assert_eq!((of(first), of(second)), expected);
            assert_eq!(lessons.as_they_were.contains_key(&person), !is_out);
            kinds.insert(is_out);
        }
        assert_eq!(kinds.len(), 2, "some of either");
    }

    async fn it_takes_enough_decisions_and_a_month(kit: Kit) {
        decided(&kit, 60, 3, 0, |_| true).await;
        assert!(matches!(matching::learn(&kit.store, kit.now).await.unwrap(), Learning::NotEnough { needed: 200, .. }));
        assert_eq!(nightly::learn_parameters(&kit.store, kit.now).await.unwrap(), None, "too few");
        decided(&kit, 95, 4, 1, |_| true).await;
        let Some(Learning::Learnt(first)) = nightly::learn_parameters(&kit.store, at(&kit, 1)).await.unwrap() else { panic!("310 lines") };
        assert_eq!(first.version, "learnt-1");
        let (lines, known) = (first.compared.after.lines, first.compared.after.known);
        assert_eq!(first.decisions + i64::try_from(lines).unwrap(), 310);
        assert!(lines > 30 && known > 10 && known < lines, "{first:?}");
        decided(&kit, 110, 5, 3, |_| true).await;
        assert_eq!(nightly::learn_parameters(&kit.store, at(&kit, 9)).await.unwrap(), None, "too soon");
        let later = nightly::learn_parameters(&kit.store, at(&kit, 32)).await.unwrap();
        let Some(Learning::Learnt(second)) = later else { panic!("{later:?}") };
        assert_eq!(second.version, "learnt-2");
        assert_eq!(nightly::learn_parameters(&kit.store, at(&kit, 70)).await.unwrap(), None, "nothing was decided since");
    }

    async fn what_is_no_worse_is_taken_up_and_every_server_weighs_with_it_and_goes_back(kit: Kit) {
        let other = Store::open(&kit.location).await.unwrap();
        kit.person("Ada", "Quillfeather").await;
        decided(&kit, 155, 6, 0, |_| true).await;
        let before = weighed(&kit, &other).await;
        let version = learnt(&kit, &kit.store).await;
        assert_eq!((version.refused.as_str(), in_force(&kit).await.as_str()), ("", "learnt-1"), "{version:?}");
        assert!(version.compared.before.false_alarms <= 2, "whoever was made from a line is left out: {version:?}");
        let after = weighed(&kit, &kit.store).await;
        assert!((after - before).abs() > 1e-6, "{before}");
        assert!((weighed(&kit, &other).await - after).abs() < 1e-12, "on the other server too");
        let started = Store::open(&kit.location).await.unwrap();
        assert!((weighed(&kit, &started).await - after).abs() < 1e-12, "and on one that starts");

        let mut tx = kit.tx(Role::Practitioner).await;
        let list = a_list(&mut tx, &kit).await;
        let listed = Dice(7).description();
        let line = a_line(&mut tx, &kit, list, &listed).await;
        let person = made(&mut tx, &listed).await;
        decide(&mut tx, &kit, line, person, MatchDecision::NotSure, &listed).await;
        let evidence: String = raw::fetch_all(&mut tx, "SELECT evidence FROM match_decision WHERE entry_id = $1", vec![line.into()]).await.unwrap()[0].get("evidence").unwrap();
        let evidence: serde_json::Value = serde_json::from_str(&evidence).unwrap();
        assert_eq!(evidence["parameters"], "learnt-1", "a decision says what it was weighed with");
        drop(tx);

        taken_up(&kit, SHIPPED).await.unwrap();
        for server in [&kit.store, &other, &started] {
            assert!((weighed(&kit, server).await - before).abs() < 1e-12, "back to the shipped ones");
        }
        taken_up(&kit, "learnt-1").await.unwrap();
        assert!((weighed(&kit, &other).await - after).abs() < 1e-12, "and forth");
        assert!(matches!(taken_up(&kit, "learnt-1").await, Err(parameters::Refused::InForce(_))));
        assert!(matches!(taken_up(&kit, "learnt-9").await, Err(parameters::Refused::Unknown(_))));
        let told = details(&kit).await;
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(told[0].starts_with("learnt-1 learnt from") && told[0].contains("; taken up in place of shipped-"));
        assert_eq!(told[1], "shipped in place of learnt-1, by Jo Reed: Too many strangers called known");
        let history = parameters::taken_up(&mut kit.store.read().await.unwrap()).await.unwrap();
        let history: Vec<(&str, &str)> = history.iter().map(|one| (one.version.as_str(), one.by.as_str())).collect();
        assert_eq!(history, [("learnt-1", "Jo Reed"), (SHIPPED, "Jo Reed"), ("learnt-1", "Throughline")]);
        other.close().await;
        started.close().await;
    }

    async fn what_is_worse_is_kept_with_the_reason_and_not_taken_up(kit: Kit) {
        kit.person("Ada", "Quillfeather").await;
        // Whoever is learnt from said of the very people that they are others.
        decided(&kit, 155, 8, 0, is_held_out).await;
        let before = weighed(&kit, &kit.store).await;
        let version = learnt(&kit, &kit.store).await;
        assert!(version.compared.after.log_loss > version.compared.before.log_loss, "{version:?}");
        assert!(version.refused.starts_with("what it says comes true less often"), "{}", version.refused);
        assert_eq!(in_force(&kit).await, SHIPPED);
        assert!((weighed(&kit, &kit.store).await - before).abs() < 1e-12);
        assert!(details(&kit).await[0].contains("not taken up: what it says"), "{:?}", details(&kit).await);
        let kept = parameters::versions(&mut kit.store.read().await.unwrap()).await.unwrap();
        let kept: Vec<(&str, &str)> = kept.iter().map(|one| (one.version.as_str(), one.refused.as_str())).collect();
        assert_eq!(kept, [("learnt-1", version.refused.as_str())]);
        taken_up(&kit, "learnt-1").await.unwrap();
        assert_eq!(in_force(&kit).await, "learnt-1", "somebody may");
    }

    async fn the_same_decisions_teach_the_same_on_every_server(kit: Kit) {
        decided(&kit, 155, 9, 0, |_| true).await;
        nightly::keep_snapshot(&kit.store, kit.now).await.unwrap().unwrap();
        let other = Store::open(&kit.location).await.unwrap();
        learnt(&kit, &kit.store).await;
        weigh_with(&kit, SHIPPED).await;
        learnt(&kit, &other).await;
        let (one, two) = (toml(&kit, "learnt-1").await, toml(&kit, "learnt-2").await);
        assert!(one.contains("version = \"learnt-1\""));
        assert_eq!(one.replace("learnt-1", "learnt-2"), two);
        other.close().await;
    }

    async fn a_version_of_another_engine_is_refused_and_where_it_is_in_force_the_shipped_one_weighs(kit: Kit) {
        kit.person("Ada", "Quillfeather").await;
        decided(&kit, 155, 10, 0, |_| true).await;
        let before = weighed(&kit, &kit.store).await;
        learnt(&kit, &kit.store).await;
        weigh_with(&kit, "learnt-1").await;
        let mut tx = system(&kit).await;
        raw::execute(&mut tx, "UPDATE match_parameters SET toml = replace(toml, 'joined = ', 'joint = ')", vec![]).await.unwrap();
        tx.commit().await.unwrap();
        let started = Store::open(&kit.location).await.unwrap();
        assert!((weighed(&kit, &started).await - before).abs() < 1e-12);
        taken_up(&kit, SHIPPED).await.unwrap();
        let refused = taken_up(&kit, "learnt-1").await.unwrap_err();
        assert!(refused.to_string().contains("of another version of the program"), "{refused}");
        started.close().await;
    }
}
