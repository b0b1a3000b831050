//! What a process does first, so that what it holds stays in it.
//!
//! Secrets are wiped when they are dropped, but while they live they are in memory, and so are
//! copies in the buffers of the HTTP and TLS libraries. So the memory must not leave the process:
//! no core dump is written and no other process of the same user may read along. Swap is the
//! operator's to switch off or encrypt.

use nix::{
    errno::Errno,
    sys::resource::{Resource, setrlimit},
};
use rustls::crypto::{CryptoProvider, ring};

/// The kernel did not agree. The caller says so in the log and goes on: a container may forbid it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotHardened {
    /// The limit for core dumps stands as it was.
    #[error("core dumps could not be switched off: {0}")]
    CoreDumps(Errno),
    /// Other processes of the same user can still read this one's memory.
    #[error("this process could not be closed to debuggers: {0}")]
    Debuggers(Errno),
}

/// Forbids core dumps and debuggers. Call it before the first secret is read.
pub fn keep_memory_private() -> Result<(), NotHardened> {
    setrlimit(Resource::RLIMIT_CORE, 0, 0).map_err(NotHardened::CoreDumps)?;
    #[cfg(target_os = "linux")]
    nix::sys::prctl::set_dumpable(false).map_err(NotHardened::Debuggers)?;
    Ok(())
}

/// Chooses the one TLS implementation that everything in this process uses: ring.
///
/// reqwest brings none of its own; without this its first client would panic. Calling it again
/// changes nothing.
pub fn install_crypto_provider() {
    if CryptoProvider::get_default().is_none() {
        // an error means that another thread was faster, with the same one
        let _ = ring::default_provider().install_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_crypto_provider_is_installed_once() {
        install_crypto_provider();
        install_crypto_provider();
        assert!(CryptoProvider::get_default().is_some());
    }
}
