//! What every kind of store promises about reviews.

mod changes;
mod damage;
mod model;
mod races;
mod reading;
mod sqlite_damage;
pub(super) mod stock;
mod submissions;
mod sums;
mod writing;
