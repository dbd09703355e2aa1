//! A disk that is full after every number of bytes: a bundle is complete, or says that it is not.

use nanobragg_testkit::SmallDisk;

use super::{Bench, time};
use crate::metrics::Verdict;
use crate::verify;

/// Size of the disk, and of the pieces that it gives files, kilobytes.
const DISK: usize = 1024;
const PAGE: usize = 4;
/// Pages by which one try differs from the next.
const STEP: usize = 2;

#[test]
fn a_bundle_is_complete_or_says_that_it_is_not_wherever_the_disk_was_full() {
    let bench = Bench::new(|_| ());
    let mut options = bench.options("--case triclinic");
    let mut failed = 0;
    for free in (0..).step_by(STEP) {
        let Some(disk) = SmallDisk::new(DISK) else { return };
        options.out = disk.path().join("reports");
        let subjects = std::slice::from_ref(&bench.subject);
        let make = || crate::make(&options, &bench.programs, subjects, time(), &[], &mut |_| ());
        let filler = disk.path().join("filler");
        std::fs::write(&filler, vec![7; (DISK - free * PAGE) * 1024]).unwrap();
        match make() {
            Ok((Verdict::Agrees, folder)) => {
                assert_eq!(bench.wrong(&folder.path), Vec::<String>::new(), "{free} pages");
                break;
            }
            Ok((verdict, folder)) => {
                assert_eq!(verdict, Verdict::Blocked, "{free} pages");
                assert!(folder.name.ends_with("_blocked"), "{free} pages: {}", folder.name);
                let log = std::fs::read_to_string(folder.path.join("attempt.log")).unwrap();
                assert!(log.contains("No space left on device"), "{free} pages: {log}");
            }
            Err(error) => {
                let error = error.to_string();
                assert!(
                    error.contains("No space left on device") && !error.contains('\n'),
                    "{free} pages: {error}"
                );
            }
        }
        failed += 1;
        std::fs::remove_file(&filler).unwrap();
        // Whatever is left is none that could be taken for a whole one, and keeps nobody from making it anew.
        for folder in std::fs::read_dir(&options.out).into_iter().flatten().flatten() {
            let found = verify::problems(&folder.path(), || Ok(bench.programs.clone()), &mut |_| ());
            let whole = found.is_ok_and(|problems| problems.is_empty());
            let blocked = folder.file_name().to_string_lossy().ends_with("_blocked");
            assert!(!whole || blocked, "{free} pages: {}", folder.path().display());
            std::fs::remove_dir_all(folder.path()).unwrap();
        }
        if failed == 1 {
            assert_eq!(make().unwrap().0, Verdict::Agrees);
        }
    }
    assert!(failed > 5, "{failed}");
}
