//! Memory usage of the process.

use std::fs;

/// The resident set size in bytes. `None` if the system does not report it.
pub(super) fn resident() -> Option<i64> {
    read(&fs::read_to_string("/proc/self/status").ok()?)
}

/// Parses `VmRSS:     39424 kB`.
fn read(status: &str) -> Option<i64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: i64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn the_resident_set_is_read_in_bytes() {
        assert_eq!(read("Name:\thallpass\nVmRSS:\t   39424 kB\nRssAnon:\t 1 kB\n"), Some(40_370_176));
        for other in ["", "VmRSS:\n", "VmRSS: 3 MB\n", "VmRSS: many kB\n"] {
            assert_eq!(read(other), None, "{other:?}");
        }
    }
}
