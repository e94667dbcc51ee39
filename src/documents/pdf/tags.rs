//! The structure tree: what a screen reader meets, in its order.

/// An element's place in the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NodeId(usize);

impl NodeId {
    pub const ROOT: NodeId = NodeId(0);

    pub const fn index(self) -> usize {
        self.0
    }
}

/// What an element is (ISO 32000-1, 14.8.4), with the attributes it must have.
#[derive(Debug, Clone, PartialEq)]
pub enum Role {
    Document,
    Section,
    Title,
    Heading,
    Subheading,
    Paragraph,
    List,
    Item,
    Label,
    Body,
    Table,
    TableHead,
    TableBody,
    TableRow,
    /// Heads the cells below it.
    ColumnHeader,
    /// Heads the cells beside it.
    RowHeader {
        columns: usize,
    },
    Data {
        columns: usize,
    },
    /// A picture: what it says in words, and its box in PDF coordinates.
    Figure {
        alt: String,
        bbox: [f32; 4],
    },
}

impl Role {
    pub const fn name(&self) -> &'static str {
        match self {
            Role::Document => "Document",
            Role::Section => "Sect",
            Role::Title => "H1",
            Role::Heading => "H2",
            Role::Subheading => "H3",
            Role::Paragraph => "P",
            Role::List => "L",
            Role::Item => "LI",
            Role::Label => "Lbl",
            Role::Body => "LBody",
            Role::Table => "Table",
            Role::TableHead => "THead",
            Role::TableBody => "TBody",
            Role::TableRow => "TR",
            Role::ColumnHeader | Role::RowHeader { .. } => "TH",
            Role::Data { .. } => "TD",
            Role::Figure { .. } => "Figure",
        }
    }
}

/// What an element contains, in reading order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kid {
    Element(NodeId),
    /// Marked content `number` of page `page`, both from 0.
    Content {
        page: usize,
        number: usize,
    },
}

#[derive(Debug)]
pub struct Node {
    pub role: Role,
    pub parent: NodeId,
    pub kids: Vec<Kid>,
}

/// All elements; the first is the document itself.
#[derive(Debug)]
pub struct Tree {
    nodes: Vec<Node>,
}

impl Tree {
    pub fn new() -> Tree {
        Tree { nodes: vec![Node { role: Role::Document, parent: NodeId::ROOT, kids: Vec::new() }] }
    }

    /// A new last child of `parent`.
    pub fn add(&mut self, role: Role, parent: NodeId) -> NodeId {
        let node = NodeId(self.nodes.len());
        self.nodes.push(Node { role, parent, kids: Vec::new() });
        self.give(parent, Kid::Element(node));
        node
    }

    pub fn add_content(&mut self, owner: NodeId, page: usize, number: usize) {
        self.give(owner, Kid::Content { page, number });
    }

    pub fn name(&self, node: NodeId) -> &'static str {
        self.nodes.get(node.0).map_or("Span", |node| node.role.name())
    }

    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    fn give(&mut self, parent: NodeId, kid: Kid) {
        if let Some(node) = self.nodes.get_mut(parent.0) {
            node.kids.push(kid);
        }
    }
}
