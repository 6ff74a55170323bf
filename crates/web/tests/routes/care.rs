//! Two people at one care plan: what a colleague wrote stands beside what was typed, and neither is lost.

use crate::office::Office;
use throughline_domain::role::Role;
use throughline_store::{Row, Value};
use uuid::Uuid;

/// The care plan of somebody with an open episode at the practitioner's site.
struct Plan<'a> {
    office: &'a Office,
    person: Uuid,
    episode: Uuid,
}

const NOW: [(&str, &str); 2] = [("at_date", "24/11/2026"), ("at_time", "9:00")];

fn id(row: &Row, name: &str) -> Uuid {
    row.get(name).expect("an id")
}

impl<'a> Plan<'a> {
    async fn open(office: &'a Office) -> Self {
        let sql = "SELECT id, person_id FROM episode e WHERE site_id = $1 AND closed_at IS NULL
                      AND (SELECT count(*) FROM episode o WHERE o.person_id = e.person_id) = 1
                      AND NOT EXISTS (SELECT 1 FROM care_goal g WHERE g.person_id = e.person_id)
                      AND NOT EXISTS (SELECT 1 FROM finding f WHERE f.person_id = e.person_id AND f.list = 'need')
                    ORDER BY id LIMIT 1";
        let row = office.row(sql, vec![office.site()]).await.expect("the demo has open episodes");
        Self { office, person: id(&row, "person_id"), episode: id(&row, "id") }
    }

    fn address(&self, page: &str) -> String {
        format!("/people/{}/care/{page}", self.person)
    }

    async fn post(&self, page: &str, role: Role, fields: &[(&str, &str)]) -> (u16, String) {
        let fields = [NOW.as_slice(), fields].concat();
        self.office.post(&self.address(page), role, &fields).await
    }

    async fn goal(&self) -> Uuid {
        let (status, page) = self
            .post("goals/new", Role::Practitioner, &[("own_words", "My own door"), ("aim", "A tenancy that lasts")])
            .await;
        assert_eq!(status, 303, "{page}");
        let sql = "SELECT id FROM care_goal WHERE person_id = $1";
        id(&self.office.row(sql, vec![self.person.into()]).await.expect("it was set"), "id")
    }

    /// A signed form that found a need of housing.
    async fn found_need(&self) {
        let record = Uuid::now_v7();
        let of = |more: Vec<Value>| -> Vec<Value> {
            [record, self.person, self.episode].into_iter().map(Value::from).chain(more).collect()
        };
        let (now, user) = (self.office.now(), self.office.user(Role::Practitioner));
        self.office
            .change(
                "INSERT INTO record (id, person_id, episode_id, form_id, form_version, state, answers, created_at, created_by,
                                     updated_at, updated_by, updated_by_name, signed_at, signed_by_name)
                 VALUES ($1, $2, $3, 'assessment', '1', 'signed', '{}', $4, $5, $4, $5, 'Amara Bello', $4, 'Amara Bello')",
                of(vec![now.into(), user]),
            )
            .await;
        self.office
            .change(
                "INSERT INTO finding (id, person_id, episode_id, record_id, list, code, label, status, already_known)
                 VALUES ($4, $2, $3, $1, 'need', 'accommodation', 'Housing', 'identified', false)",
                of(vec![Uuid::now_v7().into()]),
            )
            .await;
    }
}

