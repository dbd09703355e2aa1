//! The help of `nanobragg sweep`.

/// What `nanobragg sweep -h` prints.
pub const HELP: &str = "\
Usage: nanobragg sweep [EXPERIMENT.toml] -o NAME [-images N] [-orientations random|FILE] FLAG...

Renders a series of images with the flags of one image (nanobragg -h), which override the experiment
file. With -osc alone it is a rotation series: each image begins where the previous one ends. See docs/SWEEP.md.

  -o NAME                       files to write: .img (SMV), .cbf, .bin, .npy, .tif, .pgm, .png, numbered in
                                place of #### or before the extension; .nxs or .h5 (NXmx) is one file with
                                all images. May be repeated for several formats.
  -images N                     number of images; with -orientations FILE by default that of the list
  -orientations random          a new random orientation for each image
  -orientations FILE            misset angles in degrees, three per line, one line per image
  -manifest FILE                parameters of every image, one JSON object per line [manifest.jsonl beside NAME]
  -resume                       continue an interrupted sweep: finished images are not repeated
  -restart                      start over: a manifest and files that are there are replaced
  -h                            this help

SMV, CBF and NXmx hold counts with Poisson noise; -nonoise writes photons times -scale instead. Each image has
its own seeds, derived from -seed and -misset_seed and listed in the manifest.

Example:
  nanobragg sweep -images 24 -osc 1 -phisteps 5 -o sweep.cbf -cell 70 80 90 75 85 95 -default_F 100 -N 10
";
