//! A disk that is full after every number of bytes: a sweep is complete, or goes on to the same files.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::interruption::SmallDisk;
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
