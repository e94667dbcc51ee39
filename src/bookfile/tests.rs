//! What is written reads back; what is read is documented.

use super::cursor::Notes;
use super::source::Source;
use super::{read, syntax, write};

const SMALL_BOOK: &str = include_str!("../../tests/fixtures/small-book.toml");

#[test]
fn the_small_book_reads_and_survives_a_round_trip() {
    let book = read(SMALL_BOOK, "small-book.toml").unwrap_or_else(|mistakes| {
        panic!("{}", mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    });
    let written = write(&book);
    assert_eq!(read(&written, "written.toml").as_ref(), Ok(&book), "{written}");
    assert_eq!(write(&book.ordered()), written);
}
