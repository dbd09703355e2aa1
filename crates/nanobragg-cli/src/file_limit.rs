//! A file that outgrows the limit of the shell, for both programs.

/// Has a file that grows beyond the limit (`ulimit -f`) be an error of the write, not the end of the program.
pub fn survive_file_limit() {
    #[cfg(unix)]
    drop(signal_hook::flag::register(signal_hook::consts::SIGXFSZ, std::sync::Arc::default()));
}
