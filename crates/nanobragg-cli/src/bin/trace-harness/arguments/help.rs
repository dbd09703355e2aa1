//! What `--help` prints.

/// The usage, an example, the options and the exit status.
pub const HELP: &str = "\
trace-harness: every intermediate value of single pixels, and where two traces first differ

usage:
  trace-harness [--config supervisor | --args FILE] (--pixel SLOW FAST [--pixel ...] | --roi S0 S1 F0 F1)
                --out PATH [options] [-- FLAGS...]
  trace-harness compare A B [--tolerance T] [--out DIR|FILE.md] [--diff]

example:
  trace-harness --pixel 20 45 --out trace.log -- -cell 70 80 90 90 90 90 -default_F 100 -detpixels 64

experiment:
  --config supervisor      the built-in experiment, also the default; needs A.mat and scaled.hkl, see --data
  --args FILE              flags of nanobragg from a file, separated by white space; files are relative to its folder
  -- FLAGS...              flags of nanobragg, to the end of the line; added to those of --config or --args
  --data DIR               folder of the input files that flags name
  --quirks PRESET          reference, spec, exact or port
  --phi-mode MODE          spec or c-parity: the lattice at phi = 0

pixels:
  --pixel SLOW FAST        a pixel; may be repeated
  --roi S0 S1 F0 F1        a rectangle, slow axis first, both ends included: one log per pixel and a combined one

evaluation:
  --device DEVICE          cpu (default), or gpu (also called cuda), whose shader records what it computes
  --adapter NAME|INDEX     graphics processor, as nanobragg devices lists them (default: the best)
  --dtype TYPE             float64 (default) or float32

output:
  --out PATH               main log; the log of the phi steps (text and JSON), config_snapshot.json and
                           env.json are written beside it
  --emit-rot-stars         one line per phi step with the rotated cell vectors
  --all-steps              phi lines of every source, sub-pixel, layer and domain
  --digits N               significant digits, 1 to 17 (default 15)
  --wrt NAME[,NAME...]     also the derivatives of the pixel with respect to these parameters (nanobragg gradient -h
                           lists them), as TRACE_GRAD lines at the end of the main log; computed on the CPU, in
                           double precision
  --json-lines             every event as a JSON line, in a .jsonl file beside the main log

compare, trace A against trace B:
  --c A --py B             the two traces by name: the C program's and another program's
  --tolerance T            relative difference that still passes (default 1e-6)
  --out DIR                write metrics.json, summary.md and run_metadata.json there
  --out FILE.md            write the summary alone
  --diff                   list every quantity of both and mark those that differ

information:
  --help                   this help
  --version                the version
  --man                    the manual page
  --completions SHELL      a completion script for bash, zsh or fish

compare reads logs of this program, of the C program and of the PyTorch port, and JSON lines; phi steps are
read from NAME_per_phi.log beside NAME.log.

exit status: 0 done, or all within the tolerance; 1 something differs, or a requested kind of line is missing;
2 an argument, a flag or a file is wrong; 3 the device is not there; 4 it cannot evaluate this experiment";
