//! A record as it stood at a moment: read-only, with what was known of it then.

use super::opened::title_of;
use super::shown::shown;
use crate::as_of::{AsOf, Asked};
use crate::banner::banner;
use crate::{Answer, Cx, Problem};
use minijinja::{Value, context};
use throughline_domain::ids::RecordId;
use throughline_policy::ViewClinical;
use throughline_store::records;

pub(super) async fn show(cx: &Cx, id: RecordId, moment: AsOf, asked: &Asked) -> Answer {
    let mut tx = cx.begin().await?;
    let subject = records::subject(&mut tx, id).await?.ok_or(Problem::NotFound)?;
    let grant = tx.authorise::<ViewClinical>(subject).await?;
    let now = records::get(&mut tx, &grant, id).await?.ok_or(Problem::NotFound)?;
    let then = records::get_as_of(&mut tx, &grant, id, moment.at).await?;
    let mut addenda = records::addenda(&mut tx, &grant, &now).await?;
    addenda.retain(|one| one.at <= moment.at);
    let banner = banner(&mut tx, now.person_id, Some(now.episode_id)).await?;
    tx.commit().await?;
    let path = format!("/records/{id}");
    let values = context! {
        back => context! { href => moment.of_page(&format!("/episodes/{}", now.episode_id)), text => "Episode, as it stood" },
        person => banner.value,
        as_of => moment.strip(&path),
        ask_as_of => asked.form(&path, None),
        addenda,
        ..then.as_ref().map_or_else(|| not_begun(&now), shown)
    };
    cx.page("forms/record.html", values)
}

/// A record that was not begun by then.
fn not_begun(now: &records::Record) -> Value {
    context! { heading => title_of(now), caption => "Not begun", state => "not_begun", record => now }
}
