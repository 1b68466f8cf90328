//! Gives up every capability for good; `capabilities(7)`.

use std::io;

use rustix::process::{DumpableBehavior, Signal};
use rustix::thread::{CapabilitiesSecureBits, CapabilitySet, CapabilitySets};

/// Leaves nothing in any set, and no way to get one back.
///
/// Expects full capabilities in the user namespace; without them the bounding set cannot be emptied, and then only what
/// this process holds is dropped, which `no_new_privs` makes final.
pub(super) fn drop_all() -> io::Result<()> {
    for capability in CapabilitySet::all().iter() {
        // One that the kernel does not know, or that is gone already.
        let _ = rustix::thread::remove_capability_from_bounding_set(capability);
    }
    let _ = rustix::thread::set_capabilities_secure_bits(locked());
    // Ambient capabilities came in 4.3; clearing what is not there is no failure.
    let _ = rustix::thread::clear_ambient_capability_set();
    let none = CapabilitySet::empty();
    rustix::thread::set_capabilities(
        None,
        CapabilitySets { effective: none, permitted: none, inheritable: none },
    )?;
    rustix::thread::set_no_new_privs(true)?;
    Ok(())
}

/// Whether this process may become another user and hand folders to him; the root of a container often may not.
///
/// A jail with namespaces shows folders to that user by mounts, which are made before it has its own namespaces.
pub(super) fn can_change_users(has_namespaces: bool) -> bool {
    let mut needed = CapabilitySet::CHOWN | CapabilitySet::SETGID | CapabilitySet::SETUID;
    if has_namespaces {
        needed |= CapabilitySet::SYS_ADMIN;
    }
    rustix::thread::capabilities(None).is_ok_and(|held| held.effective.contains(needed))
}

/// Being root gives nothing, and nobody can change that.
fn locked() -> CapabilitiesSecureBits {
    CapabilitiesSecureBits::NO_ROOT
        | CapabilitiesSecureBits::NO_ROOT_LOCKED
        | CapabilitiesSecureBits::NO_SETUID_FIXUP
        | CapabilitiesSecureBits::NO_SETUID_FIXUP_LOCKED
        | CapabilitiesSecureBits::KEEP_CAPS_LOCKED
        | CapabilitiesSecureBits::NO_CAP_AMBIENT_RAISE
        | CapabilitiesSecureBits::NO_CAP_AMBIENT_RAISE_LOCKED
}

/// Hides this process's memory from every other, and ends it when its parent ends.
///
/// After every change of identity: the kernel takes both back then.
pub(super) fn shield() -> io::Result<()> {
    rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    Ok(())
}
