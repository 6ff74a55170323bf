//! What a user wants to see of a site's board: kept over sign-out.

use crate::{Conn, Result, Tx, args};
use throughline_domain::board::BoardChoice;
use throughline_policy::{Grant, ViewBoard};

/// What the grant's actor chose to see of the board of the grant's site; everybody, when they never chose.
///
/// # Errors
/// The store's.
pub async fn board_choice(conn: &mut Conn, grant: &Grant<ViewBoard>) -> Result<BoardChoice> {
    let row = conn
        .fetch_optional(
            "SELECT filters, rooms, view FROM board_choice WHERE user_id = $1 AND site_id = $2",
            args![grant.actor().user, grant.site()],
        )
        .await?;
    let Some(row) = row else { return Ok(BoardChoice::default()) };
    let (filters, rooms, view): (String, String, String) = (row.get("filters")?, row.get("rooms")?, row.get("view")?);
    Ok(BoardChoice::kept(&filters, &rooms, &view))
}

/// Keeps what the grant's actor chose to see of the board of the grant's site.
///
/// # Errors
/// The store's.
pub async fn choose(tx: &mut Tx, grant: &Grant<ViewBoard>, choice: &BoardChoice) -> Result<()> {
    tx.execute(
        "INSERT INTO board_choice (user_id, site_id, filters, rooms, view) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (user_id, site_id)
         DO UPDATE SET filters = excluded.filters, rooms = excluded.rooms, view = excluded.view",
        args![
            grant.actor().user,
            grant.site(),
            choice.filters_kept(),
            choice.rooms_kept(),
            choice.view.code().to_owned()
        ],
    )
    .await?;
    Ok(())
}
