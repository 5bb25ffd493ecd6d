//! What every kind of store promises about reviews.

mod model;
mod reading;
mod sqlite_damage;
mod stock;
mod submissions;
mod sums;
mod writing;
