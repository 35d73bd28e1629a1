//! What a type says of the values that are of it: read where it is asked for, from the text of an annotation or a definition.
//!
//! <https://www.typescriptlang.org/docs/handbook/2/everyday-types.html#literal-types>,
//! <https://www.typescriptlang.org/docs/handbook/utility-types.html>

use std::sync::Arc;

use rollproof_source::TextRange;
use tree_sitter::Node;

use super::kind::{Grammar, Kind, Part};
use super::parse;

/// How deep types may nest.
const MAX_DEPTH: u32 = 24;

/// A type longer than this lists no values that anyone wrote by hand.
const MAX_TEXT: usize = 20_000;

/// What a value is declared to be, as far as that tells its text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Declared {
    Number,
    Truth,
    /// `null`, `undefined`, or what may be left out.
    Nothing,
    /// `"asc"`, where it stands in the file.
    Text(Arc<str>, TextRange),
    /// An alias, an interface, an enum; also one's member: `Order.Up`.
    Name(Arc<str>),
    /// What a name of a value is of: `typeof columns`.
    ValueOf(Arc<str>),
    /// What a schema lets through: `z.infer<typeof query>`.
    Schema(Arc<str>),
    /// One of what a name stands for: a list of texts, or an enum.
    Listed(Arc<str>),
    Members(Arc<[(Arc<str>, TextRange, Declared)]>),
    OneOf(Arc<[Declared]>),
    /// All at once: `A & B`, an interface and what it extends.
    AllOf(Arc<[Declared]>),
    List(Arc<Declared>),
    /// `keyof T`
    Keys(Arc<Declared>),
    /// `T[number]`
    Items(Arc<Declared>),
    /// `T["name"]`
    Member(Arc<Declared>, Arc<str>),
    /// `Partial<T>`: each of its members may be left out.
    Partial(Arc<Declared>),
    /// Nothing that tells a text.
    Anything,
}

/// The type that an annotation says, which stands at `start` in its file.
pub(crate) fn annotation(text: &str, start: u32) -> Declared {
    const BEFORE: &str = "type T = ";
    read(&format!("{BEFORE}{text}"), start.wrapping_sub(BEFORE.len() as u32))
}

/// The type that a definition gives a name to: an alias, or an interface.
pub(crate) fn definition(text: &str, start: u32) -> Declared {
    read(text, start)
}

fn read(text: &str, shift: u32) -> Declared {
    let grammar = Grammar::of("types.ts", "");
    let Some(tree) = Some(text).filter(|text| text.len() <= MAX_TEXT).and_then(|text| parse(grammar, text)) else {
        return Declared::Anything;
    };
    let root = tree.root_node();
    let statement = root.named_child(0).filter(|_| !root.has_error());
    statement.map_or(Declared::Anything, |statement| Reader { grammar, text, shift }.defined(statement))
}

struct Reader<'t> {
    grammar: &'static Grammar,
    text: &'t str,
    /// What makes a place in the text one in its file.
    shift: u32,
}

