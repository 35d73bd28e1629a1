//! TABLESAMPLE (`transformRangeTableSample`).

use rollproof_catalog::{Oid, RelationKind};
use rollproof_source::TextRange;
use rollproof_sql::ast::{Expr, QualifiedName, RelationRef};

use super::FromResult;
use crate::analyze::{Analyzer, EntryKind, Kind, unsupported};
use crate::error::{Error, ErrorKind, Failure, Result};
use crate::types;

/// `int8`, `float4`, `float8`, `internal`
const BIGINT: Oid = Oid(20);
const REAL: Oid = Oid(700);
const DOUBLE: Oid = Oid(701);
const INTERNAL: Oid = Oid(2281);

/// What the handler of a method says of it (`TsmRoutine`). The handlers are C: those of the core and of contrib are known.
struct SampleMethod {
    argument: Oid,
    /// `repeatable_across_queries`
    repeatable: bool,
    span: TextRange,
}

impl<'a> Analyzer<'a> {
    /// A sampled relation.
    pub(crate) fn source_sample(
        &mut self,
        reference: &'a RelationRef,
        method: &'a QualifiedName,
        arguments: &'a [Expr],
        repeatable: Option<&'a Expr>,
    ) -> Result<FromResult> {
        let result = self.source_relation(reference)?;
        let kind = self.level().entries[result.top.entry].kind;
        let samples = matches!(
            kind,
            EntryKind::Relation(
                _,
                RelationKind::Table | RelationKind::PartitionedTable | RelationKind::MaterializedView
            )
        );
        if !samples {
            let message = "TABLESAMPLE clause can only be applied to tables and materialized views";
            return Err(unsupported(message, reference.name.span));
        }
        let name = &method.object().text;
        let method = self.sample_method(method)?;
        if let (false, Some(seed)) = (method.repeatable, repeatable) {
            let message = format!("tablesample method {name} does not support REPEATABLE");
            return Err(unsupported(message, seed.span));
        }
        if arguments.len() != 1 {
            let message = format!("tablesample method {name} requires 1 argument, not {}", arguments.len());
            return Err(Error::fail("2202H", message, method.span, ErrorKind::ColumnCount));
        }
        self.level().lateral_active = true;
        for argument in arguments {
            let mut value = self.expression_of(argument, Kind::FromFunction)?;
            if !value.open {
                types::coerce_to_specific_type(&mut self.cx, &mut value.typed, method.argument, "TABLESAMPLE")?;
            }
        }
        if let Some(seed) = repeatable {
            let mut value = self.expression_of(seed, Kind::FromFunction)?;
            if !value.open {
                types::coerce_to_specific_type(&mut self.cx, &mut value.typed, DOUBLE, "REPEATABLE")?;
            }
        }
        self.level().lateral_active = false;
        Ok(result)
    }

    /// A method is a function of one `internal` argument; what its argument is, its handler says.
    fn sample_method(&mut self, method: &QualifiedName) -> Result<SampleMethod> {
        let name = &method.object().text;
        let span = method.span;
        let known = match &**name {
            "bernoulli" | "system" => Some((REAL, true)),
            "system_rows" => Some((BIGINT, false)),
            "system_time" => Some((DOUBLE, false)),
            _ => None,
        };
        let made = types::has_signature(&mut self.cx, method, &[INTERNAL]);
        match (made, known) {
            (true, Some((argument, repeatable))) => Ok(SampleMethod { argument, repeatable, span }),
            (true, None) => Err(Failure::unknown("a tablesample method of an extension", span)),
            (false, _) if self.schema().unknown_extension().is_some() || !self.schema().taints.is_empty() => {
                Err(Failure::unknown("a tablesample method that an extension may bring", span))
            }
            (false, _) => {
                let message = format!("tablesample method {name} does not exist");
                Err(Error::fail("42704", message, span, ErrorKind::MissingObject(name.clone())))
            }
        }
    }
}
