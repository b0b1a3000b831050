use std::{fs, process::Command};

use shared::hardening::keep_memory_private;

const CHILD: &str = "TROUPE_TEST_HARDENED_CHILD";

/// The limits can't be taken back, and debuggers of this test binary should go on working. So the
/// test runs itself again, as a child.
#[test]
fn a_hardened_process_dumps_no_core_and_admits_no_debugger() {
    if std::env::var_os(CHILD).is_none() {
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "hardening::a_hardened_process_dumps_no_core_and_admits_no_debugger"])
            .env(CHILD, "1")
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        return;
    }
    // closed to others, /proc belongs to root; so the limits are read through what stays open
    keep_memory_private().unwrap();
    assert!(!nix::sys::prctl::get_dumpable().unwrap());
    if let Ok(limits) = fs::read_to_string("/proc/self/limits") {
        let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
        let values: Vec<_> = core.split_whitespace().skip(4).take(2).collect();
        assert_eq!(values, ["0", "0"]);
    }
    let limits = nix::sys::resource::getrlimit(nix::sys::resource::Resource::RLIMIT_CORE).unwrap();
    assert_eq!(limits, (0, 0));
}
