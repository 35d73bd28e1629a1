//! Which of the calls that a look goes through a query builder's are.

use super::{Chain, Scan};
use crate::builders::CLIENT_FIELDS;
use crate::held::Names;
use crate::models::Models;
use crate::sinks::QueryBuilder;
use crate::types::Types;

/// How many bytes of a call's arguments are looked at for an object.
const MAX_ARGUMENTS: usize = 400;

impl Scan<'_> {
    pub(super) fn may_build(&self, chain: &Chain) -> bool {
        let Some((method, before)) = chain.names.split_last() else { return false };
        self.builders.iter().any(|builder| self.fits(builder, self.name(*method), before, chain))
    }

    fn fits(&self, builder: &QueryBuilder, method: &str, before: &[(usize, usize)], chain: &Chain) -> bool {
        if self.is_called(builder, method, chain) {
            return true;
        }
        let through = self.known.types.is_through(&builder.name, method);
        let known = self.known.types.has(builder, method);
        if !through && !known && !builder.has(method) {
            return false;
        }
        if through && self.known.names.knows(builder) || self.is_of_type(builder, before, chain) {
            return true;
        }
        if builder.models {
            return self.is_of_model(builder, before, chain);
        }
        let holds = |name: &(usize, usize)| builder.takes(self.name(*name));
        !chain.foreign
            && !builder.delegates
            && !before.last().is_some_and(|name| builder.refuses(self.name(*name)))
            && (!builder.asks_receiver()
                || before.iter().any(holds)
                || chain.inside.is_some_and(|inside| builder.is_mentioned(self.name(inside))))
            && (builder.depth == 0 || before.len() >= builder.depth || chain.inside.is_some())
    }

    /// Whether what is called is itself what the builder is of.
    fn is_called(&self, builder: &QueryBuilder, method: &str, chain: &Chain) -> bool {
        builder.called && !chain.foreign && self.known.names.holds(builder, method)
    }

    /// Whether what stands before the method is known to be of one of the builder's types.
    fn is_of_type(&self, builder: &QueryBuilder, before: &[(usize, usize)], chain: &Chain) -> bool {
        let names = self.known.names;
        if builder.types.is_empty() || names.is_empty() {
            return false;
        }
        let holds = |name: &(usize, usize)| names.holds(builder, self.name(*name));
        let class = |name: &(usize, usize)| names.is_class(builder, self.name(*name), true) == Some(true);
        match builder.depth {
            0 if chain.this && before.is_empty() => names.defines(builder, None),
            0 => {
                (!builder.models && before.last().is_some_and(holds))
                    || chain.root.iter().any(class)
                    || chain.inside.is_some_and(|inside| names.mentions(builder, self.name(inside)))
            }
            depth => before.len() >= depth && before[..before.len() - 1].iter().any(holds),
        }
    }

    /// Whether the method is one of a model: `client.model.method`, or `Model.method`, also behind calls of its own.
    fn is_of_model(&self, builder: &QueryBuilder, before: &[(usize, usize)], chain: &Chain) -> bool {
        let bare = before.len() == 1 && !chain.this;
        let holds = |name: &(usize, usize)| self.is_model(builder, self.name(*name), bare);
        match builder.depth {
            0 => (!chain.foreign && before.last().is_some_and(holds)) || chain.root.iter().any(holds),
            depth => {
                before.last().is_some_and(holds) && (before.len() >= depth || chain.inside.is_some() || chain.foreign)
            }
        }
    }

    fn is_model(&self, builder: &QueryBuilder, name: &str, bare: bool) -> bool {
        is_model(self.known.models, self.known.types, self.known.names, builder, (name, bare))
    }

    /// The builder that a call with the bracket at `at` starts; none at all where that takes a parser to say.
    pub(super) fn builder_of(&self, chain: &Chain, at: usize) -> Option<Option<&'static str>> {
        let Some((method, before)) = chain.names.split_last() else { return Some(None) };
        for builder in self.builders {
            if builder.delegates && builder.has(self.name(*method)) && (chain.foreign || before.len() < 2) {
                return None;
            }
            if !self.fits(builder, self.name(*method), before, chain) {
                continue;
            }
            if let Some(most) = builder.options_in
                && !self.known.names.uses(builder)
                && !self.has_options(at, most)?
            {
                continue;
            }
            // What it starts with was not read as names.
            if builder.models && chain.foreign && chain.root.is_none() {
                return None;
            }
            if chain.this && before.is_empty() && builder.asks_receiver() && !builder.called {
                if !self.known.names.only_own {
                    return None;
                }
                return Some(Some(builder.name.as_str()));
            }
            // A bare name may be a declaration; what stands in brackets was not read as names.
            let bare = before.is_empty() && !builder.text_argument && !builder.called && builder.receivers.is_empty();
            if bare || chain.inside.is_some() {
                return None;
            }
            // `users.find((user) => …)` is a list's.
            if builder.asks_receiver() && !builder.called && self.is_given_function(at) {
                continue;
            }
            let called = self.is_called(builder, self.name(*method), chain);
            if (builder.text_argument || called) && !self.text_argument(at)? {
                continue;
            }
            return Some(Some(builder.name.as_str()));
        }
        Some(None)
    }

    /// Whether the first argument is a function.
    fn is_given_function(&self, at: usize) -> bool {
        let rest = self.text.get(at + 1..).unwrap_or("").trim_start();
        if rest.starts_with("async ") || rest.starts_with("function") {
            return true;
        }
        let end = match rest.strip_prefix('(') {
            Some(inside) => inside.find(')').map(|end| end + 2),
            None => Some(crate::types::word_at(rest).len()).filter(|end| *end > 0),
        };
        end.and_then(|end| rest.get(end..)).is_some_and(|after| after.trim_start().starts_with("=>"))
    }

    /// Whether an object is among so many first arguments; none where that takes a parser to say.
    fn has_options(&self, at: usize, most: usize) -> Option<bool> {
        let bytes = self.bytes.get(at + 1..)?;
        let (mut depth, mut arguments, mut first) = (0usize, 1, true);
        let mut rest = bytes.iter().take(MAX_ARGUMENTS);
        while let Some(byte) = rest.next() {
            match byte {
                b'{' if depth == 0 && first => return Some(true),
                b'(' | b'[' | b'{' => depth += 1,
                b')' | b']' | b'}' if depth == 0 => return Some(false),
                b')' | b']' | b'}' => depth -= 1,
                b',' if depth == 0 && arguments == most => return Some(false),
                b',' if depth == 0 => arguments += 1,
                b'"' | b'\'' => {
                    rest.find(|next| *next == byte || **next == b'\\').filter(|next| *next == byte)?;
                }
                // A comment, an expression in slashes, a template.
                b'/' | b'`' => return None,
                _ => {}
            }
            first = byte.is_ascii_whitespace() && first || *byte == b',' && depth == 0;
        }
        None
    }

    /// Whether the first argument is a literal text or an object; none where it is a name.
    fn text_argument(&self, at: usize) -> Option<bool> {
        let rest = self.text.get(at + 1..)?.trim_start();
        match *rest.as_bytes().first()? {
            b'{' if may_make_client(rest) => None,
            b'{' => Some(true),
            quote @ (b'"' | b'\'') => {
                let end = rest.get(1..)?.find(char::from(quote))?;
                let after = rest.get(end + 2..)?.trim_start();
                if after.starts_with([')', ',']) { Some(true) } else { None }
            }
            b')' => Some(false),
            b'(' | b'[' => Some(false),
            _ if rest.starts_with("async ") || rest.starts_with("function") => Some(false),
            _ => None,
        }
    }
}

/// Whether an object may be what a client is made with: its fields tell.
fn may_make_client(object: &str) -> bool {
    let near = object.char_indices().nth(MAX_ARGUMENTS).map_or(object, |(end, _)| &object[..end]);
    CLIENT_FIELDS.iter().any(|field| near.contains(field))
}

/// Whether a builder's model is called so: one of a schema file, or a class. What a file imports or defines itself is what it
/// says; other names are those of any file.
pub(crate) fn is_model(
    models: &Models,
    types: &Types,
    names: &Names,
    builder: &QueryBuilder,
    (name, bare): (&str, bool),
) -> bool {
    if builder.types.is_empty() {
        return models.holds(builder, name);
    }
    names.is_class(builder, name, bare).unwrap_or_else(|| types.is_named(builder, name))
}
