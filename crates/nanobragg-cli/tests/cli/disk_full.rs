//! A disk that is full after every number of bytes: a sweep is complete, or goes on to the same files.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use nanobragg_testkit::SmallDisk;

use crate::scratch::{Run, Scratch, TINY};

/// Size of the disk, and of the pieces that it gives files, kilobytes.
const DISK: usize = 256;
const PAGE: usize = 4;

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    let read = |entry: fs::DirEntry| {
        (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap_or_default())
    };
    entries.map(read).collect()
}

#[test]
fn a_sweep_is_complete_or_goes_on_wherever_the_disk_was_full() {
    let sweep = format!("sweep -images 3 {TINY} -osc 1 -phisteps 2 -o a.cbf -o b.nxs -o c.npy");
    let whole = Scratch::new();
    whole.run(&sweep).good();
    let whole = whole.files();
    let mut failed = 0;
    for free in 0.. {
        let Some(disk) = SmallDisk::new(DISK) else { return };
        let scratch = Scratch::new();
        let run = |line: &str| -> Run {
            scratch.command(line.split(' ')).current_dir(disk.path()).output().unwrap().into()
        };
        let filler = disk.path().join("filler");
        fs::write(&filler, vec![7; (DISK - free * PAGE) * 1024]).unwrap();
        let first = run(&sweep);
        if first.status == 0 {
            fs::remove_file(&filler).unwrap();
            assert!(files(disk.path()) == whole, "{free} pages: {:?}", disk.names());
            break;
        }
        failed += 1;
        // Status 2: not even the names could be tried.
        assert!(matches!(first.status, 1 | 2), "{free} pages: {}{}", first.out, first.err);
        assert!(first.err.contains("No space left on device"), "{free} pages: {}", first.err);
        // What stands under a final name is whole.
        for (name, bytes) in files(disk.path()) {
            let is_final =
                ["cbf", "nxs", "npy"].iter().any(|kind| name.ends_with(kind)) && !name.starts_with('.');
            assert!(!is_final || whole.get(&name) == Some(&bytes), "{free} pages: {name} is a part");
        }
        fs::remove_file(&filler).unwrap();
        run(&format!("{sweep} -resume")).good();
        assert!(files(disk.path()) == whole, "{free} pages: {:?}", disk.names());
    }
    assert!(failed > 5, "{failed}");
}

/// A refinement that takes little: one step from a start that is near.
const CRYSTAL: &str = "-cell 60 60 40 90 90 90 -default_F 100 -lambda 1 -distance 100 -pixel 0.4 -detpixels 200 -gauss_xtal \
    -mosaic 0.05 -mosaic_domains 4 -oversample 1 -seed 1 -fluence 3e25";

#[test]
fn a_refinement_is_complete_or_goes_on_wherever_the_disk_was_full() {
    let scratch = Scratch::new();
    scratch.run(&format!("{CRYSTAL} -N 20 -misset 10 20 30 -o shot.cbf")).good();
    let shot = scratch.path("shot.cbf");
    let refine = format!(
        "refine {CRYSTAL} -N 20 -misset 10.02 20.01 29.99 -data {} -box_scale 0.05 -refine misset,scale -o fit",
        shot.display()
    );
    let mut failed = 0;
    // A large page is most of what is written: steps are coarse, so that there are some tens.
    for free in (0..).step_by(8) {
        let Some(disk) = SmallDisk::new(12 * DISK) else { return };
        let run = |line: &str| -> Run {
            scratch
                .command(line.split(' ').filter(|word| !word.is_empty()))
                .current_dir(disk.path())
                .output()
                .unwrap()
                .into()
        };
        let filler = disk.path().join("filler");
        fs::write(&filler, vec![7; (12 * DISK - free * PAGE) * 1024]).unwrap();
        let first = run(&refine);
        fs::remove_file(&filler).unwrap();
        if first.status == 0 {
            assert_eq!(disk.names().len(), 9, "{free} pages: {:?}", disk.names());
            break;
        }
        failed += 1;
        assert!(first.error(1).contains("No space left on device"), "{free} pages: {}", first.err);
        assert!(disk.names().iter().all(|name| name.starts_with("fit")), "{free} pages: {:?}", disk.names());
        // Without the file that is written last there is nothing to go on from.
        let resumed = run(&format!("{refine} -resume")).good();
        assert_eq!(disk.names().len(), 9, "{free} pages: {:?}", disk.names());
        let verdict = fs::read_to_string(disk.path().join("fit.json")).unwrap();
        assert!(verdict.contains("\"verdict\": \"converged\""), "{free} pages: {}", resumed.out);
    }
    assert!(failed > 5, "{failed}");
}
