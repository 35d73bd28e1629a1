//! From facts to sites: sinks, the project's own functions that reach them, tags, and texts that nobody takes.

use std::sync::Arc;

use rayon::prelude::*;
use rollproof_source::Span;
use rollproof_sql::MappedText;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::bindings::Bindings;
use crate::coverage::Coverage;
use crate::dialects::{self, calls_other, other_dialect, reads_as_statements, reads_in_part, spread};
use crate::eval::each::PASSED_ON;
use crate::eval::spread::{Room, Tree, has_choice, more_than};
use crate::eval::value::{ParamRef, Piece, Pieces, Value};
use crate::eval::{Evaluator, span};
use crate::exported::is_anything;
use crate::fates::{failure_at, failure_of, failure_of_chain};
use crate::holes::first_open_hole;
use crate::ir::{ExprId, ExprKind, Facts};
use crate::matching::{Target, only_param};
use crate::program::Program;
use crate::render::{render, translated};
use crate::sinks::Placeholders;
use crate::survey::{FileSurvey, MAX_HOPS, Survey, Texts, may_read_as_sql};
use crate::{ExtractedQuery, QUERY_BUILDER, ResultUse, Site, SiteKind, Unknown, looks};

/// Calls of functions of the project that pass a text on, each with the sinks that it reaches and what it gives them.
type Passing = FxHashMap<(Arc<str>, ExprId), Vec<(Target, Vec<Value>)>>;

/// The sink of a text that reads as SQL and reaches none that is known.
const TEXT: &str = "text";

/// What is known of a program before its sites are listed.
pub(crate) struct Finder<'p> {
    program: &'p Program<'p>,
    /// Calls of functions that pass their argument on.
    passing: Passing,
    /// Parameters that reach a sink and have callers.
    forwarded: FxHashSet<ParamRef>,
}

/// The sites of one file, and the expressions that they account for.
#[derive(Default)]
struct FileSites {
    sites: Vec<Site>,
    touched: Texts,
    used_tags: Texts,
}

/// What the calls of all files account for.
struct Taken<'t> {
    /// Texts that some sink or tag went through.
    touched: &'t Texts,
    /// Tags that are a part of another, or are sent.
    used_tags: &'t Texts,
    /// What stands in the sites' texts and calls.
    coverage: &'t Coverage,
}

/// The argument of a call that holds what is bound, or a field of it.
struct Given<'f> {
    facts: &'f Arc<Facts>,
    argument: ExprId,
    field: Option<&'static str>,
}

/// How far back the other calls of a chain are looked for.
const NEAR: usize = 8;

impl Taken<'_> {
    /// Whether a text is some site's. One that was only looked at, as a value that some caller gives, is not.
    fn has(&self, facts: &Facts, expr: ExprId) -> bool {
        self.touched.contains(&(facts.file, expr)) && self.coverage.touches(facts.file, facts.expr(expr).range)
    }
}

/// Every site of the program's wave, in order of path and place.
pub(crate) fn sites(program: &Program<'_>, survey: Survey) -> Vec<Site> {
    let mut finder = Finder { program, passing: Passing::default(), forwarded: FxHashSet::default() };
    let (mut touched, mut used_tags) = finder.follow_helpers(&survey);
    let files = program.wave.par_iter().zip(&survey.files);
    let files: Vec<FileSites> = files.map(|(facts, surveyed)| finder.sinks(facts, surveyed)).collect();
    for file in survey.files {
        used_tags.extend(file.used_tags().copied());
        touched.extend(file.touched);
    }
    touched.extend(survey.touched);
    used_tags.extend(survey.spliced);
    let mut sites: Vec<Vec<Site>> = Vec::new();
    for file in files {
        touched.extend(file.touched);
        used_tags.extend(file.used_tags);
        sites.push(file.sites);
    }
    let coverage = Coverage::of(sites.iter().flatten());
    let taken = Taken { touched: &touched, used_tags: &used_tags, coverage: &coverage };
    let rest: Vec<Vec<Site>> = program.wave.par_iter().map(|facts| finder.leftovers(facts, &taken)).collect();
    let mut all = Vec::new();
    for (mut sites, rest) in sites.into_iter().zip(rest) {
        sites.extend(rest);
        sites.sort_by_key(|site| (site.span.range.start, site.span.range.end));
        all.extend(sites);
    }
    spread(program, &mut all);
    program.mark_built(&mut all);
    crate::workers::mark(program, &mut all);
    all
}

