//! The document's metadata in XMP: what makes it PDF/A-3a and PDF/UA-1, and schemas of one's own.

use quick_xml::escape::escape;

use super::archive::Metadata;

/// A schema of properties PDF/A does not know, declared beside its values.
#[derive(Debug, Clone, Copy)]
pub struct Extension {
    pub schema: &'static str,
    pub namespace: &'static str,
    pub prefix: &'static str,
    pub properties: &'static [Property],
}

/// A text property of an [`Extension`].
#[derive(Debug, Clone, Copy)]
pub struct Property {
    pub name: &'static str,
    pub value: &'static str,
    pub description: &'static str,
}

/// PDF/A-3a and PDF/UA-1 identification.
const IDENTIFICATION: &str = r#"<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"><pdfaid:part>3</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"><pdfuaid:part>1</pdfuaid:part></rdf:Description>
"#;

/// The whole packet, uncompressed as PDF/A asks.
pub fn packet(metadata: &Metadata, created: &str, producer: &str) -> String {
    let mut xmp = String::with_capacity(5_000);
    xmp.push_str("<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n");
    xmp.push_str(
        r#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">"#,
    );
    xmp.push('\n');
    xmp.push_str(IDENTIFICATION);
    xmp.push_str(&description(metadata));
    xmp.push_str(&dates(created, producer));
    if let Some(extension) = &metadata.extension {
        xmp.push_str(&values(extension));
    }
    xmp.push_str(&schemas(metadata.extension.as_ref()));
    xmp.push_str("</rdf:RDF></x:xmpmeta>\n<?xpacket end=\"r\"?>");
    xmp
}

fn description(metadata: &Metadata) -> String {
    let (title, author, subject) = (escape(&metadata.title), escape(&metadata.author), escape(&metadata.subject));
    let language = metadata.language;
    format!(
        r#"<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:format>application/pdf</dc:format><dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title><dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator><dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description><dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language></rdf:Description>
"#
    )
}

fn dates(created: &str, producer: &str) -> String {
    format!(
        r#"<rdf:Description rdf:about="" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"><pdf:Producer>{producer}</pdf:Producer></rdf:Description>
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"><xmp:CreatorTool>{producer}</xmp:CreatorTool><xmp:CreateDate>{created}</xmp:CreateDate><xmp:ModifyDate>{created}</xmp:ModifyDate><xmp:MetadataDate>{created}</xmp:MetadataDate></rdf:Description>
"#
    )
}

fn values(extension: &Extension) -> String {
    let Extension { prefix, namespace, .. } = extension;
    let mut xmp = format!(r#"<rdf:Description rdf:about="" xmlns:{prefix}="{namespace}">"#);
    for Property { name, value, .. } in extension.properties {
        xmp.push_str(&format!("<{prefix}:{name}>{value}</{prefix}:{name}>"));
    }
    xmp.push_str("</rdf:Description>\n");
    xmp
}

/// PDF/A wants every property it does not know declared: PDF/UA's own, and the extension's.
fn schemas(extension: Option<&Extension>) -> String {
    let mut bag = schema(
        "PDF/UA identification schema",
        "http://www.aiim.org/pdfua/ns/id/",
        "pdfuaid",
        &property("part", "Integer", "internal", "Part of ISO 14289 the document conforms to"),
    );
    if let Some(extension) = extension {
        let properties: String =
            extension.properties.iter().map(|each| property(each.name, "Text", "external", each.description)).collect();
        bag.push_str(&schema(extension.schema, extension.namespace, extension.prefix, &properties));
    }
    format!(
        r#"<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#"><pdfaExtension:schemas><rdf:Bag>{bag}</rdf:Bag></pdfaExtension:schemas></rdf:Description>
"#
    )
}

fn schema(name: &str, namespace: &str, prefix: &str, properties: &str) -> String {
    format!(
        r#"<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>{name}</pdfaSchema:schema><pdfaSchema:namespaceURI>{namespace}</pdfaSchema:namespaceURI><pdfaSchema:prefix>{prefix}</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq>{properties}</rdf:Seq></pdfaSchema:property></rdf:li>"#
    )
}

fn property(name: &str, kind: &str, category: &str, description: &str) -> String {
    format!(
        r#"<rdf:li rdf:parseType="Resource"><pdfaProperty:name>{name}</pdfaProperty:name><pdfaProperty:valueType>{kind}</pdfaProperty:valueType><pdfaProperty:category>{category}</pdfaProperty:category><pdfaProperty:description>{description}</pdfaProperty:description></rdf:li>"#
    )
}
