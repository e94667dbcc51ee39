//! How a form looks: sections of labelled fields, rows that repeat, what is wrong beside each.

use std::borrow::Cow;

use rust_decimal::Decimal;

use super::form::FormData;
use crate::domain::money;
use crate::http::pages::Frame;
use crate::http::pages::forms::as_typed;
use crate::http::pages::parts::Choice;

/// A form as its template draws it.
pub struct FormView {
    pub title: String,
    /// What must be known before.
    pub notes: Vec<String>,
    pub action: String,
    /// Where one gets to without saving.
    pub back: String,
    pub version: Option<i64>,
    pub hidden: Vec<(String, String)>,
    pub sections: Vec<Section>,
    /// Asked where terms change that somebody is billed by.
    pub reason: Option<Input>,
    pub save: String,
    /// Ways to be shown what it would come to: each with what it is called in the form, and its words.
    pub shows: Vec<(&'static str, String)>,
}

/// What is wrong, with the id of the field it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormError {
    pub field: String,
    /// At the head of the page, with the field's name.
    pub text: String,
    /// Beside the field.
    pub beside: String,
}

/// Fields that belong together.
pub struct Section {
    pub legend: String,
    pub hint: String,
    /// Of what decides whether the section is shown.
    pub class: &'static str,
    pub inputs: Vec<Input>,
    pub rows: Option<Rows>,
}

/// A list of more groups than this is folded: a form of two dozen meters would be many screens long.
const ROWS_OPEN_MAX: usize = 6;

impl Rows {
    pub fn is_long(&self) -> bool {
        self.rows.len() > ROWS_OPEN_MAX
    }

    pub fn has_error(&self) -> bool {
        self.rows.iter().flat_map(|row| &row.inputs).any(|input| input.error.is_some())
    }
}

pub struct Rows {
    pub list: String,
    pub rows: Vec<Row>,
    pub add: String,
}

pub struct Row {
    pub legend: String,
    pub inputs: Vec<Input>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputKind {
    Text,
    Email,
    Password,
    Date,
    Month,
    Decimal,
    Area,
    Select,
    Flag,
    Checks,
}

/// A field with its label.
pub struct Input {
    /// Its name and its id.
    pub name: String,
    pub label: String,
    pub hint: String,
    pub value: String,
    pub error: Option<String>,
    pub kind: InputKind,
    pub is_required: bool,
    /// Shown, and set elsewhere.
    pub is_locked: bool,
    /// Says beside the label of a required field that it is one.
    pub needed: String,
    pub choices: Vec<Choice>,
    pub class: &'static str,
}

impl Input {
    pub fn is(&self, kind: &str) -> bool {
        matches!(
            (self.kind, kind),
            (InputKind::Area, "area")
                | (InputKind::Select, "select")
                | (InputKind::Flag, "flag")
                | (InputKind::Checks, "checks")
        )
    }

    /// The type of a field of one line.
    pub const fn input_type(&self) -> &'static str {
        match self.kind {
            InputKind::Email => "email",
            InputKind::Password => "password",
            InputKind::Date => "date",
            InputKind::Month => "month",
            _ => "text",
        }
    }

    pub const fn is_decimal(&self) -> bool {
        matches!(self.kind, InputKind::Decimal)
    }

    pub const fn is_narrow(&self) -> bool {
        matches!(self.kind, InputKind::Decimal | InputKind::Date | InputKind::Month)
    }

    /// The ids of what is said about it beside its label.
    pub fn described_by(&self) -> String {
        let hint = (!self.hint.is_empty()).then(|| format!("{}-hint", self.name));
        let error = self.error.is_some().then(|| format!("{}-error", self.name));
        hint.into_iter().chain(error).collect::<Vec<_>>().join(" ")
    }

    pub fn required(mut self) -> Input {
        self.is_required = true;
        self
    }

    /// Set elsewhere: it is shown and not asked for, nor is said how it would be filled in.
    pub fn locked(mut self) -> Input {
        (self.is_locked, self.is_required) = (true, false);
        self.hint.clear();
        self
    }

    /// What browsers may fill in by themselves: of passwords no saved one, which would be somebody's own.
    pub const fn autocomplete(&self) -> &'static str {
        match self.kind {
            InputKind::Password => "new-password",
            _ => "off",
        }
    }

    /// Shown only where the class's condition holds; without styles it is always there.
    pub fn when(mut self, class: &'static str) -> Input {
        self.class = class;
        self
    }
}

/// Draws fields with what stands in them and what is wrong with them.
pub struct Draw<'a> {
    pub frame: &'a Frame,
    pub data: &'a FormData,
    pub errors: &'a [FormError],
    /// Before each name.
    pub prefix: Cow<'static, str>,
}

