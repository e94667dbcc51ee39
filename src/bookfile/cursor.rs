//! A cursor over one table of the file: hands out its values, remembers where each stood, and collects the mistakes.
//!
//! Every key a reader asks for is known; what remains in the file is unknown and reported. So there is no second list
//! of keys to keep.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;

use toml_edit::{Item, TableLike, Value};

use super::BookMistake;
use super::fault::{Fault, ReadFault};
use super::field::{Field, Reading, described};
use super::source::Source;
use crate::domain::book::{BookFault, BookPath, BookProblem, Labels, nearest};

/// What reading a file gathers beside the book.
pub struct Notes<'a> {
    source: &'a Source<'a>,
    refused: HashSet<usize>,
    mistakes: RefCell<Vec<BookMistake>>,
    places: RefCell<HashMap<BookPath, usize>>,
    /// The codes the file gives to things, sound or not: (list, code).
    declared: RefCell<BTreeSet<(String, String)>>,
    /// Every key asked for, by the header of its table; what the documentation must name.
    keys: RefCell<BTreeSet<(&'static str, &'static str)>>,
}

impl<'a> Notes<'a> {
    pub fn new(source: &'a Source<'a>, refused: HashSet<usize>) -> Notes<'a> {
        Notes {
            source,
            refused,
            mistakes: RefCell::default(),
            places: RefCell::default(),
            declared: RefCell::default(),
            keys: RefCell::default(),
        }
    }

    /// Where `path` stands, or the nearest thing around it.
    fn place(&self, path: &BookPath) -> usize {
        let places = self.places.borrow();
        let mut ancestors = std::iter::successors(Some(path.clone()), BookPath::parent);
        ancestors.find_map(|path| places.get(&path).copied()).unwrap_or(0)
    }

    fn mistake(&self, offset: usize, path: &BookPath, fault: impl Into<Fault>) {
        self.mistakes.borrow_mut().push(BookMistake::at(self.source, offset, path, fault));
    }

    /// Takes over a broken rule, unless it only follows from a mistake already told: a name that does not resolve
    /// because the thing it names could not be read.
    pub fn problem(&self, problem: BookProblem) {
        let fault = match problem.fault {
            BookFault::Unknown { kind, code, .. } => {
                let declared = self.declared.borrow();
                let codes = declared.iter().filter(|(list, _)| *list == kind.replace(' ', "_"));
                let codes: Vec<&str> = codes.map(|(_, code)| code.as_str()).collect();
                if codes.contains(&code.as_str()) {
                    return;
                }
                BookFault::Unknown { kind, nearest: nearest(&code, codes).map(str::to_owned), code }
            }
            // There are lines, but they could not be read.
            BookFault::NoLines if self.has_items(&problem.path, "line") => return,
            BookFault::Empty { .. } if self.is_of_unread(&problem.path) => return,
            fault => fault,
        };
        self.mistake(self.place(&problem.path), &problem.path, fault);
    }

    /// Whether `parent` has items of the list, read or not.
    fn has_items(&self, parent: &BookPath, list: &str) -> bool {
        let is_item = |path: &BookPath| {
            let item = path.segments().last().and_then(|last| last.strip_prefix(list));
            item.is_some_and(|rest| rest.starts_with('['))
        };
        self.places.borrow().keys().any(|path| is_item(path) && path.parent().as_ref() == Some(parent))
    }

    /// Whether the list at `path` is only empty because none of its items could be read.
    fn is_of_unread(&self, path: &BookPath) -> bool {
        let (list, parent) = (path.segments().last(), path.parent());
        list.zip(parent).is_some_and(|(list, parent)| self.has_items(&parent, list))
    }

    /// All mistakes in the order of the file.
    pub fn into_mistakes(self) -> Vec<BookMistake> {
        let mut mistakes = self.mistakes.into_inner();
        mistakes.sort_by_key(|mistake| (mistake.line, mistake.column));
        mistakes.dedup();
        mistakes
    }

    #[cfg(test)]
    pub fn keys(&self) -> BTreeSet<(&'static str, &'static str)> {
        self.keys.borrow().clone()
    }
}

/// One table being read.
pub struct Table<'a> {
    notes: &'a Notes<'a>,
    table: &'a dyn TableLike,
    /// As the documentation names it: `[[contract.line]]`.
    header: &'static str,
    path: BookPath,
    start: usize,
    asked: Vec<&'static str>,
    lenient: bool,
}