impl Finder<'_> {
    /// Finds the functions that pass a parameter on to a sink, and their callers, until nothing new is found.
    /// Gives the texts that those calls went through, and the tags that are a part of another.
    fn follow_helpers(&mut self, survey: &Survey) -> (Texts, Texts) {
        let program = self.program;
        let mut open: Vec<(Target, ParamRef)> = Vec::new();
        for (facts, file) in program.wave.iter().zip(&survey.files) {
            for (sink, target, values) in file.sinks() {
                let target = Target { failure: failure_at(facts, sink), ..target.clone() };
                open.extend(values.iter().filter_map(only_param).map(|param| (target.clone(), param.of_any())));
            }
        }
        open.reverse();
        let mut evaluator = Evaluator::settling(program);
        let mut seen: FxHashSet<ParamRef> = FxHashSet::default();
        while let Some((target, param)) = open.pop() {
            if seen.len() > MAX_HOPS || !seen.insert(param.clone()) {
                continue;
            }
            let Some(facts) = program.facts(&param.path) else { continue };
            evaluator.begin();
            let callers = program.callers(&mut evaluator, &facts, param.param.function);
            for (caller, call) in callers.iter() {
                evaluator.begin();
                let at = span(caller, *call);
                let known = survey.given(caller, *call, &param).map(<[Value]>::to_vec);
                let given = known.unwrap_or_else(|| evaluator.given(caller, *call, &facts, &param, at));
                let values = evaluator.text_values(given, &target, at);
                // Another overload: this caller gives an object where a text is meant, or the other way round.
                if values.iter().all(is_anything) {
                    continue;
                }
                self.forwarded.insert(param.clone());
                let failure = target.failure.clone().or_else(|| failure_at(caller, *call));
                let outer = Target { failure, ..target.clone() };
                open.extend(values.iter().filter_map(only_param).map(|param| (outer.clone(), param.of_any())));
                let entry = self.passing.entry((caller.path.clone(), *call)).or_default();
                entry.push((target.clone(), values));
            }
        }
        (evaluator.touched, evaluator.spliced)
    }

    /// The sites of a file's calls.
    fn sinks(&self, facts: &Arc<Facts>, surveyed: &FileSurvey) -> FileSites {
        let mut evaluator = Evaluator::after_survey(self.program);
        let mut out = FileSites::default();
        let mut sinks = surveyed.sinks().peekable();
        for expr in &facts.calls {
            evaluator.begin();
            let ExprKind::Call(call) = &facts.expr(*expr).kind else { continue };
            let at = span(facts, *expr);
            let failure = failure_of(facts, call.fate);
            if let Some((_, target, values)) = sinks.next_if(|(sink, ..)| *sink == *expr) {
                self.note_tags(values, &mut out);
                let given = call.arguments.get(target.argument + 1);
                let given = given.map(|given| Given { facts, argument: *given, field: target.bound_in });
                let bound = call.arguments.len() > target.argument + 1 || is_object(facts, call, target.argument);
                let always = target.file || target.style == Placeholders::PgTypedFile;
                let style = match target.style {
                    style if bound || always => style,
                    Placeholders::Question => Placeholders::Escaped,
                    _ => Placeholders::Dollar,
                };
                let site =
                    self.site(&mut evaluator, values, (&target.name, SiteKind::Sink), style, given, at, target.grows);
                let by = result_use(call.type_argument.as_deref(), &target.name);
                let site = site.filter(|site| !target.part || is_statement(site));
                let site = site.map(|site| as_part(site, facts, *expr, target));
                out.sites.extend(site.map(|mut site| {
                    site.queries.iter_mut().for_each(|query| query.result = by);
                    Site { failure, database: target.database.clone(), declares_types: target.declares_types, ..site }
                }));
                continue;
            }
            if let Some(passing) = self.passing.get(&(facts.path.clone(), *expr)) {
                let mut values: Vec<Value> = Vec::new();
                for (_, given) in passing {
                    given.iter().for_each(|value| crate::eval::value::add(&mut values, value.clone()));
                }
                let Some((target, ..)) = passing.first() else { continue };
                // What each of the functions swallows never comes back here.
                let inside = || passing.iter().map(|(target, ..)| target.failure.clone()).collect::<Option<Vec<_>>>();
                let failure = failure.or_else(|| inside()?.into_iter().next());
                self.note_tags(&values, &mut out);
                let style = target.style;
                let database = target.database.clone();
                let site = self.site(&mut evaluator, &values, (&target.name, SiteKind::Helper), style, None, at, false);
                let declares_types = passing.iter().any(|(target, ..)| target.declares_types);
                out.sites.extend(site.map(|site| Site { failure, database, declares_types, ..site }));
                continue;
            }
            // One site for a chain of calls.
            let is_rust = self.program.is_rust();
            let chained = out.sites.iter().rev().take(NEAR).any(|near| {
                near.span.range.start == at.range.start && (is_rust || near.kind == SiteKind::QueryBuilder)
            });
            if !chained && let Some((_, builder)) = evaluator.builder_at(facts, *expr, call) {
                let failure = match is_rust {
                    true => failure,
                    false => failure_of_chain(facts, *expr, builder),
                };
                out.sites.push(Site { failure, ..Site::of_builder(at, builder.name.as_str().into()) });
            }
        }
        out.touched = std::mem::take(&mut evaluator.touched);
        out.used_tags.extend(std::mem::take(&mut evaluator.spliced));
        out
    }

    fn note_tags(&self, values: &[Value], out: &mut FileSites) {
        for value in values {
            if let Value::Fragment(_, file, expr) = value {
                out.used_tags.insert((*file, *expr));
            }
        }
    }

    /// Tags and texts that no site accounts for.
    fn leftovers(&self, facts: &Arc<Facts>, taken: &Taken<'_>) -> Vec<Site> {
        let mut evaluator = Evaluator::after_survey(self.program);
        let mut sites = Vec::new();
        let mut templates = FxHashSet::default();
        for expr in &facts.calls {
            let ExprKind::Tagged { tag, quasi } = facts.expr(*expr).kind else { continue };
            templates.insert(quasi);
            if taken.used_tags.contains(&(facts.file, *expr)) {
                continue;
            }
            evaluator.begin();
            let values = evaluator.eval_of_any_class(facts, *expr);
            if !values
                .iter()
                .any(|value| matches!(value, Value::Fragment(pieces, ..) | Value::Text(pieces) if is_sql_start(pieces)))
            {
                continue;
            }
            // A tag that only lays its text out tells nothing of where it goes.
            let is_text = !values.iter().any(|value| matches!(value, Value::Fragment(..)));
            if is_text && taken.has(facts, quasi) {
                continue;
            }
            let path = crate::eval::call::callee_path(facts, tag);
            let library = evaluator.owner_of_tag(facts, tag);
            let library = library.or_else(|| self.program.tag_library(facts, &path));
            let (name, kind): (Arc<str>, _) = match is_text {
                true => (TEXT.into(), SiteKind::Text),
                false => (self.program.tag_name(facts, library, &path).into(), SiteKind::Sink),
            };
            let at = span(facts, *expr);
            let style = match library.map(|library| library.placeholders) {
                Some(Placeholders::PgTyped) => Placeholders::PgTyped,
                _ => Placeholders::Dollar,
            };
            let site = self.site(&mut evaluator, &values, (&name, kind), style, None, at, false);
            let failure = facts.tag_fates.get(expr).and_then(|fate| failure_of(facts, *fate));
            let declares_types = library.is_some_and(|library| library.declares_types);
            // The tag of a library that builds queries sends nothing by itself: `(SELECT …)` is an operand of what it builds.
            let builds = library.is_some_and(|library| !library.builders.is_empty());
            let site = site.map(|site| if builds { part_of_built(site) } else { site });
            let database = library.and_then(crate::program::databases::named);
            sites.extend(site.map(|site| Site { failure, database, declares_types, ..site }));
        }
        self.texts(facts, &mut evaluator, taken, &templates, &mut sites);
        sites
    }

    /// `templates` are those of tags, which are told by their tags.
    fn texts(
        &self,
        facts: &Arc<Facts>,
        evaluator: &mut Evaluator<'_>,
        taken: &Taken<'_>,
        templates: &FxHashSet<ExprId>,
        sites: &mut Vec<Site>,
    ) {
        let mut end = 0;
        for expr in &facts.texts {
            let range = facts.expr(*expr).range;
            if range.start < end || templates.contains(expr) || taken.has(facts, *expr) {
                continue;
            }
            if !may_read_as_sql(facts, *expr) {
                continue;
            }
            evaluator.begin();
            let values = evaluator.eval_of_any_class(facts, *expr);
            let values = evaluator.where_it_stands(facts, *expr, values);
            let at = span(facts, *expr);
            let name: Arc<str> = TEXT.into();
            let site = self.text_site(evaluator, &values, &name, at);
            let Some(site) = site else { continue };
            if site.queries.iter().any(|query| looks::reads_as_sql(&query.text.text)) {
                end = range.end;
                let elsewhere = || site.queries.iter().any(|query| looks::has_clickhouse_parameter(&query.text.text));
                let database = self.program.other_database(facts).map(Arc::from);
                let database = database.or_else(|| elsewhere().then(|| "ClickHouse".into()));
                let database = database.or_else(|| calls_other(self.program, &site));
                let database = database.or_else(|| other_dialect(&site).map(Arc::from));
                sites.push(Site { database, ..part_of_built(site) });
            }
        }
    }

    /// The site of a text that no sink takes. Whose placeholders it has is not known: with names in it that PostgreSQL refuses
    /// (`id IN (:ids)`, `id = $(id)`), they are those of a library that puts values in their place.
    fn text_site(&self, evaluator: &mut Evaluator<'_>, values: &[Value], name: &Arc<str>, at: Span) -> Option<Site> {
        let mut with = |style| self.site(evaluator, values, (name, SiteKind::Text), style, None, at, false);
        let site = with(Placeholders::Dollar)?;
        if reads_in_part(&site) {
            return Some(site);
        }
        let is_written = |of: fn(&str) -> bool| site.queries.iter().any(|query| of(&query.text.text));
        let styles = [
            (Placeholders::PgPromise, is_written(dialects::has_promise_variable)),
            (Placeholders::QueryFile, is_written(dialects::has_named_placeholder)),
        ];
        let mut read = styles.iter().filter(|(_, written)| *written).filter_map(|(style, _)| with(*style));
        read.find(reads_in_part).or(Some(site))
    }

    /// Why nobody knows all texts that functions pass on: one of them is handed to where nobody sees it called.
    fn given_unseen(&self, evaluator: &mut Evaluator<'_>, values: &[Value]) -> Option<Unknown> {
        values.iter().filter_map(only_param).find_map(|param| {
            let facts = self.program.facts(&param.path)?;
            let function = param.param.function;
            let range = facts.functions[function.index()].params[param.param.index as usize].range;
            let lost = self.program.calls(evaluator, &facts, function).lost;
            lost.then(|| Unknown { reason: PASSED_ON.into(), at: Span { file: facts.file, range } })
        })
    }

    /// A site of these values; `given` are the bindings of its placeholders.
    #[expect(clippy::too_many_arguments, reason = "one call per kind of site; a struct would only name them twice")]
    fn site(
        &self,
        evaluator: &mut Evaluator<'_>,
        values: &[Value],
        (sink, kind): (&Arc<str>, SiteKind),
        style: Placeholders,
        given: Option<Given<'_>>,
        at: Span,
        grows: bool,
    ) -> Option<Site> {
        let passed_on = |value: &Value| only_param(value).is_some_and(|param| self.forwarded.contains(&param.of_any()));
        let own: Vec<Value> = values.iter().filter(|value| !passed_on(value)).cloned().collect();
        // Which library a text without a sink reaches is not known.
        let declares_types = kind == SiteKind::Text;
        let mut site = Site { declares_types, ..Site::new(at, sink.clone(), kind) };
        if own.is_empty() && !values.is_empty() {
            match self.given_unseen(evaluator, values) {
                Some(unknown) => site.unknown = Some(unknown),
                None => site.kind = SiteKind::Forwarder,
            }
            return Some(site);
        }
        if own.is_empty() {
            site.unknown = Some(Unknown { reason: "no text argument".into(), at });
            return Some(site);
        }
        let texts = evaluator.value_texts(&own, at);
        let texts: Vec<Vec<Piece>> = texts.iter().flat_map(|text| evaluator.expand(text, at)).collect();
        // Where the bindings come from may take long to follow.
        let given = given.filter(|_| texts.iter().any(|text| style.may_bind(text)));
        let names = given.map_or_else(Bindings::default, |given| match given.field {
            Some(field) => evaluator.bindings_in(given.facts, given.argument, field),
            None => evaluator.bindings(given.facts, given.argument, &None),
        });
        let mut room = Room::new(evaluator.limit());
        for text in texts {
            if has_choice(&text) {
                self.add_combinations(&mut site, &text, (style, &names), at, &mut room);
            } else {
                self.add_query(&mut site, &text, style, &names, at);
            }
        }
        site.refused = drop_impossible(&mut site.queries);
        if grows {
            site.unknown = Some(Unknown { reason: QUERY_BUILDER.into(), at });
        }
        Some(site)
    }

    /// The texts that stand for the combinations of a text's choices; where it is not proven that they do, the site says so.
    fn add_combinations(
        &self,
        site: &mut Site,
        text: &[Piece],
        (style, names): (Placeholders, &Bindings),
        at: Span,
        room: &mut Room,
    ) {
        if let Some(texts) = room.all(text) {
            texts.iter().for_each(|text| self.add_query(site, text, style, names, at));
            return;
        }
        let tree = Tree::of(text).readable(&|text| sent(text, style, names));
        if let Some(fullest) = tree.fullest() {
            self.add_query(site, &fullest, style, names, at);
        }
        // Of a text that holds something unknown in any case nothing is to be proven.
        let proven = match site.unknown {
            None => tree.proven(room, &|text| sent(text, style, names)),
            Some(_) => None,
        };
        if proven.is_none() {
            let reason = more_than(self.program.options.variant_limit.max(1)).into();
            let open = Unknown { reason, at: tree.at().unwrap_or(at) };
            site.unknown = site.unknown.take().or(Some(open));
        }
        for text in proven.unwrap_or_else(|| tree.some(room)) {
            self.add_query(site, &text, style, names, at);
        }
    }

    fn add_query(&self, site: &mut Site, text: &[Piece], style: Placeholders, names: &Bindings, at: Span) {
        let unknown = text.iter().find_map(|piece| match piece {
            Piece::Unknown(reason, at) => Some(Unknown { reason: reason.clone(), at: *at }),
            Piece::Param(_, at) => Some(Unknown { reason: "parameter".into(), at: *at }),
            _ => None,
        });
        let query = render(text, style, names, at);
        // The hole may have become a placeholder of the program's own numbering.
        let open = first_open_hole(&query.text);
        let holes = open.map(|hole| Unknown { reason: hole.reason.clone(), at: hole.at });
        let bare = query.text.text.chars().all(|character| character == MappedText::HOLE || character.is_whitespace());
        if bare {
            let empty = Unknown { reason: "empty text".into(), at };
            site.unknown = site.unknown.take().or(unknown).or(Some(empty));
            return;
        }
        site.unknown = site.unknown.take().or(holes);
        if !site.queries.iter().any(|known| same_query(known, &query)) {
            site.queries.push(query);
        }
    }
}

