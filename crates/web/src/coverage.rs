//! Coverage: everybody who passed through a site's lists, and why nobody saw those who were not seen.

mod line;
mod reach;

use crate::{Answer, App, Cx, Fields, Problem};
use axum::Router;
use axum::extract::Query;
use axum::routing::{get, post};
use chrono::{Days, NaiveDate};
use minijinja::{Value, context};
use throughline_domain::coverage::Owed;
use throughline_domain::ids::EntryId;
use throughline_domain::list::{EntryState, ListKind, NotSeenReason};
use throughline_domain::name::folded;
use throughline_domain::time::{clock_time, date_short, date_time_short, london_date, parse_date};
use throughline_policy::{ChangeList, Class, Verb, ViewList};
use throughline_store::coverage::{self, LOOK_BACK_DAYS, LedgerRow};
use throughline_store::{Error as StoreError, lists};

/// The longest stretch that one page shows.
const MOST_DAYS: i64 = 31;

/// The pages of the ledger and of the chart of reach.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/coverage", get(show).post(search))
        .route("/coverage/reasons", post(give))
        .route("/coverage/find", post(find))
        .route("/coverage/lines/{entry}", get(line::show).post(line::say))
        .route("/measures/reach", get(reach::show))
        .route("/measures/reach.csv", get(reach::file))
}

/// Which days, and which of the lines.
#[derive(Debug, Default, Clone, serde::Deserialize)]
struct Asked {
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    show: String,
    #[serde(default)]
    done: String,
}

/// The stretch of days that a page is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stretch {
    from: NaiveDate,
    to: NaiveDate,
}

impl Asked {
    /// Yesterday and today, unless other days are asked for; what is wrong with them is said in words at its field.
    fn days(&self, today: NaiveDate) -> Result<Stretch, (&'static str, String)> {
        let read = |field: &'static str, text: &str, otherwise: NaiveDate| {
            if text.is_empty() {
                return Ok(otherwise);
            }
            parse_date(text, today).map_err(|error| (field, error.to_string()))
        };
        let from = read("from", &self.from, today - Days::new(1))?;
        let to = read("to", &self.to, today.max(from))?;
        if to < from {
            return Err(("to", "The last day comes before the first: enter a later one".to_owned()));
        }
        if (to - from).num_days() >= MOST_DAYS {
            return Err(("to", format!("Choose at most {MOST_DAYS} days")));
        }
        Ok(Stretch { from, to })
    }
}

impl Stretch {
    fn today(today: NaiveDate) -> Self {
        Self { from: today - Days::new(1), to: today }
    }

    fn query(self) -> String {
        format!("from={}&to={}", self.from, self.to)
    }
}

/// How a line counts: every line is in exactly one of these, so that they add up to the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    Owed,
    StillThere,
    Seen,
    Missed,
    Declined,
    NotNeeded,
    Later,
}

const STANDINGS: [(Standing, &str, &str, &str); 7] = [
    (Standing::Owed, "owed", "Reason owed", "bad"),
    (Standing::StillThere, "there", "Still there", "info"),
    (Standing::Seen, "seen", "Seen", "good"),
    (Standing::Missed, "missed", "Missed", "warn"),
    (Standing::Declined, "declined", "Declined", "neutral"),
    (Standing::NotNeeded, "not_needed", "Not needed", "neutral"),
    (Standing::Later, "later", "On a later list", "quiet"),
];

impl Standing {
    fn of(row: &LedgerRow) -> Self {
        match (row.owed, row.state) {
            _ if row.was_seen() => Self::Seen,
            _ if row.carried_on => Self::Later,
            (Owed::Reason(_), _) => Self::Owed,
            // Found by the times already, and said by the service when it looks next.
            (Owed::OutOfHours, _) | (_, EntryState::Missed) => Self::Missed,
            (_, EntryState::Declined) => Self::Declined,
            (_, EntryState::NotNeeded) => Self::NotNeeded,
            (_, EntryState::Seen) => Self::Seen,
            (_, EntryState::ToConsider | EntryState::BeingSeen) => Self::StillThere,
        }
    }

    fn words(self) -> (&'static str, &'static str, &'static str) {
        let found = STANDINGS.iter().find(|(standing, ..)| *standing == self).unwrap_or(&STANDINGS[0]);
        (found.1, found.2, found.3)
    }
}

