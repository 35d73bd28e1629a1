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

impl Kind {
    /// `ParseExprKindName`
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::None => "invalid expression context",
            Self::JoinOn => "JOIN/ON",
            Self::FromSubselect => "sub-SELECT in FROM",
            Self::FromFunction => "function in FROM",
            Self::Where => "WHERE",
            Self::Policy => "POLICY",
            Self::Having => "HAVING",
            Self::Filter => "FILTER",
            Self::WindowPartition => "window PARTITION BY",
            Self::WindowOrder => "window ORDER BY",
            Self::WindowFrameRange => "window RANGE",
            Self::WindowFrameRows => "window ROWS",
            Self::WindowFrameGroups => "window GROUPS",
            Self::SelectTarget => "SELECT",
            Self::InsertTarget => "INSERT",
            Self::UpdateSource | Self::UpdateTarget => "UPDATE",
            Self::MergeWhen => "MERGE WHEN",
            Self::GroupBy => "GROUP BY",
            Self::OrderBy => "ORDER BY",
            Self::DistinctOn => "DISTINCT ON",
            Self::Limit => "LIMIT",
            Self::Offset => "OFFSET",
            Self::Returning | Self::MergeReturning => "RETURNING",
            Self::Values | Self::ValuesSingle => "VALUES",
            Self::CheckConstraint | Self::DomainCheck => "CHECK",
            Self::ColumnDefault | Self::FunctionDefault => "DEFAULT",
            Self::IndexExpression => "index expression",
            Self::IndexPredicate => "index predicate",
            Self::Statistics => "statistics expression",
            Self::AlterColumnTransform => "USING",
            Self::ExecuteParameter => "EXECUTE",
            Self::TriggerWhen => "WHEN",
            Self::PartitionBound => "partition bound",
            Self::PartitionExpression => "PARTITION BY",
            Self::CallArgument => "CALL",
            Self::CopyWhere => "WHERE",
            Self::GeneratedColumn => "GENERATED AS",
            Self::CycleMark => "CYCLE",
        }
    }

    /// The phrase of a place that is named in full ("check constraints"), used where queries, aggregates, window functions
    /// and set-returning functions are refused.
    fn phrase(self) -> Option<&'static str> {
        Some(match self {
            Self::CheckConstraint | Self::DomainCheck => "check constraints",
            Self::ColumnDefault | Self::FunctionDefault => "DEFAULT expressions",
            Self::IndexExpression => "index expressions",
            Self::IndexPredicate => "index predicates",
            Self::Statistics => "statistics expressions",
            Self::AlterColumnTransform => "transform expressions",
            Self::ExecuteParameter => "EXECUTE parameters",
            Self::TriggerWhen => "trigger WHEN conditions",
            Self::PartitionBound => "partition bound",
            Self::PartitionExpression => "partition key expressions",
            Self::CallArgument => "CALL arguments",
            Self::CopyWhere => "COPY FROM WHERE conditions",
            Self::GeneratedColumn => "column generation expressions",
            _ => return None,
        })
    }

    /// `transformSubLink`: the message where no query may stand here (0A000).
    pub(crate) fn refuses_subquery(self) -> Option<String> {
        let phrase = match self {
            Self::CallArgument => return Some("cannot use subquery in CALL argument".to_owned()),
            Self::CheckConstraint | Self::DomainCheck => "check constraint",
            Self::ColumnDefault | Self::FunctionDefault => "DEFAULT expression",
            Self::IndexExpression => "index expression",
            Self::IndexPredicate => "index predicate",
            Self::Statistics => "statistics expression",
            Self::AlterColumnTransform => "transform expression",
            Self::ExecuteParameter => "EXECUTE parameter",
            Self::TriggerWhen => "trigger WHEN condition",
            Self::PartitionBound => "partition bound",
            Self::PartitionExpression => "partition key expression",
            Self::CopyWhere => "COPY FROM WHERE condition",
            Self::GeneratedColumn => "column generation expression",
            _ => return None,
        };
        Some(format!("cannot use subquery in {phrase}"))
    }

    /// `check_agglevels_and_constraints`: the message where no aggregate (or `GROUPING`) may stand here (42803).
    pub(crate) fn refuses_aggregate(self, grouping: bool) -> Option<String> {
        let what = if grouping { "grouping operations" } else { "aggregate functions" };
        let in_phrase = |phrase: &str| Some(format!("{what} are not allowed in {phrase}"));
        match self {
            Self::JoinOn => in_phrase("JOIN conditions"),
            Self::FromSubselect => in_phrase("FROM clause of their own query level"),
            Self::FromFunction => in_phrase("functions in FROM"),
            Self::Policy => in_phrase("policy expressions"),
            Self::WindowFrameRange => in_phrase("window RANGE"),
            Self::WindowFrameRows => in_phrase("window ROWS"),
            Self::WindowFrameGroups => in_phrase("window GROUPS"),
            Self::MergeWhen => in_phrase("MERGE WHEN conditions"),
            Self::Where
            | Self::Filter
            | Self::InsertTarget
            | Self::UpdateSource
            | Self::UpdateTarget
            | Self::GroupBy
            | Self::Limit
            | Self::Offset
            | Self::Returning
            | Self::MergeReturning
            | Self::Values
            | Self::ValuesSingle
            | Self::CycleMark => in_phrase(self.name()),
            _ => self.phrase().and_then(in_phrase),
        }
    }

    /// `transformWindowFuncCall`: the message where no window function may stand here (42P20).
    pub(crate) fn refuses_window(self) -> Option<String> {
        let in_phrase = |phrase: &str| Some(format!("window functions are not allowed in {phrase}"));
        match self {
            Self::JoinOn => in_phrase("JOIN conditions"),
            Self::FromFunction => in_phrase("functions in FROM"),
            Self::Policy => in_phrase("policy expressions"),
            Self::WindowPartition
            | Self::WindowOrder
            | Self::WindowFrameRange
            | Self::WindowFrameRows
            | Self::WindowFrameGroups => in_phrase("window definitions"),
            Self::MergeWhen => in_phrase("MERGE WHEN conditions"),
            Self::Where
            | Self::Having
            | Self::Filter
            | Self::InsertTarget
            | Self::UpdateSource
            | Self::UpdateTarget
            | Self::GroupBy
            | Self::Limit
            | Self::Offset
            | Self::Returning
            | Self::MergeReturning
            | Self::Values
            | Self::ValuesSingle
            | Self::CycleMark => in_phrase(self.name()),
            _ => self.phrase().and_then(in_phrase),
        }
    }

    /// `check_srf_call_placement`: the message where no set-returning function may stand here (0A000).
    pub(crate) fn refuses_sets(self) -> Option<String> {
        let in_phrase = |phrase: &str| Some(format!("set-returning functions are not allowed in {phrase}"));
        match self {
            Self::JoinOn => in_phrase("JOIN conditions"),
            Self::Policy => in_phrase("policy expressions"),
            Self::WindowFrameRange | Self::WindowFrameRows | Self::WindowFrameGroups => in_phrase("window definitions"),
            Self::MergeWhen => in_phrase("MERGE WHEN conditions"),
            Self::Where
            | Self::Having
            | Self::Filter
            | Self::UpdateSource
            | Self::UpdateTarget
            | Self::Limit
            | Self::Offset
            | Self::Returning
            | Self::MergeReturning
            | Self::Values
            | Self::CycleMark => in_phrase(self.name()),
            _ => self.phrase().and_then(in_phrase),
        }
    }
}
