//! The contents of the extensions.

use std::path::Path;

use super::server::Server;

pub(crate) fn write(_servers: &mut [Server], _folder: &Path) -> anyhow::Result<()> {
    Ok(())
}
