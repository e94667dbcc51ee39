//! Entries of the journal against what the trail says of them: the event that posted each, and the seals of stretches.
//!
//! Events name what they post since they hold its number and digest. Those of before name no more than the document, whose
//! journal is that of what happened: whether it is there is held by them, and what it says by seals, without its number
//! until the first seal that holds numbers, which covers the journal from its first entry on.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Verification;
use crate::domain::audit::{AuditEvent, EntryDigest, JournalSeal, Tree, hex, sha256_hex};
use crate::domain::ledger::{CARRY_FORWARD, Journal, allocation_document};
use crate::domain::money::Money;
use crate::storage::audit::ChainedEvent;
use crate::storage::evidence::EntryLine;

/// What the trail says.
#[derive(Default)]
pub struct Said {
    /// By journal and document: the event that posted it, and what it says of it.
    entries: BTreeMap<(String, String), (i64, EntryDigest)>,
    /// What events of before that named, by journal and document: the event, and whether it is certain to have posted it.
    documents: BTreeMap<(String, String), (i64, bool)>,
    seals: Vec<(i64, JournalSeal)>,
    /// Whether anything was posted before events named what they post.
    has_unnamed: bool,
}

impl Said {
    pub fn note(&mut self, chained: &ChainedEvent) {
        let event = &chained.event;
        self.has_unnamed |= self.entries.is_empty() && event.posts_unnamed();
        for (journal, document, is_certain) in documents(event).into_iter().filter(|_| event.postings().is_empty()) {
            let key = (journal.code().to_owned(), document);
            let (_, known) = self.documents.entry(key).or_insert((chained.sequence, is_certain));
            *known |= is_certain;
        }
        for entry in event.postings() {
            let key = (entry.journal.clone(), entry.document.clone());
            self.entries.entry(key).or_insert((chained.sequence, entry));
        }
        if event.action == "journal.sealed"
            && let Ok(seal) = serde_json::from_value(event.detail.clone())
        {
            self.seals.push((chained.sequence, seal));
        }
    }

    /// The seals over lines with their numbers, or those of before.
    fn sealed(&self, numbered: bool) -> Stretches<'_> {
        let seals: Vec<_> = self.seals.iter().filter(|(_, seal)| seal.numbered == numbered).collect();
        let mut seals = seals.into_iter();
        Stretches { next: seals.next(), seals, tree: Tree::default() }
    }
}

/// The documents an event that names no entries may have posted, each with its journal and whether it did for certain.
fn documents(event: &AuditEvent) -> Vec<(Journal, String, bool)> {
    let text = |key: &str| event.detail.get(key).and_then(Value::as_str);
    let of = |document: Option<&str>| {
        document.map(|document| (Journal::Sales, document.to_owned(), false)).into_iter().collect()
    };
    match event.action.as_str() {
        // One that comes to nothing throughout has no entry.
        "invoice.issued" => {
            let amounts = ["net", "tax", "gross"].into_iter().filter_map(text).map(str::parse::<Money>);
            vec![(Journal::Sales, event.subject.clone(), amounts.flatten().any(|amount| !amount.is_zero()))]
        }
        "invoice.credited" => of(text("credit_note")),
        "invoice.corrected" => of(text("corrected")),
        "result.allocated" => vec![(Journal::Miscellaneous, allocation_document(&event.subject), true)],
        "year.closed" => {
            let posted = event.detail.get("posted").and_then(Value::as_array).into_iter().flatten();
            posted.filter_map(Value::as_str).map(|document| (closed_in(document), document.to_owned(), true)).collect()
        }
        action => journal_of(action, &event.subject)
            .map(|journal| (journal, event.subject.clone(), true))
            .into_iter()
            .collect(),
    }
}

