//! One piece of advice with its versions, and correcting one's own.

use super::form;
use crate::banner::banner;
use crate::{Answer, Cx, Errors, Fields, Problem};
use axum::extract::Path;
use axum::http::StatusCode;
use minijinja::{Value, context};
use throughline_domain::consultation::AskedBy;
use throughline_domain::ids::ConsultationId;
use throughline_policy::{ChangeConsultation, Subject, ViewClinical, ViewConsultation, WriteClinical};
use throughline_store::consultations::{self, Consultation};
use throughline_store::{Error as StoreError, Tx};

pub(super) async fn show(cx: Cx, Path(id): Path<ConsultationId>) -> Answer {
    draw(&cx, id, Correcting::Nothing, &Errors::default()).await
}

/// What was sent of a correction, when it is drawn again.
#[derive(Clone, Copy)]
enum Correcting<'a> {
    /// Nothing yet.
    Nothing,
    /// Something in it is wrong.
    Wrong(&'a Fields),
    /// It was made from a version that does not stand any more.
    Late(&'a Fields),
}

/// The versions, newest first, for a reader who may see them: those of advice about somebody with a grant for them.
async fn find(tx: &mut Tx, id: ConsultationId) -> Result<(Subject, Vec<Consultation>), Problem> {
    let subject = consultations::subject(tx, id).await?.ok_or(Problem::NotFound)?;
    let versions = if subject.person.is_some() {
        let grant = tx.authorise::<ViewClinical>(subject).await?;
        consultations::versions_about(tx, &grant, id).await?
    } else {
        let grant = tx.authorise::<ViewConsultation>(Subject { site: subject.site, ..Subject::default() }).await?;
        consultations::versions(tx, &grant, id).await?
    };
    if versions.is_empty() { Err(Problem::NotFound) } else { Ok((subject, versions)) }
}

fn of_site(subject: Subject) -> Subject {
    Subject { site: subject.site, ..Subject::default() }
}

fn back(subject: Subject) -> Value {
    let list = || context! { href => "/consultations", text => "Advice to colleagues" };
    let episode = |episode| context! { href => format!("/episodes/{episode}"), text => "Episode" };
    subject.episode.map_or_else(list, episode)
}

async fn draw(cx: &Cx, id: ConsultationId, correcting: Correcting<'_>, errors: &Errors) -> Answer {
    let mut tx = cx.begin().await?;
    let (subject, versions) = find(&mut tx, id).await?;
    let standing = versions.first().ok_or(Problem::NotFound)?;
    let person = match subject.person {
        Some(person) => Some(banner(&mut tx, person, subject.episode).await?.value),
        None => None,
    };
    let own = standing.by_user == cx.signed_in.user.id;
    let may_correct = own && may_correct(&mut tx, subject).await?;
    tx.commit().await?;
    let late = matches!(correcting, Correcting::Late(_));
    let typed = match correcting {
        Correcting::Nothing => form::typed(standing),
        Correcting::Wrong(fields) => fields.typed(),
        Correcting::Late(fields) => context! { version => standing.number, ..fields.typed() },
    };
    let values = context! {
        heading => format!("Advice: {}", standing.topic.label().to_lowercase()),
        caption => format!("To {}", standing.asked_by.label().to_lowercase()),
        person,
        back => back(subject),
        names_somebody => subject.person.is_some(),
        standing => form::line(standing),
        before => versions.iter().skip(1).map(form::line).collect::<Vec<Value>>(),
        may_correct,
        correcting => !matches!(correcting, Correcting::Nothing),
        late,
        choices => form::choices(),
        typed,
        errors => errors.summary(),
        wrong => errors.by_field(),
    };
    let mut page = cx.page_of_form("consultations/one.html", errors, values)?;
    if late {
        *page.status_mut() = StatusCode::CONFLICT;
    }
    Ok(page)
}

/// Whether the actor may correct advice of their own here: about somebody as if they wrote in the record anew.
async fn may_correct(tx: &mut Tx, subject: Subject) -> Result<bool, Problem> {
    let writes = subject.person.is_none() || tx.may::<WriteClinical>(subject).await?;
    Ok(writes && tx.may::<ChangeConsultation>(of_site(subject)).await?)
}

pub(super) async fn correct(cx: Cx, Path(id): Path<ConsultationId>, fields: Fields) -> Answer {
    let mut act = cx.act(&fields).await?;
    let (subject, versions) = find(&mut act, id).await?;
    let grant = act.authorise::<ChangeConsultation>(of_site(subject)).await?;
    let about = match subject.person {
        Some(_) => Some(act.authorise::<WriteClinical>(subject).await?),
        None => None,
    };
    let standing = versions.first().filter(|one| one.by_user == cx.signed_in.user.id).ok_or(Problem::NotFound)?;
    let mut errors = Errors::default();
    let given = form::read(&fields, cx.now, &mut errors);
    let told = given.as_ref().and_then(|given| tells_another(&subject, standing.asked_by, given.asked_by));
    if let Some(words) = told {
        errors.add("asked_by", words);
    }
    if fields.given("why").is_none() {
        errors.add("why", "Write why it is corrected");
    }
    let Some(given) = given.filter(|_| errors.is_empty()) else {
        drop(act);
        return draw(&cx, id, Correcting::Wrong(&fields), &errors).await;
    };
    let base = Consultation { number: fields.version()?, ..standing.clone() };
    match consultations::correct(&mut act, &grant, about.as_ref(), &base, &given, fields.text("why")).await {
        Err(StoreError::Stale) => {
            drop(act);
            draw(&cx, id, Correcting::Late(&fields), &errors).await
        }
        done => {
            done?;
            act.done(&format!("/consultations/{id}")).await
        }
    }
}

/// What is said when a correction would tell somebody outside, without the line of the disclosure ledger.
const GOES_OUTSIDE: &str = "This was recorded as told to nobody outside. If somebody outside asked, record it anew from \
                            the episode, where its basis is asked for, and say here what was wrong";

/// What is said when a correction would tell somebody else outside, for whom another line of consent speaks.
const GOES_ELSEWHERE: &str = "The person is asked about sharing with this reader on its own. Record the advice anew \
                              from the episode, where its basis is asked for and written into the disclosure \
                              ledger, and say here what was wrong";

/// Why a correction may not say that this reader asked about a person: nobody was asked on what basis they were
/// told, and nothing leaves without its line in the ledger.
fn tells_another(subject: &Subject, before: AskedBy, now: AskedBy) -> Option<&'static str> {
    let (before, now) = (before.consent_for(), now.consent_for());
    if subject.person.is_none() || now.is_none() || now == before {
        return None;
    }
    Some(if before.is_none() { GOES_OUTSIDE } else { GOES_ELSEWHERE })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about_somebody() -> Subject {
        let person = throughline_domain::ids::PersonId::new(uuid::Uuid::now_v7());
        Subject { person: Some(person), ..Subject::default() }
    }

    #[test]
    fn a_correction_names_only_readers_for_whom_the_same_line_of_consent_speaks() {
        for (before, now, said) in [
            (AskedBy::Custody, AskedBy::Police, None),
            (AskedBy::Court, AskedBy::Defence, None),
            (AskedBy::Custody, AskedBy::Colleague, None),
            (AskedBy::Colleague, AskedBy::Custody, Some(GOES_OUTSIDE)),
            (AskedBy::Custody, AskedBy::Court, Some(GOES_ELSEWHERE)),
            (AskedBy::Custody, AskedBy::Healthcare, Some(GOES_ELSEWHERE)),
        ] {
            assert_eq!(tells_another(&about_somebody(), before, now), said, "{before} to {now}");
            assert_eq!(tells_another(&Subject::default(), before, now), None, "nobody is named");
        }
    }
}