fn sees(page: &str, words: &[&str]) {
    for one in words {
        assert!(page.contains(one), "“{one}” is not on the page: {page}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_of_a_goal_that_a_colleague_changed_first_stand_beside_what_was_typed() {
    let office = Office::open().await;
    let plan = Plan::open(&office).await;
    let goal = format!("goals/{}", plan.goal().await);
    let theirs = [("version", "1"), ("own_words", "A door near my mum"), ("aim", "A tenancy in Bromley")];
    assert_eq!(plan.post(&goal, Role::TeamLeader, &theirs).await.0, 303);
    let mine = [("version", "1"), ("own_words", "No more sofas"), ("aim", "A tenancy in Leeds")];
    let (status, page) = plan.post(&goal, Role::Practitioner, &mine).await;
    assert_eq!(status, 409);
    sees(&page, &["What you typed", "No more sofas", "A tenancy in Leeds"]);
    sees(
        &page,
        &["What a colleague wrote", "A door near my mum", "A tenancy in Bromley", "name=\"version\" value=\"2\""],
    );
    // What is wrong with a form does not let it go over a colleague's words unseen either.
    let (status, page) = plan.post(&goal, Role::Practitioner, &[("version", "1"), ("own_words", "No sofas")]).await;
    assert_eq!(status, 422);
    sees(&page, &["Say what we work towards", "What a colleague wrote", "A tenancy in Bromley", "No sofas"]);
    let again = [("version", "2"), ("own_words", "No more sofas"), ("aim", "A tenancy in Leeds")];
    assert_eq!(plan.post(&goal, Role::Practitioner, &again).await.0, 303);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_typed_for_a_goal_that_a_colleague_evaluated_is_not_lost() {
    let office = Office::open().await;
    let plan = Plan::open(&office).await;
    let goal = format!("goals/{}", plan.goal().await);
    let found = [("version", "1"), ("state", "reached"), ("words", "She has the keys"), ("own_words", "It is mine")];
    assert_eq!(plan.post(&format!("{goal}/evaluate"), Role::TeamLeader, &found).await.0, 303);
    let theirs = ["What a colleague wrote", "Evaluated: reached", "She has the keys", "It is mine"];
    let over = "This goal was evaluated while you were writing";
    for (form, fields) in [
        (goal.clone(), vec![("own_words", "No more sofas"), ("aim", "A tenancy in Leeds")]),
        // Something is wrong with it as well.
        (goal.clone(), vec![("own_words", "No more sofas")]),
        (format!("{goal}/evaluate"), vec![("state", "not_known"), ("words", "No more sofas")]),
        (
            format!("{goal}/plan"),
            vec![
                ("approach", "none"),
                ("what", "No more sofas"),
                ("doer", "us"),
                ("starts_on", "24/11/2026"),
                ("review_on", "1/12/2026"),
            ],
        ),
    ] {
        let (status, page) =
            plan.post(&form, Role::Practitioner, &[&[("version", "1")], fields.as_slice()].concat()).await;
        assert!(matches!(status, 409 | 422), "{form}: {status}");
        sees(&page, &[&theirs[..], &[over, "What you typed", "No more sofas"]].concat());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn progress_that_a_colleague_recorded_first_stands_beside_what_was_typed() {
    let office = Office::open().await;
    let plan = Plan::open(&office).await;
    let goal = plan.goal().await;
    let asked = [
        ("approach", "none"),
        ("what", "Go to the housing office"),
        ("doer", "us"),
        ("starts_on", "24/11/2026"),
        ("review_on", "1/12/2026"),
    ];
    assert_eq!(plan.post(&format!("goals/{goal}/plan"), Role::Practitioner, &asked).await.0, 303);
    let row = office.row("SELECT id FROM care_intervention WHERE goal_id = $1", vec![goal.into()]).await;
    let one = format!("interventions/{}", id(&row.expect("it was planned"), "id"));
    let theirs =
        [("version", "1"), ("state", "under_way"), ("words", "Come back on Monday"), ("review_on", "30/11/2026")];
    assert_eq!(plan.post(&one, Role::TeamLeader, &theirs).await.0, 303);
    let mine = [("version", "1"), ("state", "under_way"), ("words", "Nobody answered"), ("review_on", "2/12/2026")];
    let (status, page) = plan.post(&one, Role::Practitioner, &mine).await;
    assert_eq!(status, 409);
    sees(
        &page,
        &["What you typed", "Nobody answered", "2&#x2f;12&#x2f;2026", "What a colleague wrote", "Come back on Monday"],
    );
    sees(&page, &["Looked at again on 30 November 2026", "name=\"version\" value=\"2\""]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_colleague_said_of_a_need_is_read_before_more_is_said() {
    let office = Office::open().await;
    let plan = Plan::open(&office).await;
    plan.found_need().await;
    let need = [("need", "accommodation"), ("said", "0")];
    let why = [&need[..], &[("reason", "passed_on"), ("words", "The council has it")]].concat();
    assert_eq!(plan.post("needs/no-goal", Role::TeamLeader, &why).await.0, 303);
    let episode = plan.episode.to_string();
    let wish = [("need", "accommodation"), ("episode", &episode), ("own_words", "My own door"), ("aim", "A tenancy")];
    let goal = async |said| plan.post("goals/new", Role::Practitioner, &[&wish[..], &[("said", said)]].concat()).await;
    let (status, page) = goal("0").await;
    assert_eq!(status, 409);
    sees(&page, &["What you typed", "My own door", "What a colleague wrote", "No goal: passed on to others"]);
    sees(&page, &["The council has it", "name=\"said\" value=\"1\""]);
    let (status, page) = plan.post("needs/no-goal", Role::Practitioner, &why).await;
    assert_eq!(status, 409);
    sees(&page, &["What a colleague wrote", "name=\"said\" value=\"1\""]);
    assert_eq!(goal("1").await.0, 303, "who has read it goes on");
    // The form that found the need is marked in error while somebody answers it.
    office.change("UPDATE record SET state = 'in_error' WHERE person_id = $1", vec![plan.person.into()]).await;
    let (status, page) = plan.post("needs/no-goal", Role::Practitioner, &[&why[..], &[("said", "2")]].concat()).await;
    assert_eq!(status, 409);
    sees(&page, &["stopped counting", "What you typed", "The council has it"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_decides_reads_what_a_colleague_decided_meanwhile() {
    let office = Office::open().await;
    let plan = Plan::open(&office).await;
    let decision = |chosen| {
        [
            ("question", "Where is he safe tonight?"),
            ("considered", "Home; the crisis house"),
            ("least_restrictive", "Home. It would do"),
            ("chosen", chosen),
            ("why", "His brother stays"),
            ("seen", "0"),
        ]
    };
    assert_eq!(plan.post("decisions/new", Role::TeamLeader, &decision("The crisis house")).await.0, 303);
    let (status, page) = plan.post("decisions/new", Role::Practitioner, &decision("Home with a call")).await;
    assert_eq!(status, 409);
    sees(&page, &["What you typed", "Home with a call", "What a colleague wrote", "The crisis house"]);
    sees(&page, &["name=\"seen\" value=\"1\""]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_typed_stays_when_the_episode_closes_meanwhile() {
    let office = Office::open().await;
    let plan = Plan::open(&office).await;
    office
        .change("UPDATE episode SET closed_at = $2 WHERE id = $1", vec![plan.episode.into(), office.now().into()])
        .await;
    let (status, page) = plan.post("goals/new", Role::Practitioner, &[("aim", "A tenancy that lasts")]).await;
    assert_eq!(status, 409);
    sees(&page, &["The last open episode was closed while you were writing", "What you typed", "A tenancy that lasts"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_two_open_episodes_nobody_guesses_which_a_goal_is_for() {
    let office = Office::open().await;
    let plan = Plan::open(&office).await;
    let sql = "SELECT id FROM episode WHERE closed_at IS NULL AND person_id <> $1 AND site_id = $2
                  AND NOT EXISTS (SELECT 1 FROM care_goal g WHERE g.person_id = episode.person_id) LIMIT 1";
    let other = office.row(sql, vec![plan.person.into(), office.site()]).await.expect("there are others");
    office
        .change("UPDATE episode SET person_id = $1 WHERE id = $2", vec![plan.person.into(), id(&other, "id").into()])
        .await;
    let aim = ("aim", "A tenancy that lasts");
    let (status, page) = plan.post("goals/new", Role::Practitioner, &[aim]).await;
    assert_eq!(status, 422);
    sees(&page, &["Choose for which episode", "A tenancy that lasts"]);
    let decision = [
        ("question", "q"),
        ("considered", "c"),
        ("least_restrictive", "l"),
        ("chosen", "c"),
        ("why", "w"),
        ("seen", "0"),
    ];
    let (status, page) = plan.post("decisions/new", Role::Practitioner, &decision).await;
    assert_eq!(status, 422);
    sees(&page, &["Choose for which episode"]);
    let episode = plan.episode.to_string();
    assert_eq!(plan.post("goals/new", Role::Practitioner, &[aim, ("episode", &episode)]).await.0, 303);
    let sql = "SELECT episode_id FROM care_goal WHERE person_id = $1";
    let set = office.row(sql, vec![plan.person.into()]).await.expect("it was set");
    assert_eq!(id(&set, "episode_id"), plan.episode);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_without_an_open_episode_does_not_look_like_one_without_needs() {
    let office = Office::open().await;
    let plan = Plan::open(&office).await;
    office
        .change("UPDATE episode SET closed_at = $2 WHERE id = $1", vec![plan.episode.into(), office.now().into()])
        .await;
    let address = format!("/people/{}/care", plan.person);
    let (status, page) = office.get(&address, Role::Practitioner).await;
    assert_eq!(status, 200);
    sees(&page, &["do not read this as no needs"]);
}
