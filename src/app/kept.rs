//! Answers that hold as long as what they were worked out from does not change.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

use super::AppError;

/// Beyond so many, all are worked out anew: people ask few different things.
const ANSWERS_MAX: usize = 1_000;

/// Answers by what was asked, all of one revision of the database.
pub(super) struct Kept<Asked, Answer>(Mutex<(i64, HashMap<Asked, Answer>)>);

impl<Asked, Answer> Default for Kept<Asked, Answer> {
    fn default() -> Self {
        Kept(Mutex::new((0, HashMap::new())))
    }
}

impl<Asked: Hash + Eq, Answer: Clone> Kept<Asked, Answer> {
    /// The answer known under `revision`, which must have been read before `work_out` reads anything: should something
    /// change in between, its answer is kept under a revision that never comes again.
    pub(super) fn answer(
        &self,
        revision: i64,
        asked: Asked,
        work_out: impl FnOnce() -> Result<Answer, AppError>,
    ) -> Result<Answer, AppError> {
        if let Some(known) = self.of(revision, |answers| answers.get(&asked).cloned()) {
            return Ok(known);
        }
        let answer = work_out()?;
        self.of(revision, |answers| {
            if answers.len() >= ANSWERS_MAX {
                answers.clear();
            }
            answers.insert(asked, answer.clone());
        });
        Ok(answer)
    }

    /// What `look` finds among the answers of `revision`; those of any other are forgotten.
    fn of<T>(&self, revision: i64, look: impl FnOnce(&mut HashMap<Asked, Answer>) -> T) -> T {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.0 != revision {
            *known = (revision, HashMap::new());
        }
        look(&mut known.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_worked_out_once_a_revision() {
        let kept: Kept<&str, i64> = Kept::default();
        let mut worked = 0;
        let mut ask = |revision, asked, answer| {
            let work_out = || {
                worked += 1;
                Ok(answer)
            };
            kept.answer(revision, asked, work_out).unwrap()
        };
        assert_eq!((ask(1, "all", 10), ask(1, "all", 11), ask(1, "open", 3)), (10, 10, 3));
        assert_eq!((ask(2, "all", 12), ask(2, "all", 13)), (12, 12));
        assert_eq!(worked, 3);
    }

    #[test]
    fn what_went_wrong_is_asked_again() {
        let kept: Kept<&str, i64> = Kept::default();
        assert!(kept.answer(1, "all", || Err(AppError::NoBook)).is_err());
        assert_eq!(kept.answer(1, "all", || Ok(10)).unwrap(), 10);
    }
}