async fn show(cx: Cx, Query(asked): Query<Asked>) -> Answer {
    draw(&cx, &asked, "", None).await
}

/// Names are looked for in a form that is sent, so that no name is ever part of an address.
async fn search(cx: Cx, fields: Fields) -> Answer {
    let text = |name: &str| fields.text(name).to_owned();
    let asked = Asked { from: text("from"), to: text("to"), show: text("show"), done: String::new() };
    draw(&cx, &asked, fields.text("name"), None).await
}

async fn draw(cx: &Cx, asked: &Asked, name: &str, wrong: Option<(&'static str, String)>) -> Answer {
    let today = london_date(cx.now);
    let (days, wrong) = match asked.days(today) {
        Ok(days) => (days, wrong),
        Err(error) => (Stretch::today(today), Some(error)),
    };
    let site = cx.site()?.clone();
    let mut tx = cx.begin().await?;
    let grant = tx.authorise::<ViewList>(site.id).await?;
    let rows = coverage::ledger(&mut tx, &grant, days.from, days.to, cx.now).await?;
    tx.commit().await?;
    let wanted: Vec<&LedgerRow> = rows.iter().filter(|row| is_asked_for(row, &asked.show, name)).collect();
    let (owed, others): (Vec<&LedgerRow>, Vec<&LedgerRow>) =
        wanted.iter().copied().partition(|row| Standing::of(row) == Standing::Owed);
    let shown = |rows: &[&LedgerRow]| rows.iter().map(|row| row_value(cx, row)).collect::<Vec<Value>>();
    let wrong_days = wrong.as_ref().is_some_and(|(field, _)| matches!(*field, "from" | "to"));
    let typed = |text: &str, date: NaiveDate| if wrong_days { text.to_owned() } else { date_short(date) };
    let values = context! {
        heading => "Coverage",
        caption => site.name,
        notice => done_words(&asked.done),
        counts => counts(&rows, days),
        total => rows.len(),
        shown => wanted.len(),
        filtered => !asked.show.is_empty() || !name.is_empty(),
        all_href => format!("/coverage?{}", days.query()),
        from => typed(&asked.from, days.from),
        to => typed(&asked.to, days.to),
        show => asked.show,
        name,
        shows => shows(&asked.show),
        one_day => days.from == days.to,
        owed => shown(&owed),
        others => shown(&others),
        reasons => reasons(&kinds(&owed), None),
        may_change => cx.role_may(Verb::Change, Class::List),
        look_back => LOOK_BACK_DAYS,
        wrong => wrong.iter().map(|(field, words)| (*field, Value::from(words.clone()))).collect::<Value>(),
        errors => wrong.as_ref().map(|(field_name, message)| vec![context! { field_name, message }]),
    };
    if wrong.is_some() {
        cx.page_with_errors("coverage/show.html", values)
    } else {
        cx.page("coverage/show.html", values)
    }
}

fn done_words(code: &str) -> Option<Value> {
    let (kind, text) = match code.split_once('.') {
        Some(("reasons", count)) => {
            let count: usize = count.parse().ok()?;
            (
                "success",
                format!("The reason was recorded for {count} {}.", if count == 1 { "person" } else { "people" }),
            )
        }
        Some(("found", count)) => match count.parse().ok()? {
            0_usize => ("information", "Nobody more was found who came and left out of hours.".to_owned()),
            1 => {
                ("success", "One person was found who came and left out of hours. An offer is owed to them.".to_owned())
            }
            many => (
                "success",
                format!("{many} people were found who came and left out of hours. An offer is owed to each."),
            ),
        },
        _ => return None,
    };
    Some(
        context! { kind, text, link => (kind == "success" && code.starts_with("found")).then(|| context! { text => "Outreach", href => "/outreach" }) },
    )
}

fn is_asked_for(row: &LedgerRow, show: &str, name: &str) -> bool {
    let standing = Standing::of(row).words().0;
    let shown = show.is_empty() || show == standing || row.reason.is_some_and(|reason| reason.code() == show);
    let name = folded(name);
    shown && (name.is_empty() || name.split(' ').all(|word| folded(&row.name.formal()).contains(word)))
}

/// How many lines stand how: the numbers add up to the rows.
fn counts(rows: &[LedgerRow], days: Stretch) -> Vec<Value> {
    let counted = STANDINGS.iter().map(|(standing, code, words, tone)| {
        let count = rows.iter().filter(|row| Standing::of(row) == *standing).count();
        context! { words, count, tone, href => format!("/coverage?{}&show={code}", days.query()) }
    });
    counted.filter(|one| one.get_attr("count").is_ok_and(|count| count != Value::from(0))).collect()
}

fn shows(chosen: &str) -> Vec<Value> {
    let standings = STANDINGS.iter().map(|(_, code, words, _)| (*code, (*words).to_owned()));
    let missed = NotSeenReason::ALL.iter().filter(|reason| reason.entry_state() == EntryState::Missed);
    let reasons = missed.map(|reason| (reason.code(), format!("Missed: {}", reason.label().to_lowercase())));
    let all = std::iter::once(("", "Everybody".to_owned())).chain(standings).chain(reasons);
    all.map(|(code, label)| context! { code, label, checked => code == chosen }).collect()
}

/// Every reason there can be on a list of one of these kinds, the likely one first.
fn reasons(kinds: &[ListKind], likely: Option<NotSeenReason>) -> Vec<Value> {
    let fits = |reason: &NotSeenReason| kinds.iter().any(|kind| reason.fits(*kind));
    let first = likely.into_iter();
    let rest = NotSeenReason::ALL.iter().copied().filter(|reason| Some(*reason) != likely && fits(reason));
    first
        .chain(rest)
        .map(|reason| context! { code => reason.code(), label => reason.label(), checked => false })
        .collect()
}

/// The kinds of list that these lines are of.
fn kinds(rows: &[&LedgerRow]) -> Vec<ListKind> {
    ListKind::ALL.iter().copied().filter(|kind| rows.iter().any(|row| row.kind == *kind)).collect()
}

/// Why a reason cannot be that of a line of this kind.
fn misfit(reason: NotSeenReason, kind: ListKind) -> Option<String> {
    let on = kind.label().to_lowercase();
    (!reason.fits(kind))
        .then(|| format!("“{reason}” cannot be why somebody on a {on} list was not seen: choose another"))
}

/// Links lead only where the user may go whom the lists of the site bring together with the person.
fn row_value(cx: &Cx, row: &LedgerRow) -> Value {
    let may_see_episodes = crate::board::may_see_here(cx, Class::Episode);
    let may_see_offers = cx.role_may(Verb::View, Class::Outreach);
    let (_, words, tone) = Standing::of(row).words();
    let why = match row.owed {
        Owed::Reason(why) => why.label(),
        Owed::OutOfHours => "Came and left out of hours: found when Throughline looks next",
        Owed::NotYet | Owed::Nothing => "",
    };
    context! {
        key => format!("{}.{}", row.id, row.version),
        id => row.id.to_string(),
        name => row.name.formal(),
        day => row.day,
        times => times(row),
        kind => row.kind.label(),
        state => words,
        tone,
        reason => row.reason.map(NotSeenReason::label),
        said_by => row.said_by,
        why,
        restricted => row.restricted,
        episode => row.episode_id.filter(|_| may_see_episodes).map(|episode| format!("/episodes/{episode}")),
        href => format!("/entries/{}", row.id),
        line_href => format!("/coverage/lines/{}", row.id),
        offer => row.offer.filter(|_| may_see_offers).map(|(id, state)| context! { href => format!("/outreach/{id}"), words => state.label() }),
    }
}

/// When they came, and by when they had left.
fn times(row: &LedgerRow) -> String {
    match (row.kind, row.arrived_at, row.gone_by) {
        (ListKind::Court, ..) => row.sitting_at.map_or_else(String::new, |at| format!("Sitting {}", clock_time(at))),
        (_, Some(came), Some(gone)) => format!("Came {}, gone by {}", date_time_short(came), date_time_short(gone)),
        (_, Some(came), None) => format!("Came {}", date_time_short(came)),
        (_, None, Some(gone)) => format!("Gone by {}", date_time_short(gone)),
        (_, None, None) => String::new(),
    }
}

/// Gives one reason for several lines at once: all of them, or, when one has changed since, none.
async fn give(cx: Cx, fields: Fields) -> Answer {
    let text = |name: &str| fields.text(name).to_owned();
    let asked = Asked { from: text("from"), to: text("to"), show: text("show"), done: String::new() };
    let reason = NotSeenReason::from_code(fields.text("reason"));
    let chosen: Vec<(EntryId, i64)> = fields.all("line").filter_map(line_key).collect();
    let (Some(reason), false) = (reason, chosen.is_empty()) else {
        let wrong = if chosen.is_empty() {
            ("line", "Tick everybody for whom the reason holds".to_owned())
        } else {
            ("reason", "Choose why they were not seen".to_owned())
        };
        return draw(&cx, &asked, "", Some(wrong)).await;
    };
    let mut act = cx.act(&fields).await?;
    let grant = act.authorise::<ChangeList>(cx.site_id()?).await?;
    let view = act.authorise::<ViewList>(cx.site_id()?).await?;
    for (entry, version) in &chosen {
        let kind = lists::entry(&mut act, &view, *entry).await?.ok_or(Problem::NotFound)?.kind;
        if let Some(words) = misfit(reason, kind) {
            drop(act);
            return draw(&cx, &asked, "", Some(("reason", words))).await;
        }
        match lists::not_seen(&mut act, &grant, *entry, *version, reason).await {
            Err(StoreError::Stale) => {
                drop(act);
                let words =
                    "A row changed while you were looking, and nothing was recorded: tick them again".to_owned();
                return draw(&cx, &asked, "", Some(("line", words))).await;
            }
            other => other?,
        }
        line::tell(&mut act, &grant, *entry, reason).await?;
    }
    let days = asked.days(london_date(cx.now)).unwrap_or_else(|_| Stretch::today(london_date(cx.now)));
    act.done(&format!("/coverage?{}&done=reasons.{}", days.query(), chosen.len())).await
}

/// A line and its version, as the form carries them.
fn line_key(key: &str) -> Option<(EntryId, i64)> {
    let (id, version) = key.split_once('.')?;
    Some((id.parse().ok()?, version.parse().ok()?))
}

/// Looks through the site's lists now, as it is done every night.
async fn find(cx: Cx, fields: Fields) -> Answer {
    let mut act = cx.act(&fields).await?;
    let grant = act.authorise::<ChangeList>(cx.site_id()?).await?;
    let found = coverage::find_at_site(&mut act, &grant).await?;
    let today = london_date(cx.now);
    let days = Stretch { from: today - Days::new(LOOK_BACK_DAYS), to: today };
    act.done(&format!("/coverage?{}&done=found.{}", days.query(), found.out_of_hours)).await
}

/// The site of a line, or that there is none.
async fn site_of(tx: &mut throughline_store::Tx, id: EntryId) -> Result<throughline_domain::ids::SiteId, Problem> {
    lists::site_of_entry(tx, id).await?.ok_or(Problem::NotFound)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(from: &str, to: &str) -> Asked {
        Asked { from: from.into(), to: to.into(), ..Asked::default() }
    }

    #[test]
    fn the_days_are_yesterday_and_today_unless_others_are_asked_for() {
        let today: NaiveDate = "2026-11-24".parse().unwrap();
        assert_eq!(asked("", "").days(today), Ok(Stretch::today(today)));
        assert_eq!(
            asked("1/11/26", "5/11/26").days(today).map(Stretch::query),
            Ok("from=2026-11-01&to=2026-11-05".into())
        );
        assert_eq!(asked("5/11/26", "1/11/26").days(today).map_err(|(field, _)| field), Err("to"));
        assert_eq!(asked("1/1/26", "24/11/26").days(today).map_err(|(field, _)| field), Err("to"));
        assert_eq!(asked("soon", "").days(today).map_err(|(field, _)| field), Err("from"));
    }

    #[test]
    fn the_likely_reason_is_offered_first_and_none_is_chosen() {
        let offered = reasons(&[ListKind::Custody], Some(NotSeenReason::Staffing));
        let fits = NotSeenReason::ALL.iter().filter(|reason| reason.fits(ListKind::Custody));
        assert_eq!(offered.len(), fits.count());
        let codes: Vec<String> = offered.iter().map(|one| one.get_attr("code").unwrap().to_string()).collect();
        assert_eq!(codes[0], "staffing");
        assert!(
            !codes.contains(&NotSeenReason::DidNotAttend.code().to_owned()),
            "nobody attends a cell by appointment"
        );
        assert!(misfit(NotSeenReason::DidNotAttend, ListKind::Custody).is_some());
        assert_eq!(misfit(NotSeenReason::DidNotAttend, ListKind::Voluntary), None);
        assert!(offered.iter().all(|one| !one.get_attr("checked").unwrap().is_true()));
    }
}
