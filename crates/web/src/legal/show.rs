//! The page of an episode's legal status.

use super::drawing::drawing;
use super::{Held, held, mark_value};
use crate::banner::banner;
use crate::pathway::{episode, subject};
use crate::{Answer, Cx, Errors, Fields, Problem};
use axum::extract::{Path, Query};
use chrono::Duration;
use minijinja::{Value, context};
use throughline_clocks::{Clock, Kind, MAX_AGE_OF_CHECK_DAYS, State};
use throughline_domain::board::{left_in_words, length_in_words};
use throughline_domain::ids::{EpisodeId, LegalEventId};
use throughline_domain::legal::{Allocation, Asks, DecidedBy, Detail, LegalEvent, LegalEventKind, MhaSection, Origin};
use throughline_domain::time::{Instant, clock_time, date_long, date_time_long, london_date, london_time};
use throughline_policy::{ChangeJustice, Subject, ViewJustice};
use throughline_store::Tx;
use throughline_store::episodes::Episode;
use throughline_store::legal::Entry;

/// What was just done, for the notice.
#[derive(Debug, Default, serde::Deserialize)]
pub(super) struct Done {
    #[serde(default)]
    done: String,
}

impl Done {
    fn notice(&self) -> Option<Value> {
        let text = match self.done.as_str() {
            "recorded" => "Recorded. The clocks below count from it.",
            "corrected" => "Corrected. What it said before is kept below.",
            "withdrawn" => "Taken away, and kept below with the reason.",
            _ => return None,
        };
        Some(context! { kind => "success", title => "Saved", text })
    }
}

pub(super) async fn show(cx: Cx, Path(id): Path<EpisodeId>, Query(done): Query<Done>) -> Answer {
    let mut tx = cx.begin().await?;
    let (page, _) = page(&mut tx, &cx, id).await?;
    tx.commit().await?;
    let form = form(None, cx.now);
    cx.page("legal/show.html", context! { notice => done.notice(), form, ..page })
}

/// The page of one line, to correct it or to take it away.
pub(super) async fn correct(cx: Cx, Path((id, line)): Path<(EpisodeId, LegalEventId)>) -> Answer {
    let mut tx = cx.begin().await?;
    let (page, held) = page(&mut tx, &cx, id).await?;
    let subject = subject(&mut tx, id).await?;
    if !tx.may::<ChangeJustice>(subject).await? {
        return Err(Problem::NotFound);
    }
    let entry = held.entries.iter().find(|entry| entry.id == line && entry.stands()).ok_or(Problem::NotFound)?;
    tx.commit().await?;
    let typed = typed_of(entry);
    let form = form(Some(&typed), cx.now);
    cx.page("legal/correct.html", context! { line => entry_value(entry), form, ..correct_page(&page, id, line) })
}

fn correct_page(page: &Value, id: EpisodeId, line: LegalEventId) -> Value {
    context! {
        heading => "Correct a legal event",
        back => context! { href => format!("/episodes/{id}/legal"), text => "Legal status and clocks" },
        action => format!("/episodes/{id}/legal/{line}"),
        ..page.clone()
    }
}

/// The page again, with everything as it was typed and what is wrong with it.
pub(super) async fn again(
    cx: &Cx,
    id: EpisodeId,
    line: Option<LegalEventId>,
    fields: &Fields,
    errors: &Errors,
) -> Answer {
    let mut tx = cx.begin().await?;
    let (page, held) = page(&mut tx, cx, id).await?;
    tx.commit().await?;
    let form = form(Some(fields), cx.now);
    let told = context! { errors => errors.summary(), wrong => errors.by_field(), form, why => fields.text("why") };
    match line.and_then(|line| held.entries.iter().find(|entry| entry.id == line)) {
        Some(entry) => {
            let told = context! { line => entry_value(entry), ..told };
            let page = correct_page(&page, id, entry.id);
            cx.page_with_errors("legal/correct.html", context! { ..told, ..page })
        }
        None => cx.page_with_errors("legal/show.html", context! { ..told, ..page }),
    }
}

