//! `$n` (parse_param.c): fixed types, or types that the first use decides.

use std::collections::BTreeMap;
use std::sync::Arc;

use rollproof_catalog::Oid;
use rollproof_source::TextRange;

use crate::error::{Error, ErrorKind, Failure, Result};
use crate::typed::{Shape, Typed};

/// `unknown`
const UNKNOWN: Oid = Oid(705);

/// How `$n` is understood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ParameterTypes {
    /// There are no parameters at all: a plain script.
    None,
    /// The types are given (a function's body): any other number is an error.
    Fixed(Arc<[Oid]>),
    /// Some types may be given, the rest is inferred (`PREPARE`, the extended protocol).
    #[default]
    Variable,
}

/// The parameters of a statement.
#[derive(Debug, Clone, Default)]
pub struct Parameters {
    mode: ParameterTypes,
    /// `$1` is at 0. None: never seen. `unknown`: seen, not decided.
    types: Vec<Option<Oid>>,
    /// Uses that nothing decided yet: their number and place, by occurrence.
    undecided: BTreeMap<u32, (u32, TextRange)>,
    next_occurrence: u32,
}

impl Parameters {
    /// Parameters whose types the statement decides; `declared` ones are given (`PREPARE p (int, …)`), none or `unknown`
    /// for those that are not.
    #[must_use]
    pub fn variable(declared: &[Oid]) -> Self {
        let types = declared.iter().map(|oid| oid.is_some().then_some(*oid)).collect();
        Self { mode: ParameterTypes::Variable, types, ..Self::default() }
    }

    /// Parameters whose types are given.
    #[must_use]
    pub fn fixed(types: &[Oid]) -> Self {
        Self {
            mode: ParameterTypes::Fixed(Arc::from(types)),
            types: types.iter().copied().map(Some).collect(),
            ..Self::default()
        }
    }

    /// A statement that can have no parameters.
    #[must_use]
    pub fn none() -> Self {
        Self { mode: ParameterTypes::None, ..Self::default() }
    }

    /// The types as far as they are decided, `$1` first; `unknown` for those that are not.
    #[must_use]
    pub fn types(&self) -> Vec<Oid> {
        self.types.iter().map(|each| each.unwrap_or(UNKNOWN)).collect()
    }

    /// `transformParamRef`: a use of `$number`. `in_call` says that it is an argument of `CALL`.
    ///
    /// # Errors
    /// 42P02 where there is no such parameter.
    pub fn reference(
        &mut self,
        number: u32,
        in_call: bool,
        span: TextRange,
        collation: impl Fn(Oid) -> Oid,
    ) -> Result<Typed> {
        let missing =
            || Error::fail("42P02", format!("there is no parameter ${number}"), span, ErrorKind::Parameter(number));
        let at = (number as usize).checked_sub(1).filter(|at| *at < 65_535).ok_or_else(missing)?;
        match self.mode {
            ParameterTypes::Variable if self.types.len() <= at => self.types.resize(at + 1, None),
            ParameterTypes::Variable => {}
            _ if at >= self.types.len() => return Err(missing()),
            _ => {}
        }
        // "void" stands for an output argument in the protocol's CALL; the server takes it for unknown there.
        const VOID: Oid = Oid(2278);
        if self.types[at].is_none() || (in_call && self.types[at] == Some(VOID)) {
            self.types[at] = Some(UNKNOWN);
        }
        let oid = self.types[at].unwrap_or(UNKNOWN);
        let occurrence = self.next_occurrence;
        self.next_occurrence += 1;
        if oid == UNKNOWN && self.mode == ParameterTypes::Variable {
            self.undecided.insert(occurrence, (number, span));
        }
        Ok(Typed::new(rollproof_catalog::TypeRef::plain(oid), collation(oid), span)
            .with_shape(Shape::Parameter { number, occurrence }))
    }

    /// `variable_coerce_param_hook`: a use of unknown type meets the type it is needed as. `Ok(false)` means that the
    /// parameters are fixed, and coercion goes on as for any expression.
    ///
    /// # Errors
    /// 42P08 where another use decided otherwise.
    pub fn coerce(
        &mut self,
        number: u32,
        occurrence: u32,
        target: Oid,
        span: TextRange,
        format: impl Fn(Oid) -> String,
    ) -> Result<bool> {
        if self.mode != ParameterTypes::Variable {
            return Ok(false);
        }
        let Some(slot) = (number as usize).checked_sub(1).and_then(|at| self.types.get_mut(at)) else {
            return Err(Error::fail(
                "42P02",
                format!("there is no parameter ${number}"),
                span,
                ErrorKind::Parameter(number),
            ));
        };
        match *slot {
            None | Some(UNKNOWN) => *slot = Some(target),
            Some(known) if known == target => {}
            Some(known) => {
                let message = format!("inconsistent types deduced for parameter ${number}");
                let kind = ErrorKind::TypeMismatch { from: format(known).into(), to: format(target).into() };
                return Err(Error::fail("42P08", message, span, kind));
            }
        }
        self.undecided.remove(&occurrence);
        Ok(true)
    }

    /// A use that is the same as another one, and thrown away for it.
    pub fn forget(&mut self, occurrence: u32) {
        self.undecided.remove(&occurrence);
    }

    /// `check_variable_parameters`, then the check of `PrepareQuery` and the protocol's Parse.
    ///
    /// # Errors
    /// 42P08 where a use stayed undecided though another one decided; 42P18 where none did.
    pub fn finish(&self) -> Result<()> {
        if self.mode != ParameterTypes::Variable {
            return Ok(());
        }
        let fail = |sqlstate, number, span| -> Failure {
            let message = format!("could not determine data type of parameter ${number}");
            Error::fail(sqlstate, message, span, ErrorKind::Parameter(number))
        };
        for (number, span) in self.undecided.values() {
            let decided = self.types.get(*number as usize - 1).copied().flatten();
            if decided.is_some_and(|oid| oid != UNKNOWN) {
                return Err(fail("42P08", *number, *span));
            }
        }
        for (number, oid) in (1_u32..).zip(&self.types) {
            if oid.is_none_or(|oid| oid == UNKNOWN) {
                let span = self.undecided.values().find(|each| each.0 == number).map(|each| each.1);
                return Err(fail("42P18", number, span.unwrap_or_default()));
            }
        }
        Ok(())
    }
}
