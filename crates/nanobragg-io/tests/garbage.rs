//! Whatever a file holds, a reader returns: a value or an error of one line.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in test functions, not in what they call

use std::path::Path;

use nanobragg_io::dump::{DumpBox, DumpReader, write_dump};
use nanobragg_io::hkl::HklReader;
use nanobragg_io::npy::{NPY_MAGIC, read_npy};
use nanobragg_io::smv::{HeaderEntry, read_smv, write_smv};
use nanobragg_io::{Error, Result, cbf, float, matrix, nexus, orientations, pgm, sources};
use proptest::prelude::*;

/// Runs every reader on a file with these bytes and returns the errors.
fn read_all(path: &Path, bytes: &[u8]) -> Vec<Error> {
    std::fs::write(path, bytes).unwrap();
    let hkl = || HklReader::open(path)?.collect::<Result<Vec<_>>>();
    let dump = || DumpReader::open(path)?.collect::<Result<Vec<_>>>();
    let keys = || {
        let image = read_smv(path)?;
        for key in ["PHI", "ORGX", "{", "=", ";", "SIZE1"] {
            image.header.text(key);
            image.header.number(key)?;
        }
        Ok(image)
    };
    // Compressed pixels come back or do not, whatever count is asked for.
    for count in [0, 1, bytes.len(), usize::MAX] {
        cbf::decompress(bytes, count);
        nexus::decompress_frame(bytes, count);
    }
    let errors = [
        hkl().err(),
        dump().err(),
        keys().err(),
        matrix::read_matrix(path).err(),
        sources::read_sources(path).err(),
        orientations::read_orientations(path).err(),
        pgm::read_pgm(path).err(),
        read_npy(path).err(),
        float::read_float(path, bytes.len() / 4).err(),
    ];
    errors.into_iter().flatten().collect()
}

fn check(bytes: &[u8]) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file");
    for error in read_all(&path, bytes) {
        let message = error.to_string();
        assert!(!message.contains(|c: char| c.is_control()), "{message:?}");
        let after = message.replace(&path.display().to_string(), "");
        assert!(after.chars().count() < 200, "{message:?}");
        assert!(message.contains(&path.display().to_string()));
    }
}

/// The files of every format, all in order.
fn good_files() -> Vec<Vec<u8>> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("good");
    let written = || std::fs::read(&path).unwrap();
    let mut files = vec![
        b"# h k l F\n1 2 3 4.5\n-1 0 0 2\n0 0 1 1 0 0 2 2\n".to_vec(),
        b"0.01 0 0\n0 0.02 0\n0 0 0.03\n".to_vec(),
        b"-10 0 0 1 1e-10\n-10, 0.1; 0\n".to_vec(),
        b"10 20 30 # first\n-1.5, 0, 4e1\n".to_vec(),
        cbf::compress(&[0, 5, 700, -80_000, i32::MAX, i32::MIN]),
        nexus::compress_frame(&[0, 5, 700, -80_000]),
    ];
    write_dump(&path, &DumpBox { h: (-1, 1), k: (0, 1), l: (0, 2) }, |h, k, l| f64::from(h + k + l)).unwrap();
    files.push(written());
    write_smv(&path, &[HeaderEntry::new("PHI", "1")], 5, 4, &[7; 20]).unwrap();
    files.push(written());
    pgm::write_pgm(&path, 5, 4, "comment", &[7; 20]).unwrap();
    files.push(written());
    let header = "{'descr': '<u2', 'fortran_order': True, 'shape': (5, 4), }\n";
    files.push([NPY_MAGIC, &[1, 0, header.len() as u8, 0][..], header.as_bytes(), &[7; 40]].concat());
    files
}

#[test]
fn every_truncation_returns() {
    for file in good_files() {
        for length in (0..file.len()).filter(|length| *length < 128 || length % 16 < 2) {
            check(&file[..length]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn arbitrary_bytes_return(bytes in proptest::collection::vec(any::<u8>(), 0..3000)) {
        check(&bytes);
    }

    #[test]
    fn arbitrary_numbers_and_marks_return(text in "[-+0-9.eE #,;:\\n\\r\\t=naif]{0,300}") {
        check(text.as_bytes());
    }

    #[test]
    fn damaged_files_return(
        which in 0_usize..7,
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut file = good_files().swap_remove(which);
        for (place, byte) in damage {
            let place = place.index(file.len());
            file[place] = byte;
        }
        check(&file);
    }

    #[test]
    fn headers_with_arbitrary_entries_return(
        bytes in proptest::collection::vec(any::<u8>(), 0..600),
        size in "[-0-9.e]{0,12}",
    ) {
        for start in ["{\nHEADER_BYTES=512;\nSIZE2=3;\nSIZE1=", "P5\n3 ", "0 0 0 0 0 "] {
            let mut file = format!("{start}{size}\n\x0c").into_bytes();
            file.extend_from_slice(&bytes);
            check(&file);
        }
    }
}
