//! What a person's own page says of records that were joined.

use crate::{Cx, Problem};
use minijinja::{Value, context};
use throughline_domain::ids::{MergeId, PersonId};
use throughline_domain::time::{date_long, london_date};
use throughline_policy::{Class, Verb, ViewIdentity};
use throughline_store::{Tx, merges};

/// What a person's own page says of joinings and duplicates. `led_by` is the joining by which an old
/// link led there.
pub(super) async fn records(cx: &Cx, tx: &mut Tx, person: PersonId, led_by: Option<MergeId>) -> Result<Value, Problem> {
    let grant = tx.authorise::<ViewIdentity>(person).await?;
    let all = merges::of_person(tx, &grant).await?;
    let may_open = cx.role_may(Verb::View, Class::Duplicates);
    let href = |id: MergeId| may_open.then(|| format!("/duplicates/joined/{id}"));
    let led = all.iter().find(|joined| Some(joined.id) == led_by).map(|joined| {
        let text = format!("These records were joined on {} by {}.", date_long(london_date(joined.at)), joined.by_name);
        let link = href(joined.id).map(|href| context! { href, text => "See how they were joined" });
        context! { kind => "information", text, link }
    });
    let lines: Vec<Value> = all
        .iter()
        .map(|joined| context! { href => href(joined.id), name => joined.away.formal(), at => joined.at, by => joined.by_name })
        .collect();
    Ok(context! { notice => led, joined => lines, may_report => cx.role_may(Verb::Create, Class::Duplicates) })
}
