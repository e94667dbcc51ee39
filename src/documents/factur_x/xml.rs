//! Writing XML elements one after the other.

use chrono::NaiveDate;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use crate::documents::DocumentError;

/// A document being written. The first failure is kept and returned at the end.
pub struct Xml {
    writer: Writer<Vec<u8>>,
    fault: Option<DocumentError>,
}

impl Xml {
    pub fn new() -> Xml {
        let mut xml = Xml { writer: Writer::new(Vec::with_capacity(32 * 1024)), fault: None };
        xml.write(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)));
        xml
    }

    /// An element with what `content` writes inside.
    pub fn element(&mut self, name: &str, content: impl FnOnce(&mut Xml)) {
        self.element_with(name, &[], content);
    }

    pub fn element_with(&mut self, name: &str, attributes: &[(&str, &str)], content: impl FnOnce(&mut Xml)) {
        let mut start = BytesStart::new(name);
        attributes.iter().for_each(|attribute| start.push_attribute(*attribute));
        self.write(Event::Start(start));
        content(self);
        self.write(Event::End(BytesEnd::new(name)));
    }

    /// An element that holds a text.
    pub fn text(&mut self, name: &str, text: &str) {
        self.text_with(name, &[], text);
    }

    pub fn text_with(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) {
        if let Some(character) = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
            self.fault.get_or_insert_with(|| DocumentError::ControlCharacter { character, text: text.to_owned() });
        }
        self.element_with(name, attributes, |xml| xml.write(Event::Text(BytesText::new(text))));
    }

    pub fn optional(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(name, text);
        }
    }

    /// A day in the form 20261103 (UNTDID 2379, code 102), inside `name`.
    pub fn date(&mut self, name: &str, day: NaiveDate) {
        self.date_in(name, "udt:DateTimeString", day);
    }

    /// The same in another type's name space.
    pub fn date_in(&mut self, name: &str, kind: &str, day: NaiveDate) {
        let text = day.format("%Y%m%d").to_string();
        self.element(name, |xml| xml.text_with(kind, &[("format", "102")], &text));
    }

    /// Keeps `fault` where none came before.
    pub fn fail(&mut self, fault: DocumentError) {
        self.fault.get_or_insert(fault);
    }

    pub fn finish(self) -> Result<Vec<u8>, DocumentError> {
        match self.fault {
            Some(fault) => Err(fault),
            None => Ok(self.writer.into_inner()),
        }
    }

    fn write(&mut self, event: Event) {
        if let Err(error) = self.writer.write_event(event) {
            self.fail(DocumentError::Write(error.to_string()));
        }
    }
}
