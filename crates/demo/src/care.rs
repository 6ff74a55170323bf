//! Care plans of some people whose episodes are open, and questionnaires that they answered more than once.

use crate::chance::Chance;
use crate::history::Seen;
use crate::team::Team;
use anyhow::Context;
use chrono::{Days, Duration, NaiveDate};
use throughline_domain::care::{Doer, Evaluation, GoalState, InterventionState, NoGoalReason, Progress};
use throughline_domain::ids::{GoalId, InterventionId, RecordId};
use throughline_domain::time::{Instant, london_date};
use throughline_forms::{Answers, catalogue};
use throughline_policy::{
    Actor, EvaluateGoal, RecordProgress, SignClinical, Subject, ViewCarePlan, ViewClinical, ViewEpisode, WriteCarePlan,
    WriteClinical,
};
use throughline_store::care::{self, Need, NewDecision, NewGoal, NewIntervention, NewReason, Reviewer};
use throughline_store::{Tx, episodes, records};

/// How many people of the last days, and how many of before, have a care plan.
const PLANS: [usize; 2] = [3, 9];

/// Days after which a questionnaire has been asked again.
const ASKED_AGAIN_AFTER: i64 = 3;

/// Items of PHQ-9 that are answered so that the total comes out; the one about self-harm never is.
const ITEMS: &[&str] = &["mood", "sleep", "energy", "interest", "concentration", "appetite", "failure", "movement"];

/// Makes the plans.
///
/// # Errors
/// The store's, and refusals: a mistake in the demo.
pub async fn make(team: &Team, seen: &[Seen]) -> anyhow::Result<()> {
    let newest_first = seen.iter().rev();
    let (recent, before): (Vec<&Seen>, Vec<&Seen>) =
        newest_first.partition(|one| (team.now - one.arrived).num_days() < ASKED_AGAIN_AFTER);
    for (people, plans) in [recent, before].into_iter().zip(PLANS) {
        plan_for(team, &people, plans).await?;
    }
    Ok(())
}

/// Plans for the first of these people whose episodes are open.
async fn plan_for(team: &Team, people: &[&Seen], plans: usize) -> anyhow::Result<()> {
    let mut made = 0;
    for one in people {
        if made == plans {
            break;
        }
        let subject = Subject { person: Some(one.who.id), episode: Some(one.episode), site: Some(one.site) };
        let planner = Planner { team, by: team.actor("Priya Nair"), subject };
        if let Some(needs) = planner.open_needs().await? {
            let mut chance = Chance::new(team.seed, &format!("care {}", one.who.number));
            planner.plan(&mut chance, made, &needs, one.arrived).await?;
            made += 1;
        }
    }
    Ok(())
}

struct Planner<'a> {
    team: &'a Team,
    by: &'a Actor,
    subject: Subject,
}