/// The journal in which `action` posts the document it is about.
fn journal_of(action: &str, document: &str) -> Option<Journal> {
    match action {
        "balances.opened" => Some(Journal::Opening),
        // What moved was told by the action of charges at first.
        "asset.posted" | "depreciation.posted" if document.starts_with("AMORT-") => Some(Journal::Depreciation),
        "asset.posted" | "depreciation.posted" => Some(Journal::Assets),
        "payment.corrected" | "payment.kept" | "payment.recorded" | "payment.refunded" | "payment.repaid" => {
            Some(Journal::Payments)
        }
        "payment.settled" | "payment.transferred" | "interest.claimed" => Some(Journal::Miscellaneous),
        _ => None,
    }
}

/// The journal of a document that the closing of a year posted.
fn closed_in(document: &str) -> Journal {
    if document.starts_with(CARRY_FORWARD) { Journal::Opening } else { Journal::Closing }
}

/// The journal as it is gone through, in the order of posting.
pub struct Held<'a> {
    said: &'a Said,
    numbered: Stretches<'a>,
    without_numbers: Stretches<'a>,
    seen: BTreeSet<(String, String)>,
    /// What events of before that posted for certain, and was not met yet.
    missing: BTreeMap<&'a (String, String), i64>,
    /// Entries of before events named what they post.
    unnamed: usize,
    sealed_through: i64,
    unsealed: usize,
}

impl<'a> Held<'a> {
    pub fn new(said: &'a Said) -> Held<'a> {
        let certain = said.documents.iter().filter(|(_, (_, is_certain))| *is_certain);
        Held {
            said,
            numbered: said.sealed(true),
            without_numbers: said.sealed(false),
            seen: BTreeSet::new(),
            missing: certain.map(|(key, (sequence, _))| (key, *sequence)).collect(),
            unnamed: 0,
            sealed_through: said.seals.iter().map(|(_, seal)| seal.through).max().unwrap_or(0),
            unsealed: 0,
        }
    }

    /// Holds the next entry.
    pub fn hold(&mut self, entry: EntryLine, found: &mut Verification) {
        let key = (entry.journal.clone(), entry.document.clone());
        self.missing.remove(&key);
        let is_known = self.said.has_unnamed && self.said.documents.contains_key(&key);
        match self.said.entries.get(&key) {
            Some((sequence, said)) => {
                compare(&entry, *sequence, said, found);
                self.seen.insert(key);
            }
            // Once one event names what it posts, so does every later one.
            None if !self.seen.is_empty() || !is_known => {
                let place = format!("{} {}", entry.journal, entry.document);
                found.find("journal", place, "the trail does not say that it was posted");
            }
            None => self.unnamed += 1,
        }
        self.unsealed += usize::from(entry.id > self.sealed_through);
        self.numbered.take(entry.id, &entry.line, found);
        self.without_numbers.take(entry.id, &entry.line_without_number, found);
    }

    /// After the last entry.
    pub fn finish(self, found: &mut Verification) {
        self.numbered.finish(found);
        self.without_numbers.finish(found);
        for (key, (sequence, said)) in self.said.entries.iter().filter(|(key, _)| !self.seen.contains(*key)) {
            let what = format!("event {sequence} says it was posted as {}, and it is not there", said.number);
            found.find("journal", format!("{} {}", key.0, key.1), what);
        }
        for ((journal, document), sequence) in self.missing {
            found.find(
                "journal",
                format!("{journal} {document}"),
                format!("event {sequence} says it was posted, and it is not there"),
            );
        }
        if self.unnamed > 0 {
            let what = "journal entries were posted before events named what they post: a seal holds them, once `audit sign` has made one";
            found.notes.push(format!("{} {what}", self.unnamed));
        }
        if self.unsealed > 0 {
            found.notes.push(format!("{} journal entries were posted after the last seal", self.unsealed));
        }
    }
}

/// What differs is named; where no more than the digest does, it is a line.
fn compare(entry: &EntryLine, sequence: i64, said: &EntryDigest, found: &mut Verification) {
    let place = format!("{} {}", entry.journal, entry.document);
    let number = entry.number.as_deref().unwrap_or("none");
    let (date, said_date) = (entry.date.to_string(), said.date.to_string());
    let named = [("number", number, &*said.number), ("date", &date, &said_date), ("label", &entry.label, &said.label)];
    let mut is_named = false;
    for (what, stored, known) in named.into_iter().filter(|(_, stored, known)| stored != known) {
        is_named = true;
        found.find("journal", &place, format!("{what}: stored is {stored}, event {sequence} says {known}"));
    }
    if !is_named && sha256_hex(entry.line.as_bytes()) != said.sha256 {
        found.find("journal", &place, format!("its lines are not those event {sequence} posted"));
    }
}

/// Seals of one kind in their order, with the lines since the last one closed.
struct Stretches<'a> {
    next: Option<&'a (i64, JournalSeal)>,
    seals: std::vec::IntoIter<&'a (i64, JournalSeal)>,
    tree: Tree,
}

