//! A private PostgreSQL for the tests: found, or installed where that is allowed, started, and ended with the run.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// A running server.
pub(crate) struct Server {
    process: Child,
    folder: PathBuf,
    /// How to connect, without a database.
    pub(crate) connection: String,
}

impl Server {
    /// Starts the newest server of this machine in a folder of its own, reached through a socket only.
    pub(crate) fn start() -> Result<Self> {
        let programs = find_or_install()?;
        let folder = env::temp_dir().join(format!("rollproof-server-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let user = unprivileged_user(&folder)?;
        let data = folder.join("data");
        let data_text = data.display().to_string();
        let options =
            ["-D", &data_text, "-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8", "--locale", "C.UTF-8"];
        let made = as_user(user.as_deref(), &programs.join("initdb"), &folder).args(options).output()?;
        if !made.status.success() {
            bail!("initdb failed: {}", String::from_utf8_lossy(&made.stderr));
        }
        let log = fs::File::create(folder.join("log"))?;
        let socket = folder.display().to_string();
        let process = as_user(user.as_deref(), &programs.join("postgres"), &folder)
            .args(["-D", &data_text, "-k", &socket, "-c", "listen_addresses="])
            // Nothing that the tests write has to survive.
            .args(["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"])
            .args(["-c", "max_connections=100"])
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()?;
        let server = Self { process, connection: format!("host={socket} user=postgres"), folder };
        server.wait()?;
        Ok(server)
    }

    fn wait(&self) -> Result<()> {
        for _ in 0..300 {
            let database = format!("{} dbname=postgres", self.connection);
            if xtask::wire::Client::connect(&database).is_ok() {
                return Ok(());
            }
            sleep(Duration::from_millis(100));
        }
        let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        bail!("the server did not start: {log}")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The folder with `initdb` and `postgres`.
fn find_or_install() -> Result<PathBuf> {
    if let Some(found) = find() {
        return Ok(found);
    }
    let advice = "install PostgreSQL (Debian: `apt-get install postgresql`), or name the folder of its programs in PG_BIN, \
                  or a running server in ROLLPROOF_SERVER (`host=… user=postgres`)";
    if !is_root() || Command::new("apt-get").arg("--version").stdout(Stdio::null()).status().is_err() {
        bail!("no PostgreSQL server was found: {advice}");
    }
    println!("no PostgreSQL server was found: installing Debian's");
    for arguments in [&["update", "-q"][..], &["install", "-y", "-q", "--no-install-recommends", "postgresql"]] {
        let done = Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive").status()?;
        if !done.success() {
            bail!("apt-get {} failed: {advice}", arguments.join(" "));
        }
    }
    find().context(advice)
}

fn find() -> Option<PathBuf> {
    if let Some(named) = env::var_os("PG_BIN") {
        return Some(PathBuf::from(named));
    }
    let versions = fs::read_dir("/usr/lib/postgresql").ok().into_iter().flatten().flatten();
    let installed = versions.filter_map(|entry| {
        let major: u32 = entry.file_name().to_str()?.parse().ok()?;
        let programs = entry.path().join("bin");
        programs.join("initdb").is_file().then_some((major, programs))
    });
    let newest = installed.max().map(|(_, programs)| programs);
    newest.or_else(|| {
        let path = env::var_os("PATH")?;
        env::split_paths(&path).find(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file())
    })
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|done| done.stdout == b"0\n")
}

/// The server refuses to run as root: then it runs as `postgres`, which owns its folder.
fn unprivileged_user(folder: &Path) -> Result<Option<String>> {
    if !is_root() {
        return Ok(None);
    }
    let owned = Command::new("chown").arg("postgres").arg(folder).status()?;
    if !owned.success() {
        bail!("PostgreSQL does not run as root, and there is no user `postgres` to run it as");
    }
    Ok(Some("postgres".to_owned()))
}

fn as_user(user: Option<&str>, program: &Path, folder: &Path) -> Command {
    let mut command = match user {
        Some(user) => {
            let mut command = Command::new("setpriv");
            command.args(["--reuid", user, "--regid", user, "--clear-groups", "--"]).arg(program);
            command
        }
        None => Command::new(program),
    };
    command.current_dir(folder).env("LC_ALL", "C.UTF-8");
    command
}
