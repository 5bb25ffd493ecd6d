//! How much memory there is to use: the machine's, or what a container or a service manager leaves
//! of it. How much of it is taken is decided elsewhere.

use std::fs;
use std::path::Path;

/// Where the kernel shows control groups (version 2).
const CONTROL_GROUPS: &str = "/sys/fs/cgroup";

/// Bytes of memory that this process may use.
pub(super) fn memory_bytes() -> u64 {
    // Asked of the kernel itself: there is no /proc/meminfo where a service manager shows only
    // processes in /proc.
    let information = rustix::system::sysinfo();
    let machine = information.totalram.saturating_mul(information.mem_unit.into());
    let own_group = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    group_limit(Path::new(CONTROL_GROUPS), &own_group).map_or(machine, |limit| limit.min(machine))
}

/// The smallest limit of a control group and those that it is in; `own_group` is what
/// `/proc/self/cgroup` says.
fn group_limit(root: &Path, own_group: &str) -> Option<u64> {
    let name = own_group.lines().find_map(|line| line.strip_prefix("0::/"))?;
    let group = root.join(name);
    let groups = group.ancestors().take_while(|group| group.starts_with(root));
    // A group without a limit says "max".
    groups
        .filter_map(|group| fs::read_to_string(group.join("memory.max")).ok()?.trim().parse::<u64>().ok())
        .min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_tells() {
        assert!(memory_bytes() > 64 << 20, "{}", memory_bytes());
    }

    #[test]
    fn the_smallest_limit_on_the_way_up_counts() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        let service = root.join("system.slice/atelier.service");
        fs::create_dir_all(&service).unwrap();
        let own_group = "9:name=systemd:/\n0::/system.slice/atelier.service\n";
        assert_eq!(group_limit(root, own_group), None);
        fs::write(service.join("memory.max"), "max\n").unwrap();
        assert_eq!(group_limit(root, own_group), None);
        fs::write(root.join("system.slice/memory.max"), "1073741824\n").unwrap();
        assert_eq!(group_limit(root, own_group), Some(1 << 30));
        fs::write(service.join("memory.max"), "536870912\n").unwrap();
        assert_eq!(group_limit(root, own_group), Some(512 << 20));
        // In a container, its own group is the root of all that it sees.
        fs::write(root.join("memory.max"), "268435456\n").unwrap();
        assert_eq!(group_limit(root, "0::/\n"), Some(256 << 20));
        // The older version of control groups has no such line.
        assert_eq!(group_limit(root, "4:memory:/\n"), None);
    }
}