/// Everything of the page but what was typed.
async fn page(tx: &mut Tx, cx: &Cx, id: EpisodeId) -> Result<(Value, Held), Problem> {
    let subject: Subject = subject(tx, id).await?;
    let episode: Episode = episode(tx, subject).await?;
    let grant = tx.authorise::<ViewJustice>(subject).await?;
    let held = held(tx, &grant, &episode, cx.now).await?;
    let banner = banner(tx, episode.person_id, Some(id)).await?;
    let current = held.timeline.current().map(|span| context! { words => span.basis.words(), since => span.from });
    let values = context! {
        heading => "Legal status and clocks",
        caption => &episode.site_name,
        person => banner.value,
        back => context! { href => format!("/episodes/{id}"), text => "Episode" },
        base => format!("/episodes/{id}"),
        action => format!("/episodes/{id}/legal"),
        may_record => tx.may::<ChangeJustice>(subject).await?,
        status => episode.legal_status.label(),
        contradiction => held.contradiction(episode.legal_status),
        current,
        empty => held.is_empty(),
        next => held.next_clock(cx.now),
        marks => held.timeline.marks.iter().map(mark_value).collect::<Vec<_>>(),
        drawing => drawing(&held.timeline),
        clocks => rows(&held.answer.clocks, comes_first, cx.now),
        other_clocks => rows(&held.answer.clocks, |clock| !comes_first(clock), cx.now),
        notices => &held.answer.notices,
        old_rules => old_rules(&held.answer.clocks, cx.now),
        events => events(&held),
        gone => held.entries.iter().filter(|entry| !entry.stands()).map(entry_value).collect::<Vec<_>>(),
    };
    Ok((values, held))
}

fn rows(clocks: &[Clock], which: impl Fn(&Clock) -> bool, now: Instant) -> Vec<Value> {
    clocks.iter().filter(|clock| which(clock)).map(|clock| clock_row(clock, now)).collect()
}

/// Whether a clock runs, has run out, has no limit, or ought to run and cannot: the rest needs nobody now.
fn comes_first(clock: &Clock) -> bool {
    !matches!(clock.state, State::Met | State::Extended | State::Stopped | State::NotInForce)
}

/// How long is left; of a review that nobody recorded, how long ago it was due.
fn left_words(clock: &Clock, due: Instant, now: Instant) -> String {
    let at = clock.ended_at.unwrap_or(now);
    match clock.state {
        State::Overdue if clock.ended_at.is_none() => format!("{} ago", length_in_words(at - due)),
        _ => left_in_words(due, at),
    }
}

fn clock_row(clock: &Clock, now: Instant) -> Value {
    let tone = match clock.state {
        State::Expired => "bad",
        State::Overdue | State::DueSoon | State::MetLate => "warn",
        State::Running | State::NoLimit => "info",
        State::Met => "good",
        State::NotStarted | State::NotInForce | State::Extended | State::Stopped => "quiet",
    };
    let runs = matches!(clock.state, State::Running | State::DueSoon | State::Overdue | State::Expired);
    context! {
        name => if clock.about.is_empty() { clock.label.clone() } else { format!("{}: {}", clock.label, clock.about) },
        state => if clock.state == State::Overdue { "None recorded here" } else { clock.state.label() },
        tone,
        left => clock.due_at.filter(|_| runs && clock.kind != Kind::Pause).map(|due| left_words(clock, due, now)),
        ended_at => clock.ended_at,
        starts_at => clock.starts_at,
        due_at => clock.due_at,
        due_words => if clock.kind == Kind::Review { "Due" } else { "Ends" },
        no_limit => clock.state == State::NoLimit,
        starts_from => clock.starts_from.words(),
        rule => &clock.rule,
        decided_by => &clock.decided_by,
        check => clock.check_in.words(),
        source => &clock.source,
        version => clock.rule_version,
        checked_on => clock.checked_on.to_string(),
        to_verify => &clock.to_verify,
    }
}

/// Rules of these clocks that nobody has checked against the law for a long time.
fn old_rules(clocks: &[Clock], now: Instant) -> Vec<String> {
    let today = london_date(now);
    let old = clocks.iter().filter(|clock| today - clock.checked_on > Duration::days(MAX_AGE_OF_CHECK_DAYS));
    let mut told: Vec<String> = old
        .map(|clock| {
            let days = (today - clock.checked_on).num_days();
            let on = date_long(clock.checked_on);
            format!("The rule for “{}” was last checked against the law on {on}, {days} days ago. The law may have changed: {}.", clock.label, clock.check_in.words())
        })
        .collect();
    told.dedup();
    told
}