impl<'a> Draw<'a> {
    pub fn new(frame: &'a Frame, data: &'a FormData, errors: &'a [FormError]) -> Draw<'a> {
        Draw { frame, data, errors, prefix: Cow::Borrowed("") }
    }

    /// The same for the fields below `prefix`.
    pub fn below(&self, prefix: impl Into<Cow<'static, str>>) -> Draw<'a> {
        Draw { prefix: prefix.into(), ..*self }
    }

    /// The text `key` of this form.
    pub fn t(&self, key: &str) -> String {
        self.frame.t(key)
    }

    fn input(&self, name: &str, kind: InputKind) -> Input {
        let name = format!("{}{name}", self.prefix);
        let error = self.errors.iter().find(|error| error.field == name).map(|error| error.beside.clone());
        let key = label_key(&name);
        Input {
            label: self.frame.t(&format!("field-{key}")),
            hint: self.frame.optional(&format!("hint-{key}")).unwrap_or_default(),
            value: match kind {
                InputKind::Area => self.data.all(&name).join("\n"),
                _ => self.data.text(&name).to_owned(),
            },
            error,
            kind,
            is_required: false,
            is_locked: false,
            needed: self.frame.t("field-required"),
            choices: vec![],
            class: "",
            name,
        }
    }

    pub fn text(&self, name: &str) -> Input {
        self.input(name, InputKind::Text)
    }

    pub fn email(&self, name: &str) -> Input {
        self.input(name, InputKind::Email)
    }

    pub fn date(&self, name: &str) -> Input {
        self.input(name, InputKind::Date)
    }

    pub fn month(&self, name: &str) -> Input {
        self.input(name, InputKind::Month)
    }

    /// A number, shown as the page's language writes it.
    pub fn decimal(&self, name: &str) -> Input {
        let mut input = self.input(name, InputKind::Decimal);
        if let Ok(number) = money::parse(&input.value) {
            input.value = as_typed(self.frame.language, number);
        }
        input
    }

    pub fn area(&self, name: &str) -> Input {
        self.input(name, InputKind::Area)
    }

    pub fn flag(&self, name: &str) -> Input {
        self.input(name, InputKind::Flag)
    }

    /// One of `choices`, each as its value and its words.
    pub fn select(&self, name: &str, choices: impl IntoIterator<Item = (String, String)>) -> Input {
        let mut input = self.input(name, InputKind::Select);
        input.choices = choices
            .into_iter()
            .map(|(value, label)| Choice { is_chosen: value == input.value, value, label })
            .collect();
        // What stands there and is no choice any more is not changed silently.
        if !input.value.is_empty() && input.choices.iter().all(|choice| !choice.is_chosen) {
            let value = input.value.clone();
            input.choices.push(Choice { label: value.clone(), value, is_chosen: true });
        }
        input
    }

    /// Words of the book with their texts `<texts>-<word>`.
    pub fn words(&self, name: &str, words: &[&str], texts: &str) -> Input {
        self.select(name, words.iter().map(|word| ((*word).to_owned(), self.t(&format!("{texts}-{word}")))))
    }

    /// One of a few numbers, as the page's language writes them.
    pub fn numbers(&self, name: &str, numbers: &[&str]) -> Input {
        let number = |text: &&str| {
            let label = text.parse().map_or_else(|_| (*text).to_owned(), |number: Decimal| self.frame.number(&number));
            ((*text).to_owned(), label)
        };
        self.select(name, numbers.iter().map(number))
    }

    /// Any of `choices`.
    pub fn checks(&self, name: &str, choices: impl IntoIterator<Item = (String, String)>) -> Input {
        let mut input = self.input(name, InputKind::Checks);
        let chosen = self.data.all(&input.name);
        input.choices = choices
            .into_iter()
            .map(|(value, label)| Choice { is_chosen: chosen.contains(&value.as_str()), value, label })
            .collect();
        input
    }

    /// A list of groups: what is there, and `spare` empty ones.
    pub fn rows(&self, list: &str, spare: usize, inputs: impl Fn(&Draw<'a>) -> Vec<Input>) -> Rows {
        let list = format!("{}{list}", self.prefix);
        let key = label_key(&list);
        let row = |number: usize| Row {
            legend: self.frame.with(&format!("row-{key}"), "number", &number.to_string()),
            inputs: inputs(&self.below(format!("{list}.{number}."))),
        };
        Rows { rows: (1..=self.data.rows(&list) + spare).map(row).collect(), add: self.t(&format!("add-{key}")), list }
    }
}

/// The part of a name that says what a field is: `contact.2.email` is `contact-email`, wherever its line stands.
pub fn label_key(name: &str) -> String {
    let name =
        name.split('.').filter(|segment| segment.parse::<usize>().is_err() && !matches!(*segment, "line" | "of"));
    name.collect::<Vec<_>>().join("-").replace('_', "-")
}
