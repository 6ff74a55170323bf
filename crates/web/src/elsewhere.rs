//! Records of other registers, as pages show them and as a person of ours is made from one.

mod found;
mod row;
pub(crate) mod shown;
mod take;

use crate::App;
use axum::Router;

/// The pages of records of other registers.
pub fn routes() -> Router<App> {
    row::routes().merge(found::routes())
}
