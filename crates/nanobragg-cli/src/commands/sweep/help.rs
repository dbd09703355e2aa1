//! The help of `nanobragg sweep`.

/// What `nanobragg sweep -h` prints.
pub const HELP: &str = "\
Usage: nanobragg sweep [EXPERIMENT.toml] -o NAME [-images N] [-orientations random|FILE] FLAG...

Renders a series of images with the flags of one image (nanobragg -h), which win over those of the experiment
file. With -osc alone it is a rotation
series: each image goes on where the one before it ends. docs/SWEEP.md describes it.

  -o NAME                       files to write: .img (SMV), .cbf, .bin, .npy, .tif, .pgm, .png, numbered in
                                place of #### or before the extension; .nxs or .h5 (NXmx) is one file with
                                all images. It may be given several times, for several kinds.
  -images N                     number of images; that of the list with -orientations FILE
  -orientations random          a new random orientation for each image
  -orientations FILE            misset angles in degrees, three a line, one line an image
  -manifest FILE                parameters of every image, a JSON object a line [manifest.jsonl beside NAME]
  -resume                       go on with an interrupted sweep: finished images are not repeated
  -restart                      begin anew although there is a manifest
  -h                            this help

SMV, CBF and NXmx hold counts with Poisson noise; -nonoise writes photons times -scale instead. Each image has
seeds of its own, made from -seed and -misset_seed, which the manifest lists.

Example:
  nanobragg sweep -images 24 -osc 1 -phisteps 5 -o sweep.cbf -cell 70 80 90 75 85 95 -default_F 100 -N 10
";
