//! What one server has and another lacks, by how it was built and where it runs. No source tells: it is known only of what
//! a statement used that a server took, or of what the project's configuration says.

use std::sync::Arc;

use crate::{Builtin, Collation, Schema};

/// Something that a server may have or lack.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Provision {
    /// The server was built with ICU (`--with-icu`): then `initdb` makes its collations.
    Icu,
    /// The server was built with LZ4 (`--with-lz4`): columns can be compressed with it.
    Lz4,
    /// The operating system had this locale when the database was made (`pg_import_system_collations`): then there is a
    /// collation of this name.
    Locale(Arc<str>),
}

impl Provision {
    /// What servers have as they are packaged: they are all built with ICU.
    pub const PACKAGED: &[Self] = &[Self::Icu];

    /// What a name of the configuration says: `icu`, `lz4`, or the locale of a collation.
    #[must_use]
    pub fn named(name: &str) -> Self {
        match name {
            "icu" => Self::Icu,
            "lz4" => Self::Lz4,
            locale => Self::Locale(Arc::from(locale)),
        }
    }

    /// What the built-in collation of this name needs; none for those that every server has (`pg_collation.dat`).
    #[must_use]
    pub fn of_collation(name: &str) -> Option<Self> {
        match name {
            "default" | "C" | "POSIX" | "ucs_basic" | "pg_c_utf8" | "pg_unicode_fast" => None,
            "unicode" => Some(Self::Icu),
            _ if name.ends_with("-x-icu") => Some(Self::Icu),
            _ => Some(Self::Locale(Arc::from(name))),
        }
    }

    /// What the built-in collation of this name would need, if it is one that some servers have: its name is that of a
    /// locale as operating systems spell them (`de_DE`, `de_DE.utf8`, `sr_RS@latin`, `de-DE`, `C.UTF-8`), or ICU's.
    #[must_use]
    pub fn of_unlisted_collation(name: &str) -> Option<Self> {
        if name.ends_with("-x-icu") {
            return Some(Self::Locale(Arc::from(name)));
        }
        let language = name.find(['_', '-', '.', '@']).map(|end| &name[..end])?;
        let plain = match language.len() {
            1 => language == "C",
            2 | 3 => language.bytes().all(|byte| byte.is_ascii_lowercase()),
            _ => false,
        };
        let rest = &name[language.len()..];
        let territory = rest.strip_prefix('_').is_none_or(|rest| {
            let end = rest.find(['.', '@']).unwrap_or(rest.len());
            end == 2 && rest[..end].bytes().all(|byte| byte.is_ascii_uppercase())
        });
        let spelled = rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.@".contains(&byte));
        (plain && territory && spelled && rest.len() > 1).then(|| Self::Locale(Arc::from(name)))
    }

    /// What is not known, as a sentence's part: `whether …`.
    #[must_use]
    pub fn question(&self) -> String {
        match self {
            Self::Icu => "whether the server has ICU's collations depends on how it was built".to_owned(),
            Self::Lz4 => "whether the server can compress with lz4 depends on how it was built".to_owned(),
            Self::Locale(name) => {
                format!("whether the server has collation \"{name}\" depends on its operating system")
            }
        }
    }
}

impl Schema {
    /// An empty database of a server that has `provisions`.
    #[must_use]
    pub fn with_provisions(builtin: &'static Builtin, provisions: &[Provision]) -> Self {
        let mut schema = Self::new(builtin);
        provisions.iter().for_each(|provision| schema.provide(provision));
        schema
    }

    /// An empty database of a server as it is packaged.
    #[must_use]
    pub fn packaged(builtin: &'static Builtin) -> Self {
        Self::with_provisions(builtin, Provision::PACKAGED)
    }

    /// Whether the server is known to have this.
    #[must_use]
    pub fn provides(&self, provision: &Provision) -> bool {
        self.provisions.contains(provision)
    }

    /// What has to be there for this collation to be there, where that is not known.
    #[must_use]
    pub fn unproven_collation(&self, collation: &Collation) -> Option<Provision> {
        collation.needs.clone().filter(|needs| !self.provides(needs))
    }

    /// The server has this: a statement that needs it was taken, or the project says so. A locale with its encoding brings
    /// the collation without (`pg_import_system_collations`), and one that is not listed gets its collation here.
    pub fn provide(&mut self, provision: &Provision) {
        let mut new = vec![provision.clone()];
        if let Provision::Locale(name) = provision {
            let bare = name.split_once('.').map(|(bare, rest)| match rest.split_once('@') {
                Some((_, variant)) => format!("{bare}@{variant}"),
                None => bare.to_owned(),
            });
            new.extend(bare.filter(|bare| bare != "C").map(|bare| Provision::Locale(Arc::from(bare))));
        }
        for each in new {
            if let Provision::Locale(name) = &each
                && self.collations_in(Self::PG_CATALOG, name).next().is_none()
            {
                let oid = self.allocate();
                self.put_collation(Collation {
                    oid,
                    namespace: Self::PG_CATALOG,
                    name: name.clone(),
                    deterministic: true,
                    definition: None,
                    needs: Some(each.clone()),
                });
            }
            Arc::make_mut(&mut self.provisions).insert(each);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Provision;
    use crate::{Builtin, Schema};

    #[test]
    fn names_that_are_locales() {
        let locale = |name: &str| Provision::of_unlisted_collation(name).is_some();
        for name in ["de_DE", "de_DE.utf8", "sr_RS@latin", "de-DE", "C.UTF-8", "C.utf8", "ast_ES.UTF-8", "xx-x-icu"] {
            assert!(locale(name), "{name}");
        }
        for name in ["foo", "german", "case_insensitive", "my_coll", "_x", "de_", "C", "de_DE utf8", ""] {
            assert!(!locale(name), "{name}");
        }
    }

    #[test]
    fn what_is_provided_is_there() {
        let mut schema = Schema::new(Builtin::newest());
        let icu = schema.find_collation(None, "und-x-icu").cloned().expect("a built-in collation");
        assert_eq!(schema.unproven_collation(&icu), Some(Provision::Icu));
        assert!(schema.find_collation(None, "de_DE").is_none());
        schema.provide(&Provision::Icu);
        schema.provide(&Provision::Locale("de_DE.utf8".into()));
        assert_eq!(schema.unproven_collation(&icu), None);
        for name in ["de_DE", "de_DE.utf8"] {
            let found = schema.find_collation(None, name).cloned().expect("provided");
            assert_eq!(schema.unproven_collation(&found), None);
        }
        let common = schema.find_collation(None, "C").expect("every server has it");
        assert_eq!(schema.unproven_collation(common), None);
    }
}