impl Reader<'_> {
    fn slice(&self, node: Node<'_>) -> &str {
        self.text.get(node.byte_range()).unwrap_or("")
    }

    fn range(&self, node: Node<'_>) -> TextRange {
        let at = |byte: usize| (byte as u32).wrapping_add(self.shift);
        TextRange::new(at(node.start_byte()), at(node.end_byte()))
    }

    fn kind(&self, node: Node<'_>) -> Kind {
        self.grammar.kind(node.kind_id())
    }

    fn part<'n>(&self, node: Node<'n>, part: Part) -> Option<Node<'n>> {
        node.child_by_field_id(self.grammar.field(part))
    }

    fn children<'n>(&self, node: Node<'n>) -> Vec<Node<'n>> {
        let mut cursor = node.walk();
        node.named_children(&mut cursor).filter(|child| self.kind(*child) != Kind::Comment).collect()
    }

    fn defined(&self, node: Node<'_>) -> Declared {
        let node = self.part(node, Part::Declaration).unwrap_or(node);
        // What its own parameters stand for is not known, and they may be called like something else of the file.
        if self.children(node).into_iter().any(|child| self.kind(child) == Kind::TypeParameters) {
            return Declared::Anything;
        }
        match self.kind(node) {
            Kind::TypeAliasDeclaration => {
                self.part(node, Part::Value).map_or(Declared::Anything, |value| self.typed(value, 0))
            }
            Kind::InterfaceDeclaration => {
                let mut all = Vec::new();
                for child in self.children(node) {
                    match self.kind(child) {
                        Kind::ExtendsTypeClause => {
                            all.extend(self.children(child).into_iter().map(|base| self.typed(base, 0)));
                        }
                        Kind::InterfaceBody | Kind::ObjectType => all.insert(0, self.members(child, 0)),
                        _ => {}
                    }
                }
                Declared::AllOf(all.into())
            }
            _ => Declared::Anything,
        }
    }

    fn typed(&self, node: Node<'_>, depth: u32) -> Declared {
        if depth > MAX_DEPTH {
            return Declared::Anything;
        }
        let inner = |node: Node<'_>| self.typed(node, depth + 1);
        let only = |node: Node<'_>| self.children(node).into_iter().next().map_or(Declared::Anything, inner);
        match self.kind(node) {
            Kind::PredefinedType => match self.slice(node) {
                "number" => Declared::Number,
                "boolean" => Declared::Truth,
                "void" => Declared::Nothing,
                _ => Declared::Anything,
            },
            Kind::LiteralType => self.literal(node),
            Kind::UnionType => Declared::OneOf(self.children(node).into_iter().map(inner).collect()),
            Kind::IntersectionType => Declared::AllOf(self.children(node).into_iter().map(inner).collect()),
            Kind::ParenthesizedType | Kind::ReadonlyType => only(node),
            Kind::ObjectType => self.members(node, depth),
            Kind::ArrayType => Declared::List(Arc::new(only(node))),
            Kind::IndexTypeQuery => Declared::Keys(Arc::new(only(node))),
            Kind::LookupType => self.looked_up(node, depth),
            Kind::GenericType => self.generic(node, depth),
            Kind::TypeQuery => self.queried(node),
            Kind::TypeIdentifier if self.slice(node) == "bigint" => Declared::Number,
            Kind::TypeIdentifier | Kind::NestedTypeIdentifier | Kind::Identifier => {
                Declared::Name(self.slice(node).into())
            }
            _ => Declared::Anything,
        }
    }

    fn literal(&self, node: Node<'_>) -> Declared {
        let Some(literal) = node.child(0) else { return Declared::Anything };
        match self.kind(literal) {
            Kind::Null | Kind::Undefined => Declared::Nothing,
            Kind::Number => Declared::Number,
            Kind::True | Kind::False => Declared::Truth,
            Kind::UnaryExpression => Declared::Number,
            Kind::String => {
                let (text, range) = (self.slice(literal), self.range(literal));
                let plain = text.get(1..text.len().saturating_sub(1)).filter(|plain| !plain.contains('\\'));
                let inside = TextRange::new(range.start.saturating_add(1), range.end.saturating_sub(1));
                plain.map_or(Declared::Anything, |plain| Declared::Text(plain.into(), inside))
            }
            _ => Declared::Anything,
        }
    }

    fn members(&self, body: Node<'_>, depth: u32) -> Declared {
        let signatures = self.children(body).into_iter().filter(|member| self.kind(*member) == Kind::PropertySignature);
        let members = signatures.filter_map(|member| {
            let name = self.part(member, Part::Name)?;
            let typed =
                self.part(member, Part::Type).and_then(|annotation| self.children(annotation).into_iter().next());
            let typed = typed.map_or(Declared::Anything, |typed| self.typed(typed, depth + 1));
            let optional =
                (0..member.child_count()).any(|at| member.child(at).is_some_and(|child| child.kind() == "?"));
            let typed = if optional { Declared::OneOf([typed, Declared::Nothing].into()) } else { typed };
            Some((self.slice(name).trim_matches(['"', '\'']).into(), self.range(name), typed))
        });
        Declared::Members(members.collect())
    }

    /// `T[number]`, `T["name"]`
    fn looked_up(&self, node: Node<'_>, depth: u32) -> Declared {
        let [of, key] = self.children(node)[..] else { return Declared::Anything };
        let of = Arc::new(self.typed(of, depth + 1));
        match self.typed(key, depth + 1) {
            Declared::Number => Declared::Items(of),
            Declared::Text(name, _) => Declared::Member(of, name),
            // `T[keyof T]`
            _ => Declared::Anything,
        }
    }

    fn generic(&self, node: Node<'_>, depth: u32) -> Declared {
        let name = self.part(node, Part::Name).map_or("", |name| self.slice(name));
        let first = self.part(node, Part::TypeArguments).and_then(|list| self.children(list).into_iter().next());
        let of = Arc::new(first.map_or(Declared::Anything, |first| self.typed(first, depth + 1)));
        match name {
            "z.infer" | "z.output" | "z.TypeOf" | "zod.infer" | "infer" => match &*of {
                Declared::ValueOf(schema) => Declared::Schema(schema.clone()),
                _ => Declared::Anything,
            },
            "Promise" | "Awaited" | "Readonly" | "Omit" | "Pick" => (*of).clone(),
            "Partial" => Declared::Partial(of),
            "Array" | "ReadonlyArray" | "Set" | "ReadonlySet" => Declared::List(of),
            _ => Declared::Anything,
        }
    }

    /// `typeof name`, and `typeof name[number]` without parentheses.
    fn queried(&self, node: Node<'_>) -> Declared {
        let name = self.slice(node).trim_start_matches("typeof").trim();
        let (name, items) = name.strip_suffix("[number]").map_or((name, false), |name| (name.trim_end(), true));
        let plain = name.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '$'));
        if !plain || name.is_empty() {
            return Declared::Anything;
        }
        let value = Declared::ValueOf(name.into());
        if items { Declared::Items(Arc::new(value)) } else { value }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str, start: u32) -> Declared {
        Declared::Text(text.into(), TextRange::new(start, start + text.len() as u32))
    }

    #[test]
    fn literals_keep_their_places() {
        let file = "(dir: 'asc' | \"desc\" | null) => 1";
        let read = annotation(&file[6..27], 6);
        let nested = Declared::OneOf([text("asc", 7), text("desc", 15)].into());
        assert_eq!(read, Declared::OneOf([nested, Declared::Nothing].into()));
        for (literal, at) in [("asc", 7), ("desc", 15)] {
            assert_eq!(&file[at..at + literal.len()], literal);
        }
    }

    #[test]
    fn what_tells_no_text_is_anything() {
        for open in ["string", "any", "`a${string}`", "'a\\'b'", "Record<string, 'a'>", "() => 'a'", "'a' |"] {
            let read = annotation(open, 0);
            assert!(read == Declared::Anything, "{open}: {read:?}");
        }
        assert_eq!(definition("type Way<T> = T | 'up'", 0), Declared::Anything);
    }

    #[test]
    fn members_may_be_left_out() {
        let members = definition("interface Page extends Base { limit?: number; by: Column['name'] }", 0);
        let Declared::AllOf(all) = members else { panic!("{members:?}") };
        let [Declared::Members(members), Declared::Name(base)] = &all[..] else { panic!("{all:?}") };
        assert_eq!(base.as_ref(), "Base");
        let optional = Declared::OneOf([Declared::Number, Declared::Nothing].into());
        let member = Declared::Member(Arc::new(Declared::Name("Column".into())), "name".into());
        let found: Vec<(&str, &Declared)> = members.iter().map(|(name, _, typed)| (name.as_ref(), typed)).collect();
        assert_eq!(found, [("limit", &optional), ("by", &member)]);
    }

    #[test]
    fn values_are_named() {
        let items = Declared::Items(Arc::new(Declared::ValueOf("ways".into())));
        assert_eq!(annotation("(typeof ways)[number]", 0), items);
        assert_eq!(annotation("typeof ways[number]", 0), items);
        assert_eq!(annotation("keyof typeof ways", 0), Declared::Keys(Arc::new(Declared::ValueOf("ways".into()))));
    }
}