impl<'a> Table<'a> {
    /// Reads a table with `read`, then reports what it did not ask for.
    pub fn read<T>(
        notes: &'a Notes<'a>,
        table: &'a dyn TableLike,
        (header, path, start): (&'static str, BookPath, usize),
        read: impl FnOnce(&mut Table<'a>) -> Option<T>,
    ) -> Option<T> {
        notes.places.borrow_mut().insert(path.clone(), start);
        let mut cursor = Table { notes, table, header, path, start, asked: Vec::new(), lenient: false };
        let value = read(&mut cursor);
        cursor.report_unknown_keys();
        value
    }

    /// A value that must be there. `example` is what could be written.
    pub fn required<T>(
        &mut self,
        key: &'static str,
        example: &str,
        read: impl FnOnce(Field<'a>) -> Reading<T>,
    ) -> Option<T> {
        let value = self.optional(key, read)?;
        if value.is_none() {
            self.missing(key, example);
        }
        value
    }

    /// A value that may be left out. The outer `None` is a mistake, already noted.
    pub fn optional<T>(&mut self, key: &'static str, read: impl FnOnce(Field<'a>) -> Reading<T>) -> Option<Option<T>> {
        match self.ask(key) {
            Some(item) => self.field(key, item, read).map(Some),
            None => Some(None),
        }
    }

    /// A value that has a default.
    pub fn or<T>(&mut self, key: &'static str, default: T, read: impl FnOnce(Field<'a>) -> Reading<T>) -> Option<T> {
        self.optional(key, read).map(|value| value.unwrap_or(default))
    }

    /// A table that must be there.
    pub fn table<T>(
        &mut self,
        key: &'static str,
        header: &'static str,
        read: impl FnOnce(&mut Table<'a>) -> Option<T>,
    ) -> Option<T> {
        let value = self.optional_table(key, header, read)?;
        if value.is_none() {
            self.missing(key, header);
        }
        value
    }

    /// A table that may be left out. The outer `None` is a mistake, already noted.
    pub fn optional_table<T>(
        &mut self,
        key: &'static str,
        header: &'static str,
        read: impl FnOnce(&mut Table<'a>) -> Option<T>,
    ) -> Option<Option<T>> {
        let Some(item) = self.ask(key) else { return Some(None) };
        let path = self.path.key(key);
        let Some(table) = item.as_table_like() else {
            let message = format!("is {}, not a table; write it under {header}", described(item));
            self.notes.mistake(self.start_of(key, item), &path, message);
            return None;
        };
        Table::read(self.notes, table, (header, path, self.start_of(key, item)), read).map(Some)
    }

    /// The sound items of a list whose items have codes.
    pub fn coded<T>(
        &mut self,
        key: &'static str,
        header: &'static str,
        mut read: impl FnMut(&mut Table<'a>) -> Option<T>,
    ) -> Vec<T> {
        let mut labels = Labels::default();
        let mut items = Vec::new();
        for (table, start) in self.tables(key, header) {
            let code = table.get("code").and_then(Item::as_str).unwrap_or("?");
            self.notes.declared.borrow_mut().insert((key.to_owned(), code.to_owned()));
            let path = self.path.item(key, labels.next(code));
            items.extend(Table::read(self.notes, table, (header, path, start), &mut read));
        }
        items
    }

    /// The items of a list whose items have no codes; `None` if one of them is not sound.
    pub fn numbered<T>(
        &mut self,
        key: &'static str,
        header: &'static str,
        mut read: impl FnMut(&mut Table<'a>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let tables = self.tables(key, header);
        let mut items = Vec::new();
        for (position, (table, start)) in tables.iter().enumerate() {
            let path = self.path.item(key, position + 1);
            items.push(Table::read(self.notes, *table, (header, path, *start), &mut read));
        }
        items.into_iter().collect()
    }

    /// Every entry of a table whose keys are data, not names.
    pub fn entries<T>(&mut self, mut read: impl FnMut(&str, Field<'a>) -> Reading<T>) -> Option<Vec<T>> {
        self.lenient = true;
        let entries = self.table.iter().map(|(key, item)| self.field(key, item, |field| read(key, field)));
        // Every entry is read before one mistake ends it, so that all are told.
        entries.collect::<Vec<_>>().into_iter().collect()
    }

    /// Whether the file has `key` here. Asking makes it known.
    pub fn has(&mut self, key: &'static str) -> bool {
        let item = self.ask(key);
        if let Some(item) = item {
            self.notes.places.borrow_mut().insert(self.path.key(key), self.start_of(key, item));
        }
        item.is_some()
    }

    /// Whether the file has a table at `key`, where a single value may stand as well.
    pub fn is_table(&self, key: &str) -> bool {
        self.table.get(key).is_some_and(|item| item.as_table_like().is_some())
    }

    /// Says nothing of further keys: what decides which are known could not be read.
    pub fn forgive_the_rest(&mut self) {
        self.lenient = true;
    }

    /// A mistake in this table as a whole, or in one of its keys.
    pub fn mistake(&self, key: Option<&str>, fault: impl Into<Fault>) {
        let path = key.map_or_else(|| self.path.clone(), |key| self.path.key(key));
        self.notes.mistake(self.notes.place(&path), &path, fault);
    }

    fn missing(&self, key: &str, example: &str) {
        self.notes.mistake(self.start, &self.path.key(key), ReadFault::Missing { example: example.to_owned() });
    }

    fn ask(&mut self, key: &'static str) -> Option<&'a Item> {
        if !self.asked.contains(&key) {
            self.asked.push(key);
        }
        self.notes.keys.borrow_mut().insert((self.header, key));
        self.table.get(key).filter(|item| !item.is_none())
    }

    fn field<T>(&self, key: &str, item: &'a Item, read: impl FnOnce(Field<'a>) -> Reading<T>) -> Option<T> {
        let path = self.path.key(key);
        let start = self.start_of(key, item);
        self.notes.places.borrow_mut().insert(path.clone(), start);
        let written = item.span().and_then(|span| self.notes.source.text.get(span)).unwrap_or_default();
        let field = Field { item, written, refused: self.notes.refused.contains(&start) };
        read(field).map_err(|fault| self.notes.mistake(start, &path, fault)).ok()
    }

    fn start_of(&self, key: &str, item: &Item) -> usize {
        let key_start = || self.table.key(key).and_then(|key| key.span()).map(|span| span.start);
        item.span().map(|span| span.start).or_else(key_start).unwrap_or(self.start)
    }

    /// The tables of a list, written as `[[header]]`s or as `[{...}, {...}]`, with where each begins.
    fn tables(&mut self, key: &'static str, header: &'static str) -> Vec<(&'a dyn TableLike, usize)> {
        let Some(item) = self.ask(key) else { return Vec::new() };
        let start = self.start_of(key, item);
        self.notes.places.borrow_mut().insert(self.path.key(key), start);
        let begins = |span: Option<Range<usize>>| span.map_or(start, |span| span.start);
        match item {
            Item::ArrayOfTables(tables) => {
                tables.iter().map(|table| -> (&'a dyn TableLike, usize) { (table, begins(table.span())) }).collect()
            }
            Item::Value(Value::Array(array)) => {
                array.iter().filter_map(|value| self.listed(key, header, value)).collect()
            }
            other => {
                let message = format!("is {}, not a list; begin each item with {header}", described(other));
                self.notes.mistake(start, &self.path.key(key), message);
                Vec::new()
            }
        }
    }

    fn listed(&self, key: &str, header: &str, value: &'a Value) -> Option<(&'a dyn TableLike, usize)> {
        let start = value.span().map_or(self.start, |span| span.start);
        match value {
            Value::InlineTable(table) => Some((table, start)),
            _ => {
                let message = format!("every entry of {header} is a table, such as {{ ... }}");
                self.notes.mistake(start, &self.path.key(key), message);
                None
            }
        }
    }

    fn report_unknown_keys(&self) {
        if self.lenient {
            return;
        }
        for (key, item) in self.table.iter() {
            if self.asked.contains(&key) {
                continue;
            }
            let key_start = self.table.key(key).and_then(|key| key.span()).map(|span| span.start);
            let start = key_start.unwrap_or_else(|| self.start_of(key, item));
            let known = self.asked.join(", ");
            let remedy = match nearest(key, self.asked.iter().copied()) {
                Some(guess) => format!("did you mean `{guess}`? Known here: {known}"),
                None => format!("known here: {known}"),
            };
            let message = format!("is not a key of {}; {remedy}", self.header);
            self.notes.mistake(start, &self.path.key(key), message);
        }
    }
}
