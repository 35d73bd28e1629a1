//! What goes with an object that is dropped, and what forbids it (`performMultipleDeletions`).

use rollproof_catalog::{DependencyGraph, ObjectId, RelationKind};
use rollproof_source::TextRange;

use crate::context::{Context, Outcome, refuse, refuse_with};

/// How many objects a refusal lists (`MAX_REPORTED_DEPS`).
const LISTED: usize = 100;

impl Context {
    /// Drops these objects and what depends on them; without `cascade`, only what goes by itself (2BP01).
    pub(crate) fn drop_objects(&mut self, objects: &[ObjectId], cascade: bool, span: TextRange) -> Outcome {
        for object in objects {
            self.not_part_of_another(*object, objects, span)?;
        }
        let graph = DependencyGraph::of_drop(&self.schema, objects);
        if !cascade {
            self.restrict(objects, &graph, span)?;
        }
        for object in graph.deletion_order() {
            self.delete_object(object)?;
        }
        Ok(())
    }

    /// Parts of other objects cannot be dropped alone (2BP01).
    fn not_part_of_another(&self, object: ObjectId, objects: &[ObjectId], span: TextRange) -> Outcome {
        let Some(whole) = self.schema.required_by(object).find(|whole| !objects.contains(whole)) else { return Ok(()) };
        let describe = |object| self.schema.describe_object(object);
        let message = format!("cannot drop {} because {} requires it", describe(object), describe(whole));
        Err(refuse("2BP01", message, span))
    }

    fn restrict(&self, objects: &[ObjectId], graph: &DependencyGraph, span: TextRange) -> Outcome {
        let blocked = graph.blocked();
        if blocked.is_empty() {
            return Ok(());
        }
        blocked.iter().for_each(|each| self.note_object(each.dependent));
        let describe = |object| self.schema.describe_object(object);
        let listed = blocked.iter().take(LISTED);
        let mut lines: Vec<String> =
            listed.map(|each| format!("{} depends on {}", describe(each.dependent), describe(each.on))).collect();
        match blocked.len().saturating_sub(LISTED) {
            0 => {}
            1 => lines.push("and 1 other object (see server log for list)".to_owned()),
            more => lines.push(format!("and {more} other objects (see server log for list)")),
        }
        let message = match objects {
            [only] => format!("cannot drop {} because other objects depend on it", describe(*only)),
            _ => "cannot drop desired object(s) because other objects depend on them".to_owned(),
        };
        Err(refuse_with("2BP01", message, lines.join("\n"), span))
    }

    /// Whether it is a sequence.
    pub(crate) fn is_sequence(&self, object: ObjectId) -> bool {
        matches!(object, ObjectId::Relation(oid)
            if self.schema.relation(oid).is_some_and(|each| each.kind == RelationKind::Sequence))
    }
}
