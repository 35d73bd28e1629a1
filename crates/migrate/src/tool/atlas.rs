//! Atlas: `<version>_<name>.sql`, with `atlas.sum` beside the files.
//!
//! Rules from ariga/atlas' `sql/migrate/dir.go` and documentation: in the order of file names; statements are sent one by
//! one in a transaction of each file, unless it says `-- atlas:txmode none`; checkpoints are for empty databases; a new
//! file that sorts before an applied one is refused (`--exec-order linear`).

use super::{Evidence, Tool};
use crate::model::{Migration, OutOfOrder, Transaction};
use crate::reader::{Draft, Prepared, Reader, Sent};
use crate::survey::{Folder, Survey};

pub(super) const TOOL: Tool = Tool { name: "atlas", detect, list, bookkeeping: "", out_of_order: OutOfOrder::Refused };

fn detect(_: &Survey<'_>, folder: &Folder<'_>) -> Option<Evidence> {
    let is_summed = folder.files.binary_search(&"atlas.sum").is_ok();
    (is_summed && folder.sql_files().next().is_some()).then_some(Evidence::Certain)
}

fn list(reader: &mut Reader<'_>, folder: &Folder<'_>) -> Vec<Migration> {
    let names: Vec<&str> = folder.sql_files().filter(|name| !name.ends_with(".down.sql")).collect();
    let mut migrations = Vec::new();
    for name in names {
        let path = folder.join(name);
        // A database that has run what came before never runs it; an empty one gets the same from the files before it.
        if !migrations.is_empty() && reader.survey.head_has(&path, &["-- atlas:checkpoint"]) {
            continue;
        }
        let stem = name.strip_suffix(".sql").unwrap_or(name);
        let version = stem.split('_').next().unwrap_or(stem);
        let draft = Draft::new(version, name, path, Transaction::File);
        migrations.push(reader.migration(draft, false, |_, source| {
            // Directives stand above the first statement (`LocalFile.Directive`).
            let mut head = source.text.lines().take_while(|line| line.trim().is_empty() || line.starts_with("--"));
            let opts_out = head.any(|line| line.trim() == "-- atlas:txmode none");
            let transaction = if opts_out { Transaction::Autocommit } else { Transaction::File };
            Prepared { text: Sent::Whole, transaction }
        }));
    }
    migrations
}