/// A text as the database gets it, where it numbers no parameters by their names: those are one wherever they stand.
fn sent(text: &[Piece], style: Placeholders, names: &Bindings) -> Option<Vec<Piece>> {
    match style {
        Placeholders::Dollar => Some(text.to_vec()),
        Placeholders::Question | Placeholders::Colon | Placeholders::PgPromise => Some(translated(text, style, names)),
        _ => None,
    }
}

/// A site that is a part of a built query counts as its library's.
fn as_part(site: Site, facts: &Facts, expr: ExprId, target: &Target) -> Site {
    if !target.part_of.is_empty() && is_argument_of(facts, expr, target.part_of) {
        return Site::of_builder(site.span, site.sink);
    }
    if target.builds { part_of_built(site) } else { site }
}

/// Whether a call is an argument of a call of one of these methods: `.with("total", db.raw("SELECT …"))`.
fn is_argument_of(facts: &Facts, expr: ExprId, methods: &[String]) -> bool {
    let calls = methods.iter().filter_map(|method| facts.calls_by_name.get(method.as_str())).flatten();
    calls
        .filter_map(|outer| match &facts.expr(*outer).kind {
            ExprKind::Call(call) => Some(call),
            _ => None,
        })
        .any(|call| call.arguments.contains(&expr))
}

