//! Addresses that settings name, each checked for what its library would do with it.

use std::{fmt, net::IpAddr, path::PathBuf, str::FromStr};

use redis::IntoConnectionInfo;
use secrecy::SecretString;
use sqlx::postgres::PgConnectOptions;

use super::problem::Fault;

/// Which database, and where.
#[derive(Clone)]
pub enum DatabaseUrl {
    /// A file of this machine.
    Sqlite(PathBuf),
    /// A server, with its password.
    Postgres(SecretString),
}

/// The engine alone: the address may hold a password.
impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite(_) => "Sqlite(..)",
            Self::Postgres(_) => "Postgres(..)",
        })
    }
}

/// What sqlx 0.9 understands after the `?`. It logs any other name together with its value, so
/// others are refused before it sees them. `password` is left out: it belongs before the `@`.
const POSTGRES_PARAMETERS: [&str; 15] = [
    "application_name",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "port",
    "ssl-ca",
    "ssl-cert",
    "ssl-key",
    "ssl-mode",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "user",
];

pub(super) fn database(value: &str) -> Result<DatabaseUrl, Fault> {
    if let Some(rest) = value.strip_prefix("sqlite:") {
        return sqlite(rest);
    }
    if value.starts_with("postgres://") || value.starts_with("postgresql://") {
        return postgres(value);
    }
    Err("begins with neither sqlite: nor postgres://".into())
}

fn sqlite(rest: &str) -> Result<DatabaseUrl, Fault> {
    let path = rest.strip_prefix("//").unwrap_or(rest);
    if path.is_empty() {
        return Err("names no file".into());
    }
    if path.starts_with(":memory:") {
        return Err("would forget everything at the end: name a file".into());
    }
    if path.contains('?') {
        return Err("has parameters after a ?, and SQLite takes none here".into());
    }
    Ok(DatabaseUrl::Sqlite(PathBuf::from(path)))
}

fn postgres(value: &str) -> Result<DatabaseUrl, Fault> {
    let (address, fragment) = value.split_once('#').unwrap_or((value, ""));
    let (_, query) = address.split_once('?').unwrap_or((address, ""));
    if query.contains('@') || fragment.contains('@') {
        return Err("has an @ after a ? or #: write those in a password as %40, %3F and %23".into());
    }
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        known_parameter(pair.split('=').next().unwrap_or_default())?;
    }
    // the error would quote the address
    PgConnectOptions::from_str(value)
        .map_err(|_| "isn't an address that Postgres' client understands")?;
    Ok(DatabaseUrl::Postgres(SecretString::from(value)))
}

fn known_parameter(name: &str) -> Result<(), Fault> {
    if POSTGRES_PARAMETERS.contains(&name) {
        return Ok(());
    }
    let printable =
        name.len() <= 32 && name.bytes().all(|b| b.is_ascii_alphabetic() || b"_-".contains(&b));
    Err(if printable {
        Fault::Malformed(format!("has the parameter {name}, which isn't known"))
    } else {
        "has a parameter that isn't known".into()
    })
}

/// Another system's database. Its address may have parameters that its own library understands.
pub(super) fn foreign_postgres(value: &str) -> Result<SecretString, Fault> {
    if value.starts_with("postgres://") || value.starts_with("postgresql://") {
        return Ok(SecretString::from(value));
    }
    Err("doesn't begin with postgres://".into())
}

pub(super) fn redis(value: &str) -> Result<SecretString, Fault> {
    if !value.starts_with("redis://") && !value.starts_with("rediss://") {
        return Err("begins with neither redis:// nor rediss://".into());
    }
    // the error would quote the address
    value.into_connection_info().map_err(|_| "isn't an address that Redis' client understands")?;
    Ok(SecretString::from(value))
}

/// An `http` or `https` address to which paths are appended: no trailing slash, no user, no query.
pub(super) fn http(value: &str) -> Result<String, Fault> {
    split(value).map(|_| value.trim_end_matches('/').to_owned())
}

/// As [`http`], for an address that keys are sent to: only this machine may be spoken to in clear.
pub(super) fn https_or_loopback(value: &str) -> Result<String, Fault> {
    let (scheme, host) = split(value)?;
    if scheme == Scheme::Http && !is_loopback(host) {
        return Err("must be https, because keys are sent there".into());
    }
    http(value)
}

/// Several addresses as [`https_or_loopback`] takes them, with commas between; hosts and ports alone.
pub(super) fn origins(value: &str) -> Result<Vec<String>, Fault> {
    let origin = |text: &str| {
        let (scheme, host) = split(text)?;
        if scheme == Scheme::Http && !is_loopback(host) {
            return Err("must be https, or http to this machine".into());
        }
        let origin = http(text)?;
        match origin.split_once("://") {
            Some((_, authority)) if !authority.contains('/') => Ok(origin),
            _ => Err("has a path: only scheme, host and port belong here".into()),
        }
    };
    value.split(',').map(str::trim).map(origin).collect()
}

/// How an address is reached.
pub(super) enum Reach<'a> {
    /// By `https`.
    Encrypted,
    /// By `http`, and it is this machine.
    ThisMachine,
    /// By `http`, on this host.
    InClear(&'a str),
}

/// How `value` is reached, if it is an address that paths may be appended to.
pub(super) fn reach(value: &str) -> Result<Reach<'_>, Fault> {
    Ok(match split(value)? {
        (Scheme::Https, _) => Reach::Encrypted,
        (Scheme::Http, host) if is_loopback(host) => Reach::ThisMachine,
        (Scheme::Http, host) => Reach::InClear(host),
    })
}

