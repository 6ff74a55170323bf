//! The records of an episode as they stood at a moment: read-only.

use crate::as_of::{AsOf, Asked};
use crate::banner::banner;
use crate::pathway::{episode, subject};
use crate::record_lines::records_as_of;
use crate::{Answer, Cx, Problem};
use minijinja::{Value, context};
use throughline_domain::ids::EpisodeId;
use throughline_policy::{Subject, ViewClinical};
use throughline_store::Tx;
use throughline_store::records::{self};

pub(super) async fn show(cx: &Cx, id: EpisodeId, moment: AsOf, asked: &Asked) -> Answer {
    let mut tx = cx.begin().await?;
    let subject = subject(&mut tx, id).await?;
    let episode = episode(&mut tx, subject).await?;
    let records = stood(&mut tx, subject, moment).await?;
    let banner = banner(&mut tx, episode.person_id, Some(id)).await?;
    tx.commit().await?;
    let path = format!("/episodes/{id}");
    let values = context! {
        heading => format!("{} episode", episode.point_of_contact),
        caption => episode.site_name,
        person => banner.value,
        back => context! { href => moment.of_page(&format!("/people/{}", episode.person_id)), text => "Person's record, as it stood" },
        as_of => moment.strip(&path),
        ask_as_of => asked.form(&path, None),
        open_then => episode.opened_at <= moment.at,
        closed_then => episode.closed_at.is_some_and(|closed| closed <= moment.at),
        records,
        episode,
    };
    cx.page("episodes/as_of.html", values)
}

async fn stood(tx: &mut Tx, subject: Subject, moment: AsOf) -> Result<Option<Value>, Problem> {
    if !tx.may::<ViewClinical>(subject).await? {
        return Ok(None);
    }
    let grant = tx.authorise::<ViewClinical>(subject).await?;
    let stood = records::of_episode_as_of(tx, &grant, moment.at).await?;
    Ok(Some(records_as_of(&stood, moment)))
}
