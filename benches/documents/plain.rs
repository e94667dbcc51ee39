//! The text of a document, read back from it, to be saved again by printpdf alone.

use std::collections::BTreeMap;

use lopdf::content::Operation;
use lopdf::{Document, Encoding, Object};
use printpdf::{
    BuiltinFont, FontId, Mm, Op, ParsedFont, PdfDocument, PdfFont, PdfFontHandle, PdfPage, PdfSaveOptions, Point, Pt,
    TextItem,
};

/// What the text is shown in.
pub enum Fonts {
    /// Helvetica: nothing is embedded and nothing compressed.
    BuiltIn,
    /// Noto Sans, whole, and the file compressed: what printpdf does by default.
    Embedded,
}

/// One text at its place, in points.
struct Text {
    bold: bool,
    size: f32,
    x: f32,
    y: f32,
    text: String,
}

pub struct PlainPages {
    pages: Vec<Vec<Text>>,
    regular: ParsedFont,
    bold: ParsedFont,
}

impl PlainPages {
    /// The text of a document this program made.
    pub fn of(pdf: &[u8]) -> PlainPages {
        let document = Document::load_mem(pdf).unwrap();
        let pages = document.get_pages().into_values().map(|page| texts(&document, page)).collect();
        let font = |program| ParsedFont::from_bytes(program, 0, &mut Vec::new()).unwrap();
        PlainPages { pages, regular: font(notosans::REGULAR_TTF), bold: font(notosans::BOLD_TTF) }
    }

    pub fn pages(&self) -> usize {
        self.pages.len()
    }

    pub fn texts(&self) -> usize {
        self.pages.iter().map(Vec::len).sum()
    }

    pub fn save(&self, fonts: &Fonts) -> Vec<u8> {
        let mut document = PdfDocument::new("");
        let (regular, bold, optimize) = match fonts {
            Fonts::BuiltIn => {
                let built_in = PdfFontHandle::Builtin;
                (built_in(BuiltinFont::Helvetica), built_in(BuiltinFont::HelveticaBold), false)
            }
            Fonts::Embedded => {
                let mut add = |name: &str, font: &ParsedFont| {
                    let id = FontId(name.to_owned());
                    document.resources.fonts.map.insert(id.clone(), PdfFont::new(font.clone()));
                    PdfFontHandle::External(id)
                };
                (add("R", &self.regular), add("B", &self.bold), true)
            }
        };
        let page = |texts: &Vec<Text>| {
            let font = |text: &Text| if text.bold { bold.clone() } else { regular.clone() };
            let ops = texts.iter().flat_map(|text| ops(text, font(text))).collect();
            PdfPage::new(Mm(210.0), Mm(297.0), ops)
        };
        document.pages = self.pages.iter().map(page).collect();
        let options = PdfSaveOptions { optimize, subset_fonts: false, secure: true, image_optimization: None };
        document.save(&options, &mut Vec::new())
    }
}

fn ops(text: &Text, font: PdfFontHandle) -> [Op; 5] {
    [
        Op::StartTextSection,
        Op::SetFont { font, size: Pt(text.size) },
        Op::SetTextCursor { pos: Point { x: Pt(text.x), y: Pt(text.y) } },
        Op::ShowText { items: vec![TextItem::Text(text.text.clone())] },
        Op::EndTextSection,
    ]
}

fn texts(document: &Document, page: lopdf::ObjectId) -> Vec<Text> {
    let fonts = document.get_page_fonts(page).unwrap();
    let encodings: BTreeMap<Vec<u8>, (bool, Encoding<'_>)> = fonts
        .into_iter()
        .map(|(name, font)| {
            let base = font.get(b"BaseFont").and_then(Object::as_name).unwrap();
            let bold = String::from_utf8_lossy(base).contains("Bold");
            (name, (bold, font.get_font_encoding(document).unwrap()))
        })
        .collect();
    let mut texts = Vec::new();
    let (mut font, mut size, mut x, mut y) = (Vec::new(), 0.0, 0.0, 0.0);
    for Operation { operator, operands } in document.get_and_decode_page_content(page).unwrap().operations {
        match operator.as_str() {
            "Tf" => (font, size) = (operands[0].as_name().unwrap().to_vec(), operands[1].as_float().unwrap()),
            "Td" => (x, y) = (operands[0].as_float().unwrap(), operands[1].as_float().unwrap()),
            "Tm" => (x, y) = (operands[4].as_float().unwrap(), operands[5].as_float().unwrap()),
            "Tj" | "TJ" => {
                let (bold, encoding) = &encodings[&font];
                let text = shown(&operands, encoding);
                texts.push(Text { bold: *bold, size, x, y, text });
            }
            _ => {}
        }
    }
    texts
}

fn shown(operands: &[Object], encoding: &Encoding<'_>) -> String {
    let strings = operands.iter().flat_map(|operand| match operand {
        Object::Array(items) => items.iter().collect::<Vec<_>>(),
        other => vec![other],
    });
    let bytes = strings.filter_map(|string| string.as_str().ok());
    bytes.map(|bytes| Document::decode_text(encoding, bytes).unwrap()).collect()
}
