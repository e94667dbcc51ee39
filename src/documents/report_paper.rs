//! What every report on paper shares: what its file says of itself, its masthead, the lines at the head and the foot of
//! each page, the look of headings and remarks. The only time in the file is the report's day, so that the same report
//! gives the same bytes.

use chrono::{NaiveDate, NaiveTime};

use super::invoice::Letterhead;
use super::pdf::{Align, Area, Brush, Composer, Composition, Metadata, Paper, Role, Style, mm, save};
use super::texts::Texts;
use super::{DocumentError, Issuer};
use crate::domain::party::Language;

/// Of a name at the foot.
const NAME_CHARACTERS_MAX: usize = 48;

/// One report's paper.
pub struct ReportPaper {
    pub paper: Paper,
    pub letterhead: &'static Letterhead,
    pub language: Language,
    /// Heads every page from the second on.
    pub title: String,
    /// At the foot of every page: in what its amounts are; nothing where it has none.
    pub foot: String,
    /// Before it: whose report it is.
    pub issuer: Option<Issuer>,
    /// The day the report looks from.
    pub day: NaiveDate,
}

impl ReportPaper {
    /// An empty report; [`ReportPaper::finish`] makes the file of what was put on it.
    pub fn composer(&self) -> Result<Composer, DocumentError> {
        Composer::new(self.paper, self.letterhead.palette)
    }

    /// The file, PDF/A-3a and PDF/UA-1.
    pub fn finish(&self, composer: Composer) -> Result<Vec<u8>, DocumentError> {
        let composition: Composition = composer.finish(|brush, page, pages| self.running(brush, page, pages))?;
        let metadata = Metadata {
            subject: self.title.clone(),
            title: self.title.clone(),
            author: "Chapelle".to_owned(),
            language: match self.language {
                Language::French => "fr-FR",
                Language::English => "en-GB",
            },
            created_at: self.day.and_time(NaiveTime::MIN).and_utc(),
            extension: None,
        };
        save(composition, &metadata, None)
    }

    /// The mark of the letterhead, beside it what the document is.
    pub fn masthead(&self, c: &mut Composer, title: &str, subtitle: &str) {
        let (paper, palette, top) = (c.paper, c.palette, mm(13.0));
        let mark = &self.letterhead.mark;
        c.artifact(|brush| {
            brush.fill(Area { x: 0.0, y: 0.0, width: paper.width, height: mm(3.0) }, palette.accent);
            self.letterhead.draw_mark(brush, paper.left, top);
        });
        let x = paper.left + mm(mark.size_mm) + mm(4.0);
        let (width, mut y) = (paper.right - x, top - 3.0);
        y += c.block(Role::Title, x, y, width, Style::bold(18.0, 23.0, palette.accent), title);
        y += c.block(Role::Paragraph, x, y + 1.0, width, Style::regular(9.0, 12.4, palette.muted), subtitle);
        c.y = y.max(top + mm(mark.size_mm)) + 16.0;
    }

    /// `Ville de Paris · Centre de données · Montants en euros`.
    fn footer(&self) -> String {
        let issuer = self.issuer.iter().flat_map(|issuer| [issuer.body.as_str(), issuer.facility.as_str()]);
        // A foot has one line, which the page's number ends.
        let names = issuer.map(|name| name.chars().take(NAME_CHARACTERS_MAX).collect::<String>());
        names.chain([self.foot.clone()]).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
    }

    /// The foot of every page, and from the second on a line that says what the page belongs to.
    fn running(&self, brush: &mut Brush, page: usize, pages: usize) {
        let (paper, palette) = (self.paper, self.letterhead.palette);
        let small = Style::regular(7.2, 9.0, palette.muted);
        let (width, bottom) = (paper.text_width(), paper.bottom + mm(10.0));
        brush.rule(paper.left, bottom - 11.0, width, 0.5, palette.rule);
        brush.text(paper.left, bottom, small, Align::Left, &self.footer());
        let (page_text, pages_text) = (page.to_string(), pages.to_string());
        let number = Texts::new(self.language).with("page", &[("page", &page_text), ("pages", &pages_text)]);
        brush.text(paper.right, bottom, small, Align::Right, &number);
        if page > 1 {
            let (top, bold) = (paper.top - mm(10.0), Style::bold(7.2, 9.0, palette.accent));
            brush.text(paper.right, top, bold, Align::Right, &self.title);
            brush.rule(paper.left, top + 5.0, width, 0.5, palette.rule);
        }
    }
}

/// Heads a part of the report; `height` is what must follow on the same page.
pub fn heading(c: &mut Composer, text: &str, height: f32) {
    c.ensure(height + 24.0);
    let style = Style::bold(13.0, 17.0, c.palette.accent);
    c.paragraph(Role::Heading, style, text);
    c.skip(5.0);
}

pub fn subheading(c: &mut Composer, text: &str, height: f32) {
    c.ensure(height + 18.0);
    let style = Style::bold(9.6, 13.0, c.palette.ink);
    c.paragraph(Role::Subheading, style, text);
    c.skip(2.0);
}

pub fn remark(c: &mut Composer, text: &str) {
    let style = Style::regular(8.2, 11.4, c.palette.muted);
    c.paragraph(Role::Paragraph, style, text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_foot_names_whose_report_it_is() {
        let issuer = Issuer { body: "Ville de Paris".into(), facility: "x".repeat(80) };
        let paper = |issuer, foot: &str| ReportPaper {
            paper: Paper::A4,
            letterhead: Letterhead::shared().unwrap(),
            language: Language::French,
            title: String::new(),
            foot: foot.to_owned(),
            issuer,
            day: NaiveDate::default(),
        };
        let foot = paper(Some(issuer.clone()), "Montants en euros").footer();
        assert_eq!(foot, format!("Ville de Paris · {} · Montants en euros", "x".repeat(48)));
        assert_eq!(paper(Some(issuer), "").footer(), format!("Ville de Paris · {}", "x".repeat(48)));
        assert_eq!(paper(None, "Montants en euros").footer(), "Montants en euros");
    }
}