/// What stands, in the order in which it happened: each line with where it was taken from.
fn events(held: &Held) -> Vec<Value> {
    let mut entries = held.entries.iter().filter(|entry| entry.stands());
    held.known
        .iter()
        .filter_map(|event| match event.origin {
            Origin::List => Some(context! { origin => event.origin.label(), ..event_value(event) }),
            Origin::Recorded => entries.next().map(entry_value),
        })
        .collect()
}

fn event_value(event: &LegalEvent) -> Value {
    let detail = match &event.detail {
        Detail::None => None,
        Detail::End(Some(end)) => Some(format!("Until {}", date_time_long(*end))),
        Detail::End(None) => Some("Still going on, as far as is recorded".to_owned()),
        Detail::Minutes(minutes) => Some(format!("For {}", hours(*minutes))),
        Detail::Section(section) => Some(section.label().to_owned()),
        Detail::Charge(charge) => {
            let appearance = charge.first_appearance.map(|at| format!("first appearance {}", date_time_long(at)));
            let allocation = charge.allocation.map(|allocation| allocation.label().to_owned());
            let offence = Some(charge.offence.clone()).filter(|text| !text.is_empty());
            let parts: Vec<String> = [offence, allocation, appearance].into_iter().flatten().collect();
            Some(if parts.is_empty() {
                "Charge, allocation and first appearance not recorded".to_owned()
            } else {
                parts.join("; ")
            })
        }
    };
    context! { what => event.kind.label(), at => event.at, detail }
}

fn hours(minutes: u32) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

fn entry_value(entry: &Entry) -> Value {
    let decided = match (entry.decided_by, entry.decider_name.trim()) {
        (None, "") => None,
        (None, name) => Some(name.to_owned()),
        (Some(decider), "") => Some(decider.label().to_owned()),
        (Some(decider), name) => Some(format!("{decider}: {name}")),
    };
    context! {
        id => entry.id.to_string(),
        origin => Origin::Recorded.label(),
        decided,
        note => &entry.note,
        written_at => entry.recorded_at,
        written_by => &entry.recorded_by_name,
        corrects => entry.replaces.is_some() && !entry.withdrawn,
        withdrawn => entry.withdrawn,
        ..event_value(&entry.event)
    }
}