#[derive(PartialEq, Eq)]
enum Scheme {
    Http,
    Https,
}

fn split(value: &str) -> Result<(Scheme, &str), Fault> {
    let (scheme, rest) = if let Some(rest) = value.strip_prefix("https://") {
        (Scheme::Https, rest)
    } else if let Some(rest) = value.strip_prefix("http://") {
        (Scheme::Http, rest)
    } else {
        return Err("begins with neither https:// nor http://".into());
    };
    if !rest.bytes().all(|b| b.is_ascii_graphic()) || rest.contains('\\') {
        return Err("has characters in it that no address has".into());
    }
    if rest.contains(['?', '#', '@']) {
        return Err(
            "has a user, a query or a fragment: only host, port and path belong here".into()
        );
    }
    let authority = rest.split('/').next().unwrap_or_default();
    let (host, port) = match authority.strip_prefix('[').and_then(|v6| v6.split_once(']')) {
        Some((host, "")) => (host, None),
        Some((host, port)) => (host, Some(port.strip_prefix(':').unwrap_or("none"))),
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    if host.is_empty() {
        return Err("names no host".into());
    }
    if port.is_some_and(|port| port.parse::<u16>().is_err()) {
        return Err("has a port that isn't one".into());
    }
    Ok((scheme, host))
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault<T>(result: Result<T, Fault>) -> String {
        result.err().map_or_else(|| "none".to_owned(), |fault| fault.to_string())
    }

    #[test]
    fn a_database_is_a_file_or_a_server() {
        let path = |text| match database(text) {
            Ok(DatabaseUrl::Sqlite(path)) => path.display().to_string(),
            other => format!("{other:?}"),
        };
        assert_eq!(path("sqlite:./data/troupe.db"), "./data/troupe.db");
        assert_eq!(path("sqlite:///var/lib/troupe.db"), "/var/lib/troupe.db");
        for server in [
            "postgres://u:p%40ss@h:5432/d?sslmode=require&application_name=troupe",
            "postgresql:///d?host=/run/postgresql",
        ] {
            assert!(matches!(database(server), Ok(DatabaseUrl::Postgres(_))), "{server}");
        }
    }

    #[test]
    fn a_database_that_would_not_work_is_refused_with_why() {
        assert!(fault(database("mysql://u:hush@h/d")).contains("neither sqlite: nor"));
        assert!(fault(database("sqlite::memory:")).contains("forget"));
        assert!(fault(database("sqlite:a.db?mode=rwc")).contains("parameters"));
        assert!(fault(database("sqlite:")).contains("no file"));
        assert!(fault(database("postgres://u:hush@h:nan/d")).contains("client understands"));
        assert!(fault(database("postgres://u:12?hush@h/d")).contains("%3F"));
        assert!(fault(database("postgres://u:12#hush@h/d")).contains("%23"));
    }

    #[test]
    fn a_parameter_that_sqlx_would_log_is_refused_by_name_alone() {
        let refused = fault(database("postgres://u@h/d?sslmode=require&pgpass=hush"));
        assert_eq!(refused, "has the parameter pgpass, which isn't known");
        let refused = fault(database("postgres://u@h/d?password=hush"));
        assert_eq!(refused, "has the parameter password, which isn't known");
        for odd in ["ssl%6Dode=x", "+sslmode=x", "hush%20hush", "12hush", "=x"] {
            let refused = fault(database(&format!("postgres://u@h/d?{odd}")));
            assert!(refused.starts_with("has "), "{odd}: {refused}");
            assert!(!refused.contains("hush"), "{odd}: {refused}");
        }
    }

    #[test]
    fn files_come_from_origins() {
        let several = "https://cdn.discordapp.com/, http://127.0.0.1:7381";
        let expected = ["https://cdn.discordapp.com", "http://127.0.0.1:7381"].map(str::to_owned);
        assert_eq!(origins(several).ok(), Some(expected.to_vec()));
        assert!(fault(origins("https://a.b/files")).contains("path"));
        assert!(fault(origins("http://cdn.discordapp.com")).contains("https"));
        assert!(origins("https://a.b,,").is_err());
        assert!(origins("").is_err());
    }

    #[test]
    fn redis_is_checked_too() {
        assert!(redis("redis://:pw@cache:6379/0").is_ok());
        assert!(redis("rediss://cache").is_ok());
        assert!(fault(redis("cache:6379")).contains("neither"));
        assert!(fault(redis("redis://cache:port")).contains("client understands"));
    }

    #[test]
    fn keys_go_to_https_or_stay_on_this_machine() {
        for good in [
            "https://openrouter.ai/api/v1",
            "http://127.0.0.1:9000/v1",
            "http://[::1]:9000",
            "http://localhost",
        ] {
            assert_eq!(https_or_loopback(good).as_deref(), Ok(good));
        }
        assert_eq!(https_or_loopback("https://a.b/v1//").as_deref(), Ok("https://a.b/v1"));
        for bad in [
            "http://openrouter.ai/api/v1",
            "http://127.0.0.1.example.org",
            "http://localhost.example.org",
            "http://localhost@example.org",
            "http://2130706433",
            "https://user:hush@a.b",
            "https://a.b/v1?key=hush",
            "https://",
            "https://a.b:99999",
            "https://[::1]x",
            "https://a.b\\@c",
            "ftp://a.b",
            "a.b",
        ] {
            assert!(https_or_loopback(bad).is_err(), "{bad}");
        }
        assert!(http("http://proxy.internal:3000").is_ok());
    }
}
