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
pub const COMMANDS: &[Command] = &[
    Command {
        name: "compare",
        usage: "A B",
        summary: "how far two images are apart, of any formats: errors, sums, spots, a picture; the exit status tells",
    },
    Command {
        name: "devices",
        usage: "[-selftest]",
        summary: "lists the graphics processors, and how far each is from the definition",
    },
    Command {
        name: "gradient",
        usage: "FLAG... -wrt NAME,... -o FILE",
        summary: "derivatives of every pixel by numbers of the experiment: images, or the gradient of a cotangent",
    },
    Command { name: "help", usage: "[COMMAND]", summary: "prints the help of a command, or this one" },
    Command {
        name: "refine",
        usage: "FLAG... -data IMAGE -refine NAMES -o NAME",
        summary: "finds orientation, cell, size, mosaicity and scale of a crystal from its image, with standard deviations",
    },
    Command {
        name: "run",
        usage: "EXPERIMENT.toml [FLAG...]",
        summary: "computes the image of an experiment file; flags win over it",
    },
    Command {
        name: "sweep",
        usage: "-o NAME -images N FLAG...",
        summary: "renders a rotation series or many orientations, into numbered files or one NXmx",
    },
];
