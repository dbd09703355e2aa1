//! Whether standard output was closed when the program began (`>&-`), for both programs.
//!
//! The runtime of Rust opens `/dev/null` in the place of a closed stream before `main` begins, so that no file that is opened
//! later gets its number. Programs that start others open `/dev/null` by the same call: from `main` on nothing tells the two
//! apart.

#![allow(unsafe_code, reason = "only what runs before the runtime sees a stream that is closed")]

use std::io;

/// The error of a write to standard output where it was closed.
pub fn error() -> Option<io::Error> {
    at_start::CLOSED.load(std::sync::atomic::Ordering::Relaxed).then(|| io::Error::from_raw_os_error(EBADF))
}

/// The number of the error of a descriptor that is not open, on every system with descriptors.
const EBADF: i32 = 9;

mod at_start {
    use std::sync::atomic::AtomicBool;

    pub static CLOSED: AtomicBool = AtomicBool::new(false);

    // SAFETY: the section holds pointers to functions of the C convention without arguments, which the loader calls once,
    // before `main` and in one thread. This one asks the system for a copy of a descriptor and stores into an atomic; it
    // neither needs what the runtime sets up nor can it panic.
    #[cfg(unix)]
    #[used]
    #[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func"))]
    #[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".init_array"))]
    static LOOK: extern "C" fn() = look;

    #[cfg(unix)]
    extern "C" fn look() {
        use std::os::fd::AsFd as _;
        let copied = std::io::stdout().as_fd().try_clone_to_owned();
        // A limit on open files is another error.
        let closed = copied.is_err_and(|error| error.raw_os_error() == Some(super::EBADF));
        CLOSED.store(closed, std::sync::atomic::Ordering::Relaxed);
    }
}
