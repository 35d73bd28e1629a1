//! Lines of the data files: fields between tabs, and lists in fields.

use std::sync::Arc;

use rollproof_sql::ast::ParameterMode;

use crate::{Acl, AclEntry, Oid, Parameter, Privilege};

/// The fields of a line, taken one by one. A field that is missing is empty: the data is our own, and a test reads all.
pub(crate) struct Fields<'a> {
    rest: &'a str,
}

impl<'a> Fields<'a> {
    /// The fields of a line.
    pub(crate) fn new(line: &'a str) -> Self {
        Self { rest: line }
    }

    /// The next field.
    pub(crate) fn text(&mut self) -> &'a str {
        // Fields are short: a plain loop beats a search that sets up wide registers for each.
        let end = self.rest.bytes().position(|byte| byte == b'\t');
        let (field, rest) = end.map_or((self.rest, ""), |end| (&self.rest[..end], &self.rest[end + 1..]));
        self.rest = rest;
        field
    }

    /// The next field as a number, zero where it is empty.
    pub(crate) fn number<N: std::str::FromStr + Default>(&mut self) -> N {
        self.text().parse().unwrap_or_default()
    }

    /// The next field as an identity.
    pub(crate) fn oid(&mut self) -> Oid {
        parse_oid(self.text())
    }
}

/// A number in a field; nothing is [`Oid::NONE`].
pub(crate) fn parse_oid(text: &str) -> Oid {
    Oid(text.bytes().fold(0, |number: u32, digit| number.wrapping_mul(10).wrapping_add(u32::from(digit & 15))))
}

/// Identities between spaces.
pub(crate) fn parse_oids(text: &str) -> impl Iterator<Item = Oid> + '_ {
    text.split(' ').filter(|part| !part.is_empty()).map(parse_oid)
}

/// A mode as `proargmodes` writes it.
pub(crate) fn parse_mode(letter: u8) -> ParameterMode {
    match letter {
        b'o' => ParameterMode::Out,
        b'b' => ParameterMode::InOut,
        b'v' => ParameterMode::Variadic,
        b't' => ParameterMode::Table,
        _ => ParameterMode::In,
    }
}

/// An access control list as the data files write it: `0r,3375r`; `!` is one that grants nothing, an empty text is none.
pub(crate) fn parse_acl(text: &str) -> Option<Arc<Acl>> {
    if text.is_empty() {
        return None;
    }
    let entries = text.split(',').filter(|entry| *entry != "!").map(|entry| {
        let letters = entry.trim_start_matches(|digit: char| digit.is_ascii_digit());
        let grantee = parse_oid(&entry[..entry.len() - letters.len()]);
        AclEntry { grantee, privileges: letters.bytes().fold(0, |bits, letter| bits | privilege_bit(letter)) }
    });
    Some(Arc::new(Acl { entries: entries.collect() }))
}

/// The privilege that `aclitem` writes as this letter.
fn privilege_bit(letter: u8) -> u16 {
    let privilege = match letter {
        b'r' => Privilege::Select,
        b'a' => Privilege::Insert,
        b'w' => Privilege::Update,
        b'd' => Privilege::Delete,
        b'D' => Privilege::Truncate,
        b'x' => Privilege::References,
        b't' => Privilege::Trigger,
        b'X' => Privilege::Execute,
        b'U' => Privilege::Usage,
        b'C' => Privilege::Create,
        b'm' => Privilege::Maintain,
        _ => return 0,
    };
    privilege as u16
}

/// The parameters and inputs of routines.
pub(crate) type Signature = (Arc<[Parameter]>, Arc<[Oid]>);

/// A signature from `proargtypes`, `proallargtypes`, `proargmodes`, `proargnames`, `pronargdefaults`.
pub(crate) fn read_signature([inputs, all, modes, names, defaults]: [&str; 5]) -> Signature {
    let inputs: Arc<[Oid]> = parse_oids(inputs).collect();
    let mut modes = modes.bytes();
    let mut names = names.split(' ');
    let first_default = inputs.len() - defaults.parse().unwrap_or(0).min(inputs.len());
    let mut input = 0;
    let mut parameter = |data_type: Oid| {
        let mode = parse_mode(modes.next().unwrap_or(b'i'));
        let name = names.next().filter(|name| !name.is_empty()).map(Arc::from);
        let is_input = !matches!(mode, ParameterMode::Out | ParameterMode::Table);
        let has_default = is_input && input >= first_default;
        input += usize::from(is_input);
        Parameter { name, mode, data_type, has_default, default: None }
    };
    let parameters: Arc<[Parameter]> = if all.is_empty() {
        inputs.iter().map(|oid| parameter(*oid)).collect()
    } else {
        parse_oids(all).map(parameter).collect()
    };
    (parameters, inputs)
}
