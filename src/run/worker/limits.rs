//! What a child takes away from itself before it looks at a hostile byte.

/// The most memory a child may have, in bytes of data and heap, threads' stacks included. Together
/// with the program's own pages this keeps it under 300 MB.
pub(super) const MEMORY: u64 = 240 << 20;

/// Ends with its parent, and leaves no core dump, which would hold the session.
#[cfg(target_os = "linux")]
pub(super) fn end_with_parent() {
    use rustix::process::{Resource, Rlimit, Signal, set_parent_process_death_signal, setrlimit};

    // A parent that is gone before this line is noticed by the pipe.
    let _ = set_parent_process_death_signal(Some(Signal::KILL));
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
}

/// Elsewhere the pipe alone tells.
#[cfg(not(target_os = "linux"))]
pub(super) fn end_with_parent() {}

/// Takes away what decoding does not need. A limit that cannot be set is lower already, or is not
/// known to this system: then the watch and the parent's patience remain.
#[cfg(target_os = "linux")]
pub(super) fn limit() {
    use rustix::process::{Resource, Rlimit, setrlimit};

    /// CPU seconds for everything: ten hours of the slowest format take 100 on the slowest machine
    /// in the table. What decodes without end but makes progress ends here.
    const CPU_S: u64 = 1800;
    /// Files open at once: three streams, the recording, and what a child of the child needs.
    const FILES: u64 = 64;

    let limits = [
        (Resource::Data, MEMORY),
        (Resource::Cpu, CPU_S),
        (Resource::Nofile, FILES),
        // It writes no file: its sound goes through a pipe.
        (Resource::Fsize, 0),
    ];
    for (resource, most) in limits {
        // The hard limit of CPU time is another signal, which says less: it is a little later.
        let maximum = Some(if resource == Resource::Cpu { most + 10 } else { most });
        let _ = setrlimit(resource, Rlimit { current: Some(most), maximum });
    }
    let _ = rustix::thread::set_no_new_privs(true);
}

/// Elsewhere limits of this kind do not hold.
#[cfg(not(target_os = "linux"))]
pub(super) fn limit() {}
