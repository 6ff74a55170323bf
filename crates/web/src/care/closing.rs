//! What the page of closure shows of the care plan: goals to be evaluated, and needs that nobody has answered.

use super::address;
use crate::Problem;
use minijinja::{Value, context};
use throughline_domain::care::Standing;
use throughline_forms::catalogue;
use throughline_policy::{EvaluateGoal, Subject, ViewCarePlan, WriteClinical};
use throughline_store::Tx;
use throughline_store::care;

/// The form that sums an episode up, where the service has one.
const CLOSING: &str = "closing";

/// Goals of the episode that are not evaluated, each with the way to do it, and needs found in it without a goal or a
/// reason; `None` for who may not see the plan.
pub(crate) async fn left_open(tx: &mut Tx, subject: Subject) -> Result<Option<Value>, Problem> {
    if !tx.may::<ViewCarePlan>(subject).await? {
        return Ok(None);
    }
    let grant = tx.authorise::<ViewCarePlan>(subject).await?;
    let may_evaluate = tx.may::<EvaluateGoal>(subject).await?;
    let goals = care::open_of_episode(tx, &grant).await?;
    let needs = care::needs(tx, &grant).await?;
    let base = address(grant.person());
    let goal = |goal: &care::Goal| {
        let href = format!("{base}/goals/{}/evaluate?back=close", goal.id);
        context! { aim => goal.aim, own_words => goal.own_words, href => may_evaluate.then_some(href) }
    };
    let unanswered =
        |need: &&care::Need| Some(need.episode_id) == subject.episode && need.standing == Standing::Unanswered;
    let may_write = tx.may::<WriteClinical>(subject).await?;
    let form = catalogue().get(CLOSING).filter(|_| may_write).zip(subject.episode);
    Ok(Some(context! {
        href => base,
        form => form.map(|(form, episode)| context! { title => form.title, href => format!("/episodes/{episode}/forms/{CLOSING}") }),
        goals => goals.iter().map(goal).collect::<Vec<_>>(),
        needs => needs.iter().filter(unanswered).map(|need| need.label.clone()).collect::<Vec<_>>(),
    }))
}
