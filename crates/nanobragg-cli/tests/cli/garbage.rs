//! Whatever stands in an input file, the program ends by itself with an image or with one line.

use nanobragg_testkit::SplitMix;

use crate::input_errors::{INPUTS, good};
use crate::scratch::Scratch;

/// Runs with `bytes` as the file of each flag: either it works, or it is refused with nothing written.
fn accepted(flag: &str, line: &str, bytes: &[u8]) -> bool {
    let scratch = Scratch::new();
    scratch.write("file", bytes);
    let before = scratch.files();
    let run = scratch.run(&format!("{line} -noprogress -nopgm -nonoise {flag} file"));
    match run.status {
        0 => true,
        _ => {
            let error = run.error(2);
            assert!(error.chars().count() < 200, "{flag}: {error}");
            assert_eq!(scratch.files(), before, "{flag}");
            false
        }
    }
}

#[test]
fn truncated_files() {
    for (flag, line) in INPUTS {
        let whole = good(flag);
        assert!(accepted(flag, line, &whole), "{flag}");
        for length in [0, 1, whole.len() / 3, whole.len() - 9] {
            let lost = accepted(flag, line, &whole[..length]);
            // A list that ends after one of its lines is a shorter list.
            let list = ["-hkl", "-sourcefile", "-spectrum"].contains(&flag) && length > 1;
            assert!(!lost || list, "{flag} cut to {length} bytes was accepted");
        }
    }
}

#[test]
fn binary_files() {
    let mut random = SplitMix(7);
    for (flag, line) in INPUTS {
        for bytes in [vec![0; 3000], vec![0xff; 3000], (0..3000).map(|_| random.next_u64() as u8).collect()] {
            assert!(!accepted(flag, line, &bytes), "{flag}");
        }
    }
}

#[test]
fn damaged_files() {
    let mut random = SplitMix(11);
    for (flag, line) in INPUTS {
        let mut refused = 0;
        for _ in 0..12 {
            let mut bytes = good(flag);
            for _ in 0..3 {
                let at = random.next_u64() as usize % bytes.len().min(160);
                bytes[at] = random.next_u64() as u8;
            }
            refused += usize::from(!accepted(flag, line, &bytes));
        }
        assert!(refused > 0, "{flag}: no damage was noticed");
    }
}
