//! TABLESAMPLE (`transformRangeTableSample`).

use rollproof_catalog::{Oid, RelationKind};
use rollproof_sql::ast::{Expr, QualifiedName, RelationRef};

use super::FromResult;
use crate::analyze::{Analyzer, EntryKind, Kind, unsupported};
use crate::error::{Error, ErrorKind, Failure, Result};
use crate::types;

/// `float4`, `float8`
const REAL: Oid = Oid(700);
const DOUBLE: Oid = Oid(701);

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
        if !matches!(&**name, "bernoulli" | "system") || method.parts.len() > 1 {
            if !self.schema().extensions.is_empty() || !self.schema().taints.is_empty() {
                return Err(Failure::unknown("a tablesample method of an extension", method.span));
            }
            let message = format!("tablesample method {name} does not exist");
            return Err(Error::fail("42704", message, method.span, ErrorKind::MissingObject(name.clone())));
        }
        if arguments.len() != 1 {
            let message = format!("tablesample method {name} requires 1 argument, not {}", arguments.len());
            return Err(Error::fail("2202H", message, method.span, ErrorKind::ColumnCount));
        }
        self.level().lateral_active = true;
        for argument in arguments {
            let mut value = self.expression_of(argument, Kind::FromFunction)?;
            if !value.open {
                types::coerce_to_specific_type(&mut self.cx, &mut value.typed, REAL, "TABLESAMPLE")?;
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
}
