//! Takes a JSON array of objects apart without holding it: one byte at a time, one object at a time.

/// Where in the array the last byte was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    BeforeArray,
    BeforeFirst,
    BeforeNext,
    /// Within an object, `depth` brackets deep.
    Object {
        depth: u32,
    },
    Text {
        depth: u32,
    },
    Escape {
        depth: u32,
    },
    AfterObject,
    AfterArray,
}

/// What to do with a byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Skip,
    /// It belongs to the object.
    Take,
    /// It is the object's last byte.
    Complete,
}

pub struct Scanner(State);

impl Scanner {
    pub const fn new() -> Scanner {
        Scanner(State::BeforeArray)
    }

    /// The next byte; an error says what the array lacks.
    pub fn step(&mut self, byte: u8) -> Result<Step, &'static str> {
        let (state, step) = next(self.0, byte)?;
        self.0 = state;
        Ok(step)
    }

    /// Whether the input may end here.
    pub fn end(&self) -> Result<(), &'static str> {
        match self.0 {
            State::AfterArray => Ok(()),
            _ => Err("the array does not end; the input was cut off, send it again"),
        }
    }
}

fn next(state: State, byte: u8) -> Result<(State, Step), &'static str> {
    use State::{AfterArray, AfterObject, BeforeArray, BeforeFirst, BeforeNext, Escape, Object, Text};
    Ok(match (state, byte) {
        (Text { depth }, b'"') => (Object { depth }, Step::Take),
        (Text { depth }, b'\\') => (Escape { depth }, Step::Take),
        (Text { depth } | Escape { depth }, _) => (Text { depth }, Step::Take),
        (Object { depth }, b'"') => (Text { depth }, Step::Take),
        (Object { depth }, b'{' | b'[') => (Object { depth: depth.saturating_add(1) }, Step::Take),
        (Object { depth: 1 }, b'}' | b']') => (AfterObject, Step::Complete),
        (Object { depth }, b'}' | b']') => (Object { depth: depth - 1 }, Step::Take),
        (Object { depth }, _) => (Object { depth }, Step::Take),
        (_, b' ' | b'\t' | b'\r' | b'\n') => (state, Step::Skip),
        (BeforeArray, b'[') => (BeforeFirst, Step::Skip),
        (BeforeFirst | BeforeNext, b'{') => (Object { depth: 1 }, Step::Take),
        (BeforeFirst | AfterObject, b']') => (AfterArray, Step::Skip),
        (AfterObject, b',') => (BeforeNext, Step::Skip),
        (BeforeArray, _) => return Err("is not a JSON array; it begins with ["),
        (BeforeFirst | BeforeNext, _) => return Err("is not an object; each element of the array is one, { ... }"),
        (AfterObject, _) => return Err("is followed by neither , nor ]; separate the elements by ,"),
        (AfterArray, _) => return Err("follows the end of the array; send one array"),
    })
}
