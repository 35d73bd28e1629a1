//! `COMMENT ON`: nothing is kept of it, but the object has to be there (`get_object_address`, objectaddress.c;
//! `CommentObject`, comment.c).

use rollproof_catalog::{RelationKind, TypeKind};
use rollproof_sql::ast::{Comment, Name, ObjectKind, ObjectName, QualifiedName};

use crate::context::{Context, Outcome, Stop, refuse};
use crate::find::shown;

impl Context {
    /// `COMMENT ON`
    pub(crate) fn comment(&mut self, comment: &Comment) -> Outcome {
        match &comment.object {
            ObjectName::Column(relation, column) => self.commented_column(relation, column),
            ObjectName::OnTable(name, table) if comment.kind == ObjectKind::Other => {
                self.commented_constraint(name, table)
            }
            ObjectName::Name(_) if is_kept_by_name_only(comment.kind) => Ok(()),
            ObjectName::OnDomain(name, domain) => self.commented_domain_constraint(name, domain),
            object => self.commented_object(comment.kind, object),
        }
    }

    fn commented_object(&mut self, kind: ObjectKind, object: &ObjectName) -> Outcome {
        if let (true, ObjectName::Name(name)) = (kind.is_relation(), object) {
            self.relation_named(name)?;
        }
        match self.drop_target(kind, object, &[]) {
            // What the server needs cannot be dropped, but bears a comment.
            Err(stop) if matches!(*stop, Stop::Refused { sqlstate: "2BP01", .. }) => Ok(()),
            other => other.map(|_| ()),
        }
    }

    fn commented_column(&mut self, name: &QualifiedName, column: &Name) -> Outcome {
        let relation = self.relation_named(name)?;
        self.owns_relation(&relation, name.span)?;
        if relation.column(&column.text).is_none() && relation.index.is_none() {
            let message = format!("column \"{}\" of relation \"{}\" does not exist", column.text, shown(name));
            return Err(refuse("42703", message, column.span));
        }
        if matches!(relation.kind, RelationKind::Index | RelationKind::PartitionedIndex | RelationKind::Sequence) {
            let message = format!("cannot set comment on relation \"{}\"", relation.name);
            return Err(refuse("42809", message, name.span));
        }
        Ok(())
    }

    fn commented_domain_constraint(&mut self, name: &Name, domain: &QualifiedName) -> Outcome {
        let oid = self.type_ref(&crate::types::as_type_name(domain))?.oid;
        let Some(found) = self.schema.type_of(oid).cloned() else { return Ok(()) };
        let TypeKind::Domain { checks, .. } = &found.kind else {
            return Err(refuse("42809", format!("\"{}\" is not a domain", shown(domain)), domain.span));
        };
        if !checks.iter().any(|check| check.name == name.text) {
            let message = format!("constraint \"{}\" for domain {} does not exist", name.text, shown(domain));
            return Err(refuse("42704", message, name.span));
        }
        self.owns_type(&found, domain.span)
    }

    fn commented_constraint(&mut self, name: &Name, table: &QualifiedName) -> Outcome {
        let relation = self.relation_named(table)?;
        if relation.constraints.iter().any(|constraint| constraint.name == name.text) {
            return self.owns_relation(&relation, table.span);
        }
        let message = format!("constraint \"{}\" for table \"{}\" does not exist", name.text, relation.name);
        Err(refuse("42704", message, name.span))
    }
}

/// Kinds that belong to the server and not to a database, and those of which the catalog here has only what migrations
/// made, not what the server brings.
fn is_kept_by_name_only(kind: ObjectKind) -> bool {
    use ObjectKind as K;
    let of_the_server = matches!(kind, K::Database | K::Tablespace | K::Role | K::Subscription);
    let known = matches!(
        kind,
        K::Schema | K::Extension | K::Collation | K::Statistics | K::Publication | K::Server | K::EventTrigger
    );
    of_the_server || !kind.is_relation() && !known
}