impl Planner<'_> {
    /// The needs of an episode that is open and was assessed; `None` for any other.
    async fn open_needs(&self) -> anyhow::Result<Option<Vec<Need>>> {
        let mut tx = self.team.act(self.by, self.team.now).await?;
        let view = tx.authorise::<ViewEpisode>(self.subject).await?;
        let is_open = episodes::get(&mut tx, &view).await?.is_some_and(|episode| episode.closed_at.is_none());
        let grant = tx.authorise::<ViewCarePlan>(self.subject).await?;
        let needs = care::needs(&mut tx, &grant).await?;
        tx.commit().await?;
        Ok(Some(needs).filter(|needs| is_open && needs.len() > 1))
    }

    async fn act(&self, at: Instant) -> anyhow::Result<Tx> {
        Ok(self.team.act(self.by, at.min(self.team.now)).await?)
    }

    async fn plan(&self, chance: &mut Chance, number: usize, needs: &[Need], arrived: Instant) -> anyhow::Result<()> {
        let found = needs.iter().map(|need| need.found_at).max().context("there are needs")?;
        let at = (found + Duration::minutes(40)).min(self.team.now);
        let [first, second, ..] = needs else { return Ok(()) };
        self.questionnaires(chance, number, found, arrived).await?;
        let goal = self.goal(chance, first, at).await?;
        let today = london_date(self.team.now);
        match number % 4 {
            0 => {
                let one = self
                    .intervention(chance, goal, Doer::LinkWorker, "supported_referral", today + Days::new(6), at)
                    .await?;
                self.progress(
                    one,
                    "Rang together from the day centre. First appointment on Thursday at 10",
                    today + Days::new(4),
                    at,
                )
                .await?;
                self.no_goal(
                    second,
                    NoGoalReason::NotNow,
                    "After the hearing: asks to be left alone with it until then",
                    at,
                )
                .await?;
            }
            1 => {
                // The day of the review is over: it shows on the worklist.
                self.intervention(chance, goal, Doer::Us, "safety_planning", today - Days::new(1), at).await?;
            }
            2 => {
                self.intervention(chance, goal, Doer::Us, "alcohol_brief_advice", today + Days::new(3), at).await?;
                self.evaluated(goal, at).await?;
                self.goal(chance, second, at).await?;
            }
            _ => {
                self.intervention(chance, goal, Doer::Person, "", today + Days::new(9), at).await?;
                self.no_goal(second, NoGoalReason::AlreadyHelped, "The GP sees them every month", at).await?;
                self.decided(at).await?;
            }
        }
        Ok(())
    }

    async fn goal(&self, chance: &mut Chance, need: &Need, at: Instant) -> anyhow::Result<GoalId> {
        let (own_words, aim) = words(&need.code);
        let mut tx = self.act(at).await?;
        let grant = tx.authorise::<WriteCarePlan>(self.subject).await?;
        let new = NewGoal {
            id: GoalId::new(chance.id()),
            need: Some(need.as_seen()),
            own_words: own_words.into(),
            aim: if aim.is_empty() { need.label.clone() } else { aim.into() },
            at: tx.now(),
        };
        care::set_goal(&mut tx, &grant, &new).await?;
        tx.commit().await?;
        Ok(new.id)
    }

    async fn intervention(
        &self,
        chance: &mut Chance,
        goal: GoalId,
        doer: Doer,
        approach: &str,
        review_on: NaiveDate,
        at: Instant,
    ) -> anyhow::Result<InterventionId> {
        let listed = throughline_domain::care::approach(approach);
        let mut tx = self.act(at).await?;
        let view = tx.authorise::<ViewEpisode>(self.subject).await?;
        let episode = episodes::get(&mut tx, &view).await?.context("the episode is open")?;
        let reviewer = match (doer, episode.link_organisation_id) {
            (Doer::LinkWorker, Some(organisation)) => Reviewer { owner: episode.link_worker_id, organisation },
            _ => Reviewer { owner: Some(self.by.user), organisation: self.by.organisation },
        };
        let grant = tx.authorise::<WriteCarePlan>(self.subject).await?;
        let new = NewIntervention {
            id: InterventionId::new(chance.id()),
            goal,
            what: listed.map_or_else(|| "Go for a walk each morning, with the dog".to_owned(), |one| one.title.clone()),
            approach: approach.into(),
            doer,
            referral: None,
            starts_on: london_date(tx.now()),
            review_on,
            at: tx.now(),
        };
        care::plan(&mut tx, &grant, &new, reviewer).await?;
        tx.commit().await?;
        Ok(new.id)
    }

    async fn progress(&self, id: InterventionId, words: &str, review_on: NaiveDate, at: Instant) -> anyhow::Result<()> {
        let mut tx = self.act(at + Duration::days(1)).await?;
        let view = tx.authorise::<ViewCarePlan>(self.subject).await?;
        let one = care::intervention(&mut tx, &view, id).await?.context("it was planned")?;
        let grant = tx.authorise::<RecordProgress>(self.subject).await?;
        let progress = Progress::new(InterventionState::UnderWay, words, Some(review_on))?;
        let reviewer = Reviewer { owner: Some(self.by.user), organisation: self.by.organisation };
        let when = tx.now();
        care::record(&mut tx, &grant, &one, one.version, &progress, when, reviewer).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn no_goal(&self, need: &Need, reason: NoGoalReason, words: &str, at: Instant) -> anyhow::Result<()> {
        let mut tx = self.act(at).await?;
        let grant = tx.authorise::<WriteCarePlan>(self.subject).await?;
        let new = NewReason { need: need.as_seen(), reason, words: words.into() };
        care::say_why(&mut tx, &grant, &new).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn evaluated(&self, goal: GoalId, at: Instant) -> anyhow::Result<()> {
        let mut tx = self.act(at + Duration::days(2)).await?;
        let grant = tx.authorise::<EvaluateGoal>(self.subject).await?;
        let found = Evaluation::new(
            GoalState::PartlyReached,
            "Fewer days with it; the first appointment was kept",
            "It is a start. I would not have gone alone",
        )?;
        let when = tx.now();
        care::evaluate(&mut tx, &grant, goal, 1, &found, when).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn decided(&self, at: Instant) -> anyhow::Result<()> {
        let mut tx = self.act(at).await?;
        let view = tx.authorise::<ViewClinical>(self.subject).await?;
        let seen = care::decisions(&mut tx, &view).await?.len();
        let grant = tx.authorise::<WriteCarePlan>(self.subject).await?;
        let new = NewDecision {
            question: "What keeps them safe on the way home?".into(),
            considered: "Going home alone; going home with family; staying in custody until the crisis team can come"
                .into(),
            least_restrictive: "Going home with family, who were rung and agreed. It would do".into(),
            chosen: "Home with family, and a call from us this evening".into(),
            why: "No wish to die, help is wanted, and somebody stays overnight".into(),
            own_words: "I just want my own bed".into(),
            at: tx.now(),
            seen,
        };
        care::decide(&mut tx, &grant, &new).await?;
        tx.commit().await?;
        Ok(())
    }

    /// A questionnaire on the day, and again since.
    async fn questionnaires(
        &self,
        chance: &mut Chance,
        number: usize,
        found: Instant,
        arrived: Instant,
    ) -> anyhow::Result<()> {
        let (days, last) = ((self.team.now - arrived).num_days(), 4 + number % 9);
        self.phq9(chance, found, 16 - number % 3).await?;
        if days >= ASKED_AGAIN_AFTER {
            self.phq9(chance, found + Duration::days(days / 2), 12).await?;
            self.phq9(chance, self.team.now - Duration::hours(20), last).await?;
        }
        Ok(())
    }

    async fn phq9(&self, chance: &mut Chance, at: Instant, total: usize) -> anyhow::Result<()> {
        let form = catalogue().get("phq9").context("the form is shipped")?;
        let mut answers = Answers::default();
        let mut left = total;
        for item in ITEMS {
            let score = left.min(3);
            left -= score;
            let code = ["not_at_all", "several_days", "more_than_half", "nearly_every_day"][score];
            answers.set(item, [code]);
        }
        answers.set("self_harm_thoughts", ["not_at_all"]);
        let mut tx = self.act(at).await?;
        let write = tx.authorise::<WriteClinical>(self.subject).await?;
        let id = records::start(&mut tx, &write, RecordId::new(chance.id()), form, &answers).await?;
        let view = tx.authorise::<ViewClinical>(self.subject).await?;
        let record = records::get(&mut tx, &view, id).await?.context("the record was begun")?;
        let sign = tx.authorise::<SignClinical>(self.subject).await?;
        records::sign(&mut tx, &sign, &record, form).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// What somebody says of a need, and what is worked towards.
fn words(need: &str) -> (&'static str, &'static str) {
    match need {
        "accommodation" => ("A door I can lock", "A tenancy, or a hostel place that lasts"),
        "mental_health" => {
            ("I want to sleep again and not feel like this", "Seen by the GP, and a first talking therapy session kept")
        }
        "alcohol" => ("I want to stop before it stops me", "Fewer days of drinking, and detoxification arranged"),
        "psychological" => ("Somebody to talk to who is not family", "A first session of talking therapy kept"),
        "veteran" => ("To sleep without the light on", "An assessment by the veterans' service"),
        "drugs" => ("I am tired of it", "A first appointment at the drug service kept"),
        "finance" => ("I do not open the letters any more", "The debts on one page, and a plan for them"),
        "relationships" => ("To see my children at the weekend", "Contact arranged that is safe for everybody"),
        _ => ("", ""),
    }
}
