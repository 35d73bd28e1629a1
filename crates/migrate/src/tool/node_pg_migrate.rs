//! node-pg-migrate: `<timestamp>_<name>.sql` with `-- Up Migration` and `-- Down Migration` in one file, or JavaScript.
//!
//! Rules from node-pg-migrate's `src/migration.ts`, `src/sqlMigration.ts`, `src/runner.ts` and `src/utils/fileNameUtils.ts`:
//! files by the number that they start with, where one of 17 digits is a date in UTC and stands for milliseconds; a file without a mark is all up; all that are pending run in one transaction (`singleTransaction`
//! defaults to true); a new file that sorts before an applied one is refused (`checkOrder` defaults to true).

use super::{Evidence, Tool, code};
use crate::model::{Migration, OutOfOrder, Transaction};
use crate::order::Number;
use crate::reader::{Draft, Prepared, Reader, Sent, Source};
use crate::survey::{Folder, Survey};

pub(super) const TOOL: Tool = Tool {
    name: "node-pg-migrate",
    detect,
    list,
    bookkeeping: "CREATE TABLE IF NOT EXISTS pgmigrations (
    id SERIAL PRIMARY KEY,
    name varchar(255) NOT NULL,
    run_on timestamp NOT NULL
)",
    out_of_order: OutOfOrder::Refused,
};

fn is_migration(name: &str) -> bool {
    name.ends_with(".sql") || code::is_javascript(name)
}

fn detect(survey: &Survey<'_>, folder: &Folder<'_>) -> Option<Evidence> {
    let is_named = |name: &str| is_migration(name) && Number::leading(name).is_some();
    if !folder.files.iter().any(|name| is_named(name)) {
        return None;
    }
    let is_sql = |name: &str| name.ends_with(".sql");
    if survey.some_file_has(folder, is_sql, &["-- up migration"]) {
        return Some(Evidence::Certain);
    }
    if survey.some_file_has(folder, code::is_javascript, &["(pgm)", "pgm =>", "migrationbuilder", "(pgm:"]) {
        return Some(Evidence::Certain);
    }
    let is_used = survey.project_mentions(folder.path, &["node-pg-migrate"]) && folder.name().contains("migrat");
    is_used.then_some(Evidence::Likely)
}

fn list(reader: &mut Reader<'_>, folder: &Folder<'_>) -> Vec<Migration> {
    let mut names: Vec<&str> =
        folder.files.iter().copied().filter(|name| is_migration(name) && !name.starts_with('.')).collect();
    names.sort_by_key(|name| (Number::leading(name).map(|(number, _)| timestamp(number)), *name));
    names
        .into_iter()
        .map(|name| {
            if let Some(stem) = name.strip_suffix(".sql") {
                reader.migration(Draft::new(stem, name, folder.join(name), Transaction::Batch), false, prepare)
            } else {
                code::read_script(reader, folder, name, Transaction::Batch)
            }
        })
        .collect()
}

/// Milliseconds since 1970 for a number of the form `YYYYMMDDhhmmssSSS`, any other number as it is.
fn timestamp(number: Number) -> Number {
    let digits = number.digits();
    if digits.len() != 17 {
        return number;
    }
    let part = |from: usize, to: usize| digits.get(from..to).and_then(|part| part.parse::<u64>().ok()).unwrap_or(0);
    let days = days_since_1970(part(0, 4), part(4, 6), part(6, 8));
    let seconds = days * 86_400 + part(8, 10) * 3600 + part(10, 12) * 60 + part(12, 14);
    Number::parse(&(seconds * 1000 + part(14, 17)).to_string()).unwrap_or(number)
}

/// Days from 1970-01-01 to a date of the Gregorian calendar, with years counted from March so that leap days come last.
fn days_since_1970(year: u64, month: u64, day: u64) -> u64 {
    let year = if month <= 2 { year.saturating_sub(1) } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day;
    let days = year * 365 + year / 4 - year / 100 + year / 400 + day_of_year;
    days.saturating_sub(719_469)
}

fn prepare(_: &mut Reader<'_>, source: &Source) -> Prepared {
    let up = mark(&source.text, "up");
    let down = mark(&source.text, "down");
    let end = match (up, down) {
        (Some(up), Some(down)) if down > up => down,
        _ => source.text.len(),
    };
    let text = up.map_or(Sent::Whole, |up| Sent::Part(up..end));
    Prepared { text, transaction: Transaction::Batch }
}

/// Where the first line `-- Up Migration` (or down) starts, in any case, more dashes and blanks allowed.
fn mark(text: &str, direction: &str) -> Option<usize> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let words = line.trim_start().strip_prefix("--").map(|rest| rest.trim_start_matches(['-', ' ', '\t']));
        let words = words.map(str::to_ascii_lowercase);
        let after = words.as_deref().and_then(|words| words.strip_prefix(direction));
        if after.is_some_and(|after| after.starts_with([' ', '\t']) && after.trim_start().starts_with("migration")) {
            return Some(start);
        }
        start += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{days_since_1970, timestamp};
    use crate::order::Number;

    #[test]
    fn dates_become_milliseconds() {
        assert_eq!(days_since_1970(1970, 1, 1), 0);
        assert_eq!(days_since_1970(2000, 3, 1), 11_017);
        let number = |digits| Number::parse(digits).unwrap();
        assert_eq!(timestamp(number("20200513070724505")), number("1589353644505"));
        assert_eq!(timestamp(number("1589353644505")), number("1589353644505"));
    }
}