/// A line as it would be typed.
fn typed_of(entry: &Entry) -> Fields {
    let event = &entry.event;
    let mut pairs = vec![
        ("kind", event.kind.code().to_owned()),
        ("at", typed_moment(event.at)),
        ("decided_by", entry.decided_by.map_or("", DecidedBy::code).to_owned()),
        ("decider_name", entry.decider_name.clone()),
        ("note", entry.note.clone()),
    ];
    match &event.detail {
        Detail::None | Detail::End(None) => (),
        Detail::End(Some(end)) => pairs.push(("end", typed_moment(*end))),
        Detail::Minutes(minutes) => pairs.push(("hours", (f64::from(*minutes) / 60.0).to_string())),
        Detail::Section(section) => pairs.push(("section", section.code().to_owned())),
        Detail::Charge(charge) => {
            pairs.push(("offence", charge.offence.clone()));
            pairs.push(("allocation", charge.allocation.map_or("", Allocation::code).to_owned()));
            pairs.push(("first_appearance", charge.first_appearance.map(typed_moment).unwrap_or_default()));
        }
    }
    pairs.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

/// `26/11/2026 09:30`, with which of the two it is in the hour that comes twice.
fn typed_moment(at: Instant) -> String {
    let local = london_time(at);
    let zone = if london_time(at + Duration::hours(1)) == local {
        " BST"
    } else if london_time(at - Duration::hours(1)) == local {
        " GMT"
    } else {
        ""
    };
    format!("{} {}{zone}", local.format("%-d/%-m/%Y"), clock_time(at))
}

/// The questions of the form, as `parts/form.html` draws them.
fn form(typed: Option<&Fields>, now: Instant) -> Value {
    let text = |name: &str| typed.map_or("", |fields| fields.text(name)).to_owned();
    let asking = |asks: Asks| {
        let kinds = LegalEventKind::ALL.iter().filter(|kind| kind.asks() == asks);
        let codes: Vec<&str> = kinds.clone().map(|kind| kind.code()).collect();
        let labels: Vec<String> = kinds.map(|kind| kind.label().to_lowercase()).collect();
        let visible = LegalEventKind::from_code(&text("kind")).is_some_and(|kind| kind.asks() == asks);
        context! {
            when => context! { about => context! { question => "kind", test => context! { any_of => codes } } },
            visible,
            only_if => labels.join(", or "),
        }
    };
    let chosen = |code: &str, name: &str| text(name) == code;
    let option = |code: &str, label: &str, name: &str| context! { code, label, checked => chosen(code, name) };
    context! {
        kinds => LegalEventKind::ALL.iter().map(|kind| option(kind.code(), kind.label(), "kind")).collect::<Vec<_>>(),
        sections => MhaSection::ALL.iter().map(|one| option(one.code(), one.label(), "section")).collect::<Vec<_>>(),
        allocations => Allocation::ALL.iter().map(|one| option(one.code(), one.label(), "allocation")).collect::<Vec<_>>(),
        deciders => DecidedBy::ALL.iter().map(|one| option(one.code(), one.label(), "decided_by")).collect::<Vec<_>>(),
        at => text("at"), end => text("end"), hours => text("hours"), offence => text("offence"),
        first_appearance => text("first_appearance"), decider_name => text("decider_name"), note => text("note"),
        asks_end => asking(Asks::End), asks_hours => asking(Asks::Hours), asks_section => asking(Asks::Section),
        asks_charge => asking(Asks::Charge),
        now => clock_time(now),
    }
}

#[cfg(test)]
mod tests {
    use super::super::typed;
    use super::*;
    use throughline_clocks::{Events, clocks};
    use throughline_domain::legal::Charge;

    fn instant(text: &str) -> Instant {
        text.parse().unwrap()
    }

    #[test]
    fn a_rule_nobody_has_checked_for_three_months_warns() {
        let told = |now: &str| {
            let events = Events { arrived_station_at: Some(instant("2026-11-10T10:00:00Z")), ..Events::default() };
            old_rules(&clocks(&events, instant(now)).clocks, instant(now))
        };
        assert_eq!(told("2026-12-01T10:00:00Z"), Vec::<String>::new());
        let words = told("2027-06-01T10:00:00Z").remove(0);
        assert!(words.contains("The rule for “First review” was last checked against the law on"), "{words}");
        assert!(words.ends_with("check the custody record."), "{words}");
    }

    #[test]
    fn a_line_opened_for_correction_reads_back_as_what_it_was() {
        let charge = Charge {
            offence: "Affray".into(),
            allocation: Some(Allocation::EitherWay),
            first_appearance: Some(instant("2026-11-02T10:00:00Z")),
        };
        for (kind, at, detail) in [
            (LegalEventKind::ReviewHeld, "2026-10-25T00:30:00Z", Detail::None),
            (LegalEventKind::ReviewHeld, "2026-10-25T01:30:00Z", Detail::None),
            (LegalEventKind::ExcludedTime, "2026-07-01T08:30:00Z", Detail::End(Some(instant("2026-07-01T09:30:00Z")))),
            (LegalEventKind::S136Extended, "2026-10-26T08:30:00Z", Detail::Minutes(450)),
            (LegalEventKind::SectionBegan, "2026-10-26T08:30:00Z", Detail::Section(MhaSection::S48Restricted)),
            (LegalEventKind::Charged, "2026-10-26T08:30:00Z", Detail::Charge(charge)),
        ] {
            let event = LegalEvent { kind, at: instant(at), detail, origin: Origin::Recorded };
            let entry = Entry {
                id: LegalEventId::new(uuid::Uuid::nil()),
                event: event.clone(),
                decided_by: Some(DecidedBy::Nurse),
                decider_name: "A <b>".into(),
                note: " as said\n".into(),
                replaces: None,
                withdrawn: false,
                replaced: false,
                recorded_at: event.at,
                recorded_by_name: "Amara Bello".into(),
            };
            let mut errors = Errors::default();
            let read = typed::read(&typed_of(&entry), instant("2026-11-26T14:30:00Z"), &mut errors).unwrap();
            assert_eq!((read.kind, read.at, read.detail), (event.kind, event.at, event.detail));
            assert_eq!((read.decided_by, read.note), (entry.decided_by, entry.note));
        }
    }
}