/// A site whose texts are operands counts as the query builder's that they are given to.
fn part_of_built(site: Site) -> Site {
    if site.queries.is_empty() || !site.queries.iter().all(|query| is_operand(&query.text.text)) {
        return site;
    }
    Site::of_builder(site.span, site.sink)
}

/// `(SELECT …) AS name`: an operand of a query that is built, where no query begins.
fn is_operand(text: &str) -> bool {
    let text = text.trim();
    if !text.starts_with('(') {
        return false;
    }
    let mut depth = 0_usize;
    for (at, character) in text.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            let mut rest = text[at + 1..].split_whitespace();
            let first = rest.next();
            return first
                .is_none_or(|word| word.eq_ignore_ascii_case("as") && rest.next().is_some() && rest.next().is_none());
        }
    }
    false
}

/// Drops combinations of parts that are no SQL, where others are: branches that exclude each other (`WHERE a WHERE b`), an
/// empty list of conditions that the program tests for. No migration decides whether a text is SQL. Returns how many.
fn drop_impossible(queries: &mut Vec<ExtractedQuery>) -> usize {
    let all = queries.len();
    if all < 2 {
        return 0;
    }
    if queries.iter().any(|query| !looks::empty_clause(&query.text.text)) {
        queries.retain(|query| !looks::empty_clause(&query.text.text));
    }
    let reads = |query: &ExtractedQuery| query.text.holes().next().is_some() || reads_as_statements(&query.text.text);
    let read: Vec<bool> = queries.iter().map(reads).collect();
    if read.contains(&true) {
        let mut kept = read.iter();
        queries.retain(|_| kept.next().copied().unwrap_or(true));
    }
    all - queries.len()
}

