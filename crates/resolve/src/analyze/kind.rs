//! Where an expression stands (`ParseExprKind`), and what may not stand there.

/// Where an expression stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Kind {
    #[default]
    None,
    JoinOn,
    FromSubselect,
    FromFunction,
    Where,
    Policy,
    Having,
    Filter,
    WindowPartition,
    WindowOrder,
    WindowFrameRange,
    WindowFrameRows,
    WindowFrameGroups,
    SelectTarget,
    InsertTarget,
    UpdateSource,
    UpdateTarget,
    MergeWhen,
    GroupBy,
    OrderBy,
    DistinctOn,
    Limit,
    Offset,
    Returning,
    MergeReturning,
    Values,
    ValuesSingle,
    CheckConstraint,
    DomainCheck,
    ColumnDefault,
    FunctionDefault,
    IndexExpression,
    IndexPredicate,
    Statistics,
    AlterColumnTransform,
    ExecuteParameter,
    TriggerWhen,
    PartitionBound,
    PartitionExpression,
    CallArgument,
    CopyWhere,
    GeneratedColumn,
    CycleMark,
}

/// How the server calls a place, and in which words it refuses what may not stand there.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// `ParseExprKindName`
    name: &'static str,
    /// No query may stand there (`transformSubLink`).
    queries: Option<&'static str>,
    /// No aggregate function may stand there (`check_agglevels_and_constraints`).
    aggregates: Option<&'static str>,
    /// No window function may stand there (`transformWindowFuncCall`).
    windows: Option<&'static str>,
    /// No set-returning function may stand there (`check_srf_call_placement`).
    sets: Option<&'static str>,
}

impl Place {
    /// Anything may stand there.
    const fn open(name: &'static str) -> Self {
        Self { name, queries: None, aggregates: None, windows: None, sets: None }
    }

    /// One value a row: aggregates, window functions and sets are refused.
    const fn row(name: &'static str, called: &'static str) -> Self {
        Self { name, queries: None, aggregates: Some(called), windows: Some(called), sets: Some(called) }
    }

    /// Queries are refused too, which are told of it in the singular.
    const fn closed(name: &'static str, called: &'static str, single: &'static str) -> Self {
        Self { queries: Some(single), ..Self::row(name, called) }
    }

    /// The bounds of a window's frame.
    const fn frame(name: &'static str) -> Self {
        Self { aggregates: Some(name), ..Self::row(name, "window definitions") }
    }
}

impl Kind {
    fn place(self) -> Place {
        match self {
            Self::None => Place::open("invalid expression context"),
            Self::JoinOn => Place::row("JOIN/ON", "JOIN conditions"),
            Self::FromSubselect => {
                let aggregates = Some("FROM clause of their own query level");
                Place { aggregates, ..Place::open("sub-SELECT in FROM") }
            }
            Self::FromFunction => Place { sets: None, ..Place::row("function in FROM", "functions in FROM") },
            Self::Where => Place::row("WHERE", "WHERE"),
            Self::Policy => Place::row("POLICY", "policy expressions"),
            Self::Having => Place { aggregates: None, ..Place::row("HAVING", "HAVING") },
            Self::Filter => Place::row("FILTER", "FILTER"),
            Self::WindowPartition => {
                Place { windows: Some("window definitions"), ..Place::open("window PARTITION BY") }
            }
            Self::WindowOrder => Place { windows: Some("window definitions"), ..Place::open("window ORDER BY") },
            Self::WindowFrameRange => Place::frame("window RANGE"),
            Self::WindowFrameRows => Place::frame("window ROWS"),
            Self::WindowFrameGroups => Place::frame("window GROUPS"),
            Self::SelectTarget => Place::open("SELECT"),
            Self::InsertTarget => Place { sets: None, ..Place::row("INSERT", "INSERT") },
            Self::UpdateSource | Self::UpdateTarget => Place::row("UPDATE", "UPDATE"),
            Self::MergeWhen => Place::row("MERGE WHEN", "MERGE WHEN conditions"),
            Self::GroupBy => Place { sets: None, ..Place::row("GROUP BY", "GROUP BY") },
            Self::OrderBy => Place::open("ORDER BY"),
            Self::DistinctOn => Place::open("DISTINCT ON"),
            Self::Limit => Place::row("LIMIT", "LIMIT"),
            Self::Offset => Place::row("OFFSET", "OFFSET"),
            Self::Returning | Self::MergeReturning => Place::row("RETURNING", "RETURNING"),
            Self::Values => Place::row("VALUES", "VALUES"),
            Self::ValuesSingle => Place { sets: None, ..Place::row("VALUES", "VALUES") },
            Self::CycleMark => Place::row("CYCLE", "CYCLE"),
            _ => self.kept_place(),
        }
    }

    /// Places of expressions that the schema keeps, and of those that are run by themselves.
    fn kept_place(self) -> Place {
        match self {
            Self::CheckConstraint | Self::DomainCheck => {
                Place::closed("CHECK", "check constraints", "check constraint")
            }
            Self::ColumnDefault | Self::FunctionDefault => {
                Place::closed("DEFAULT", "DEFAULT expressions", "DEFAULT expression")
            }
            Self::IndexExpression => Place::closed("index expression", "index expressions", "index expression"),
            Self::IndexPredicate => Place::closed("index predicate", "index predicates", "index predicate"),
            Self::Statistics => {
                Place::closed("statistics expression", "statistics expressions", "statistics expression")
            }
            Self::AlterColumnTransform => Place::closed("USING", "transform expressions", "transform expression"),
            Self::ExecuteParameter => Place::closed("EXECUTE", "EXECUTE parameters", "EXECUTE parameter"),
            Self::TriggerWhen => Place::closed("WHEN", "trigger WHEN conditions", "trigger WHEN condition"),
            Self::PartitionBound => Place::closed("partition bound", "partition bound", "partition bound"),
            Self::PartitionExpression => {
                Place::closed("PARTITION BY", "partition key expressions", "partition key expression")
            }
            Self::CallArgument => Place::closed("CALL", "CALL arguments", "CALL argument"),
            Self::CopyWhere => Place::closed("WHERE", "COPY FROM WHERE conditions", "COPY FROM WHERE condition"),
            _ => Place::closed("GENERATED AS", "column generation expressions", "column generation expression"),
        }
    }

    /// `ParseExprKindName`
    pub(crate) fn name(self) -> &'static str {
        self.place().name
    }

    /// The message where no query may stand here (0A000).
    pub(crate) fn refuses_subquery(self) -> Option<String> {
        self.place().queries.map(|called| format!("cannot use subquery in {called}"))
    }

    /// The message where no aggregate (or `GROUPING`) may stand here (42803).
    pub(crate) fn refuses_aggregate(self, grouping: bool) -> Option<String> {
        let what = if grouping { "grouping operations" } else { "aggregate functions" };
        self.place().aggregates.map(|called| format!("{what} are not allowed in {called}"))
    }

    /// The message where no window function may stand here (42P20).
    pub(crate) fn refuses_window(self) -> Option<String> {
        self.place().windows.map(|called| format!("window functions are not allowed in {called}"))
    }

    /// The message where no set-returning function may stand here (0A000).
    pub(crate) fn refuses_sets(self) -> Option<String> {
        self.place().sets.map(|called| format!("set-returning functions are not allowed in {called}"))
    }
}
