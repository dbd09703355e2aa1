//! Subcommands: what the program does when its first argument is a bare word.

/// A subcommand.
#[derive(Clone, Copy, Debug)]
pub struct Command {
    /// The first argument that chooses it.
    pub name: &'static str,
    /// What follows the name.
    pub usage: &'static str,
    /// What it does, in one line.
    pub summary: &'static str,
}

/// All subcommands, in the order in which the help shows them.
pub const COMMANDS: &[Command] = &[Command {
    name: "compare",
    usage: "A B",
    summary: "how far two images are apart, of any formats: errors, sums, spots, a picture; the exit status tells",
}];
