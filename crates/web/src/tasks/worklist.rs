//! The worklist: what I owe, and for leaders what their organisation owes.

use crate::board::task_row;
use crate::{Answer, Cx, Problem};
use axum::extract::Query;
use minijinja::{Value, context};
use std::collections::BTreeMap;
use throughline_domain::role::Role;
use throughline_domain::task::TaskKind;
use throughline_domain::time::Instant;
use throughline_policy::{Class, Verb};
use throughline_store::worklists::{self, Line};

/// Which tasks to show.
#[derive(Debug, Default, serde::Deserialize)]
pub(super) struct Filter {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    due: String,
}

impl Filter {
    fn kind(&self) -> Option<TaskKind> {
        TaskKind::from_code(&self.kind)
    }

    fn only_overdue(&self) -> bool {
        self.due == "overdue"
    }

    fn keeps(&self, line: &Line, now: Instant) -> bool {
        self.kind().is_none_or(|kind| kind == line.task.kind) && (!self.only_overdue() || line.task.due_at < now)
    }

    fn chosen(&self) -> Vec<Value> {
        let kind = self.kind().map(|kind| {
            let rest = if self.only_overdue() { "/worklist?due=overdue" } else { "/worklist" };
            context! { text => kind.label(), remove_href => rest }
        });
        let overdue = self.only_overdue().then(|| {
            let rest =
                self.kind().map_or_else(|| "/worklist".to_owned(), |kind| format!("/worklist?kind={}", kind.code()));
            context! { text => "Overdue", remove_href => rest }
        });
        kind.into_iter().chain(overdue).collect()
    }

    fn questions(&self) -> Vec<Value> {
        let option = |code: &str, label: &str, chosen: &str| context! { code, label, checked => code == chosen };
        let kinds: Vec<Value> =
            TaskKind::ALL.iter().map(|kind| option(kind.code(), kind.label(), &self.kind)).collect();
        let due = vec![option("overdue", "Overdue only", &self.due)];
        vec![
            context! { id => "kind", name => "kind", kind => "select", label => "What is owed", options => kinds },
            context! { id => "due", name => "due", kind => "select", label => "Due", options => due },
        ]
    }
}

pub(super) async fn show(cx: Cx, Query(filter): Query<Filter>) -> Answer {
    if !cx.role_may(Verb::View, Class::FollowUp) {
        return Err(Problem::NotFound);
    }
    let user = &cx.signed_in.user;
    let leads = matches!(user.role, Role::TeamLeader | Role::LinkWorkerLead);
    let mut tx = cx.begin().await?;
    let own = worklists::of_user(&mut tx, user.id, worklists::MOST).await?;
    let alerts = super::alerts::of_worklist(&cx, &mut tx).await?;
    let everybodys = if leads { worklists::of_organisation(&mut tx, user.organisation_id).await? } else { Vec::new() };
    tx.commit().await?;
    let (untaken, taken): (Vec<Line>, Vec<Line>) =
        everybodys.into_iter().partition(|line| line.task.owner_id.is_none());
    let others: Vec<Line> = taken.into_iter().filter(|line| line.task.owner_id != Some(user.id)).collect();
    let total = own.len() + untaken.len() + others.len();
    let (own, untaken) = (group(&own, &filter, cx.now), group(&untaken, &filter, cx.now));
    let caseload = by_owner(&others, &filter, cx.now);
    let shown = own.count + untaken.count + caseload.iter().map(|(_, group)| group.count).sum::<usize>();
    let caseload: Vec<Value> = caseload.into_iter().map(|(name, group)| context! { name, ..group.value() }).collect();
    cx.page(
        "tasks/worklist.html",
        context! {
            heading => "Worklist",
            leads,
            organisation => user.organisation_name,
            alerts,
            own => own.value(),
            untaken => untaken.value(),
            caseload,
            filter => context! {
                action => "/worklist",
                chosen => filter.chosen(),
                clear_href => "/worklist",
                shown,
                total,
                noun => if total == 1 { "task" } else { "tasks" },
            },
            questions => filter.questions(),
        },
    )
}

/// Tasks in date order, those overdue apart.
struct Group {
    count: usize,
    overdue: Vec<Value>,
    due: Vec<Value>,
}

impl Group {
    fn value(&self) -> Value {
        context! { count => self.count, overdue => self.overdue, due => self.due }
    }
}

fn group<'a>(lines: impl IntoIterator<Item = &'a Line>, filter: &Filter, now: Instant) -> Group {
    let kept: Vec<&Line> = lines.into_iter().filter(|line| filter.keeps(line, now)).collect();
    let (overdue, due): (Vec<&Line>, Vec<&Line>) = kept.iter().partition(|line| line.task.due_at < now);
    let rows = |lines: Vec<&Line>| lines.into_iter().map(|line| task_row(line, now)).collect();
    Group { count: kept.len(), overdue: rows(overdue), due: rows(due) }
}

/// Everybody's tasks, by owner's name.
fn by_owner(lines: &[Line], filter: &Filter, now: Instant) -> Vec<(String, Group)> {
    let mut owners: BTreeMap<String, Vec<&Line>> = BTreeMap::new();
    for line in lines {
        owners.entry(line.owner_name.clone().unwrap_or_default()).or_default().push(line);
    }
    let groups = owners.into_iter().map(|(name, lines)| (name, group(lines, filter, now)));
    groups.filter(|(_, group)| group.count > 0).collect()
}