fn same_query(left: &ExtractedQuery, right: &ExtractedQuery) -> bool {
    left.text.text == right.text.text
}

fn is_statement(site: &Site) -> bool {
    site.queries.iter().any(|query| looks::statement_head(&query.text.text))
}

fn is_sql_start(pieces: &Pieces) -> bool {
    let first = pieces
        .iter()
        .find(|piece| !matches!(piece, Piece::Text { text, .. } if looks::without_comments(text).is_empty()));
    match first {
        Some(Piece::Text { text, .. }) => looks::statement_head(text),
        _ => false,
    }
}

/// The text stands in an object, its values beside it.
fn is_object(facts: &Facts, call: &crate::ir::Call, argument: usize) -> bool {
    call.arguments.get(argument).is_some_and(|argument| matches!(facts.expr(*argument).kind, ExprKind::Object(_)))
}

/// sqlx: macros and scalars read by position, `query_as` by name unless the type is a tuple.
fn result_use(type_argument: Option<&str>, sink: &str) -> ResultUse {
    match (sink, type_argument) {
        (sink, _) if sink.ends_with("scalar!") || sink.ends_with("::query_scalar") => ResultUse::ByPosition,
        ("sqlx::query_as", Some("(")) => ResultUse::ByPosition,
        ("sqlx::query_as" | "sqlx::query_as!" | "match_query_as!", _) => ResultUse::ByName,
        _ => ResultUse::Unknown,
    }
}