impl Stretches<'_> {
    fn take(&mut self, id: i64, line: &str, found: &mut Verification) {
        while let Some((sequence, seal)) = self.next.filter(|(_, seal)| seal.through < id) {
            self.close(*sequence, seal, found);
        }
        if self.next.is_some() {
            self.tree.push(line.as_bytes());
        }
    }

    fn finish(mut self, found: &mut Verification) {
        while let Some((sequence, seal)) = self.next {
            self.close(*sequence, seal, found);
        }
    }

    fn close(&mut self, sequence: i64, seal: &JournalSeal, found: &mut Verification) {
        let tree = std::mem::take(&mut self.tree);
        self.next = self.seals.next();
        let count = tree.size();
        let place = format!("{} to {}", seal.from, seal.through);
        if count != seal.entries {
            found.find(
                "journal",
                place,
                format!("event {sequence} sealed {} entries, {count} are there", seal.entries),
            );
        } else if hex(&tree.root()) != seal.root {
            found.find("journal", place, format!("its {count} entries are not those event {sequence} sealed"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::audit::{Actor, POSTING_ACTIONS};

    #[test]
    fn every_event_that_posts_tells_the_journal() {
        for action in POSTING_ACTIONS {
            let by = Actor::new("test", None);
            let detail = serde_json::json!({ "posted": ["RESULTAT-2026"], "net": "1.00" });
            let event = AuditEvent::new(chrono::DateTime::UNIX_EPOCH, &by, action, "X-1", detail);
            assert!(matches!(documents(&event).as_slice(), [(_, _, true)]), "{action}");
        }
    }

    /// What a table of the verifier of packs holds, a line each.
    fn table(name: &str) -> Vec<&'static str> {
        const SCRIPT: &str = include_str!("../../../documents/evidence/verify/5_journal.py");
        let names = SCRIPT.lines().filter_map(|line| line.split_once(" = ")).filter(|(known, _)| *known == name);
        assert_eq!(names.count(), 1, "{name} has one meaning in the script");
        let lines = SCRIPT.lines().skip_while(|line| !line.starts_with(&format!("{name} = "))).skip(1);
        lines.take_while(|line| line.starts_with(' ')).map(|line| line.trim().trim_end_matches(',')).collect()
    }

    #[test]
    fn the_verifier_of_packs_knows_the_same_journals() {
        let actions: Vec<&str> = table("POSTING_ACTIONS").into_iter().map(|line| line.trim_matches('"')).collect();
        assert_eq!(actions, POSTING_ACTIONS);
        let by_document = ["asset.posted", "depreciation.posted"];
        let own = POSTING_ACTIONS.into_iter().filter(|action| !by_document.contains(action));
        let own = own.filter_map(|action| Some(format!("\"{action}\": \"{}\"", journal_of(action, "X-1")?.code())));
        assert_eq!(table("POSTED_IN"), own.collect::<Vec<_>>());
    }

    #[test]
    fn charges_what_moved_and_what_closed_have_journals_of_their_own() {
        assert_eq!(journal_of("depreciation.posted", "AMORT-2026-10-R1"), Some(Journal::Depreciation));
        assert_eq!(journal_of("asset.posted", "EVT-2019-0042-1"), Some(Journal::Assets));
        assert_eq!((closed_in("BILAN-2026"), closed_in("A-NOUVEAUX-2027")), (Journal::Closing, Journal::Opening));
    }
}
