//! What is written reads back, what is read is documented, and what is wrong is told.

mod documentation;
mod edits;
mod entries;
mod gallery;
mod round_trip;

const SMALL_BOOK: &str = include_str!("../../../tests/fixtures/small-book.toml");
/// Assets with every key the small book's has not.
const ASSETS: &str = include_str!("../../../tests/fixtures/assets.toml");

/// Mistakes as the command line prints them.
fn told(mistakes: &[super::BookMistake]) -> String {
    mistakes.iter().map(|mistake| format!("{mistake}\n")).collect()
}
