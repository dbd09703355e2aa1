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
    /// Flags that the program itself has not.
    pub flags: &'static [CommandFlag],
    /// Whether it takes the program's flags too.
    pub takes_all: bool,
}

/// A flag of a subcommand.
#[derive(Clone, Copy, Debug)]
pub struct CommandFlag {
    /// Its spelling.
    pub name: &'static str,
    /// What follows it; empty for a switch.
    pub values: &'static str,
    /// What it does.
    pub help: &'static str,
}

const fn flag(name: &'static str, values: &'static str, help: &'static str) -> CommandFlag {
    CommandFlag { name, values, help }
}

/// All subcommands, in the order in which the help shows them.
pub const COMMANDS: &[Command] = &[
    Command {
        name: "compare",
        usage: "A B",
        summary: "compares two images of any formats: errors, sums, spots, a picture; the exit status says \
         whether they agree",
        flags: &[
            flag("--size", "FAST SLOW", "pixels of raw floats"),
            flag("--images", "FIRST-LAST", "images of NXmx files, counted from 0"),
            flag("--tolerance", "REL", "a pixel agrees within this fraction of its value"),
            flag("--of-max", "OFMAX", "plus this fraction of the largest value"),
            flag("--peak-quantile", "Q", "local maxima above this quantile are spots"),
            flag("--peak-radius", "R", "largest distance between a spot and its counterpart, pixels"),
            flag("--json", "", "print JSON instead of text"),
            flag("--png", "FILE", "write a picture of both and of their difference"),
        ],
        takes_all: false,
    },
    Command {
        name: "devices",
        usage: "[-selftest]",
        summary: "lists the graphics processors, and how accurate each is",
        flags: &[flag("-selftest", "", "measures the accuracy of each again")],
        takes_all: false,
    },
    Command {
        name: "gradient",
        usage: "[EXPERIMENT.toml] FLAG... -wrt NAME,... -o FILE",
        summary: "derivatives of every pixel with respect to parameters: images, or the gradient for a cotangent",
        flags: &[
            flag("-wrt", "NAME,...", "the parameters to differentiate with respect to"),
            flag("-cotangent", "FILE", "an image y: the gradient of the sum of y times photons"),
            flag("-check", "", "compares with central differences"),
        ],
        takes_all: true,
    },
    Command {
        name: "help",
        usage: "[COMMAND]",
        summary: "prints the help of a command, or this help",
        flags: &[],
        takes_all: false,
    },
    Command {
        name: "refine",
        usage: "[EXPERIMENT.toml] FLAG... -data IMAGE -refine NAMES -o NAME",
        summary: "finds orientation, cell, size, mosaicity and scale of a crystal from its image, with standard deviations",
        flags: &[
            flag("-data", "IMAGE", "the measured image"),
            flag("-refine", "NAME,...", "what is free"),
            flag("-gain", "X", "counts per photon"),
            flag("-saturation", "X", "pixels with this many counts or more are left out"),
            flag("-readout_noise", "X", "standard deviation of the electronics, photons"),
            flag("-box_scale", "X", "standard deviation of the logarithm of the scale of a shoebox"),
            flag("-max_iterations", "N", "trials with all parameters free; 0 describes the start"),
            flag("-list", "FILE", "many images: one per line, with the flags that differ for it"),
            flag("-images", "A-B", "images of a stack, counted from 0"),
            flag("-share", "NAME,...", "parameters that all images share"),
            flag("-resume", "", "continue from an earlier run"),
        ],
        takes_all: true,
    },
    Command {
        name: "run",
        usage: "EXPERIMENT.toml [FLAG...]",
        summary: "renders an experiment file; flags override it",
        flags: &[],
        takes_all: true,
    },
    Command {
        name: "sweep",
        usage: "[EXPERIMENT.toml] -o NAME -images N FLAG...",
        summary: "renders a rotation series or many orientations, into numbered files or one NXmx",
        flags: &[
            flag("-images", "N", "number of images"),
            flag("-orientations", "random|FILE", "a random orientation for each image, or misset angles"),
            flag("-manifest", "FILE", "parameters of every image, one JSON object per line"),
            flag("-resume", "", "continue an interrupted sweep"),
            flag("-restart", "", "start over even if there is a manifest"),
        ],
        takes_all: true,
    },
];
