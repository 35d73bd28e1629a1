//! Variables, and what is known of the rows that records hold at a point of the body.

use std::sync::Arc;

use rollproof_sql::ast::Name;

use super::Walker;
use crate::environment::{Variable, VariableBlock, VariableKind};

/// What a record holds.
#[derive(Debug, Clone)]
pub(super) enum Held {
    /// Nothing was assigned yet.
    Nothing,
    /// Rows of this kind.
    Known(VariableKind),
    /// Rows of one kind or another.
    Unknown,
}

/// What is known of a variable besides its name and kind.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    /// Set on a `record`, whose kind changes with what it is assigned.
    pub held: Option<Held>,
    /// Rows of several kinds were assigned to it in the body.
    pub mixed: bool,
}

/// Where a variable is: block, place in it.
pub(super) type Place = (usize, usize);

/// What every record holds at a point of the body.
pub(super) type Moment = Vec<(Place, Held)>;

impl Held {
    fn kind(&self) -> VariableKind {
        match self {
            Self::Known(kind) => kind.clone(),
            Self::Nothing | Self::Unknown => VariableKind::Record,
        }
    }

    /// What is held where two ways meet. A record that was not assigned fails where it is read, so the other way counts.
    fn or(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Nothing, known) | (known, Self::Nothing) => known.clone(),
            (Self::Known(one), Self::Known(two)) if same(one, two) => self.clone(),
            _ => Self::Unknown,
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Nothing, Self::Nothing) | (Self::Unknown, Self::Unknown) => true,
            (Self::Known(one), Self::Known(two)) => same(one, two),
            _ => false,
        }
    }
}

fn same(one: &VariableKind, two: &VariableKind) -> bool {
    match (one, two) {
        (VariableKind::Scalar(one), VariableKind::Scalar(two)) => one == two,
        (VariableKind::Row(one), VariableKind::Row(two)) => one == two,
        (VariableKind::Record, VariableKind::Record) => true,
        _ => false,
    }
}

impl Walker<'_> {
    /// Opens a block of variables.
    pub(super) fn open(&mut self, label: Option<Arc<str>>) {
        self.environment.blocks.push(VariableBlock { label, variables: Vec::new() });
        self.slots.push(Vec::new());
    }

    /// Closes the innermost block.
    pub(super) fn close(&mut self) {
        self.environment.blocks.pop();
        self.slots.pop();
    }

    /// Adds a variable to the innermost block. One of unknown kind is a record.
    pub(super) fn add(&mut self, name: Arc<str>, kind: VariableKind) {
        let held = matches!(kind, VariableKind::Record).then_some(Held::Nothing);
        self.add_slot(Variable { name, kind }, Slot { held, mixed: false });
    }

    /// Adds a variable of which nothing will ever be known.
    pub(super) fn add_unknown(&mut self, name: Arc<str>) {
        let variable = Variable { name, kind: VariableKind::Record };
        self.add_slot(variable, Slot { held: Some(Held::Unknown), mixed: true });
    }

    /// Adds a record that holds a row of this kind.
    pub(super) fn add_record(&mut self, name: Arc<str>, kind: VariableKind) {
        let held = Some(Held::Known(kind.clone()));
        self.add_slot(Variable { name, kind }, Slot { held, mixed: false });
    }

    fn add_slot(&mut self, variable: Variable, slot: Slot) {
        if let (Some(block), Some(slots)) = (self.environment.blocks.last_mut(), self.slots.last_mut()) {
            block.variables.push(variable);
            slots.push(slot);
        }
    }

    /// `plpgsql_ns_lookup`: the variable that a name means, and how many of its parts name it.
    pub(super) fn find(&self, parts: &[Name]) -> Option<(Place, usize)> {
        let first = &parts.first()?.text;
        for (block_at, block) in self.environment.blocks.iter().enumerate().rev() {
            let place = |name: &Arc<str>| {
                let at = block.variables.iter().position(|variable| variable.name == *name)?;
                Some((block_at, at))
            };
            if let Some(place) = place(first) {
                return Some((place, 1));
            }
            if block.label.as_ref() == Some(first)
                && let Some(place) = parts.get(1).and_then(|second| place(&second.text))
            {
                return Some((place, 2));
            }
        }
        None
    }

    /// A variable's kind.
    pub(super) fn kind_at(&self, place: Place) -> VariableKind {
        self.environment.blocks[place.0].variables[place.1].kind.clone()
    }

    /// What a record holds; none for other variables.
    pub(super) fn held_at(&self, place: Place) -> Option<&Held> {
        self.slots[place.0][place.1].held.as_ref()
    }

    /// Something is assigned to a variable: a record now holds that.
    pub(super) fn hold(&mut self, place: Place, now: Held) {
        let slot = &mut self.slots[place.0][place.1];
        let Some(held) = &slot.held else { return };
        slot.mixed |= !matches!(held, Held::Nothing) && !held.is_same(&now);
        self.set(place, now);
    }

    fn set(&mut self, place: Place, now: Held) {
        self.environment.blocks[place.0].variables[place.1].kind = now.kind();
        self.slots[place.0][place.1].held = Some(now);
    }

    /// What every record holds now.
    pub(super) fn moment(&self) -> Moment {
        let mut moment = Vec::new();
        for (block, slots) in self.slots.iter().enumerate() {
            for (at, slot) in slots.iter().enumerate() {
                moment.extend(slot.held.clone().map(|held| ((block, at), held)));
            }
        }
        moment
    }

    /// Goes back to a moment.
    pub(super) fn restore(&mut self, moment: &Moment) {
        for (place, held) in moment {
            self.set(*place, held.clone());
        }
    }

    /// The moment after one of several ways, which all began in the same blocks.
    pub(super) fn meet(one: &Moment, two: &Moment) -> Moment {
        one.iter().zip(two).map(|((place, one), (_, two))| (*place, one.or(two))).collect()
    }

    /// The moment where the way here may have been left anywhere: records that held several kinds are unknown.
    pub(super) fn blur(&self, moment: &Moment) -> Moment {
        let blurred = |(place, held): &(Place, Held)| {
            let mixed = self.slots[place.0][place.1].mixed;
            (*place, if mixed { Held::Unknown } else { held.clone() })
        };
        moment.iter().map(blurred).collect()
    }

    /// Whether two moments are the same.
    pub(super) fn is_same_moment(one: &Moment, two: &Moment) -> bool {
        one.len() == two.len() && one.iter().zip(two).all(|((_, one), (_, two))| one.is_same(two))
    }
}
