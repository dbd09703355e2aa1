//! MTZ files built word by word.

use super::*;
use crate::WarningKind;
use crate::hkl::HklRecord;

/// A file of the columns `(label, type)` with `rows`, in either byte order.
fn file(big_endian: bool, columns: &[(&str, char)], rows: &[&[f32]], more: &[&str]) -> Vec<u8> {
    let word = |x: u32| if big_endian { x.to_be_bytes() } else { x.to_le_bytes() };
    let table: Vec<u8> = rows.iter().copied().flatten().flat_map(|x| word(x.to_bits())).collect();
    let place = (PREAMBLE * WORD + table.len()) / WORD + 1;
    let mut bytes = MAGIC.to_vec();
    bytes.extend(word(place as u32));
    bytes.extend(if big_endian { [0x11, 0x11, 0, 0] } else { [0x44, 0x41, 0, 0] });
    bytes.resize(PREAMBLE * WORD, 0);
    bytes.extend(table);
    let mut records = vec![
        "VERS MTZ:V1.1".to_owned(),
        format!("NCOL {} {} 0", columns.len(), rows.len()),
        "CELL  70.0 80.0 90.0 90.0 101.5 90.0".to_owned(),
        "SYMINF   4  2 C     5                 'C 1 2 1' PG2".to_owned(),
        "SYMM X,  Y,  Z".to_owned(),
        "SYMM -X,  Y,  -Z".to_owned(),
    ];
    records.extend(more.iter().map(|record| (*record).to_owned()));
    records.extend(columns.iter().map(|(label, kind)| format!("COLUMN {label} {kind} 0 1 1")));
    records.push("END".to_owned());
    for record in records {
        bytes.extend(format!("{record:<80}").into_bytes());
    }
    bytes
}

const HKL: [(&str, char); 3] = [("H", 'H'), ("K", 'H'), ("L", 'H')];

fn with(columns: &[(&'static str, char)]) -> Vec<(&'static str, char)> {
    HKL.iter().chain(columns).copied().collect()
}

fn parsed(bytes: &[u8], column: Option<&str>) -> std::result::Result<Reflections, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.mtz");
    std::fs::write(&path, bytes).unwrap();
    read(&path, column).map_err(|error| error.to_string().replace(&path.display().to_string(), "a.mtz"))
}

fn values(found: &Reflections) -> Vec<([i32; 3], f64)> {
    found.records.iter().map(|HklRecord { h, k, l, f }| ([*h, *k, *l], *f)).collect()
}

#[test]
fn both_byte_orders_give_the_same() {
    let columns = with(&[("FP", 'F'), ("SIGFP", 'Q')]);
    let rows: [&[f32]; 2] = [&[1.0, -2.0, 3.0, 12.5, 0.5], &[0.0, 0.0, 4.0, 7.0, 0.1]];
    let found = parsed(&file(false, &columns, &rows, &["VALM NAN"]), None).unwrap();
    assert_eq!(values(&found), [([1, -2, 3], 12.5), ([0, 0, 4], 7.0)]);
    assert_eq!(found.cell, Some([70.0, 80.0, 90.0, 90.0, 101.5, 90.0]));
    assert_eq!(found.operators, ["X,  Y,  Z", "-X,  Y,  -Z"]);
    assert_eq!((found.space_group.as_deref(), found.column.as_str()), (Some("C 1 2 1"), "FP"));
    assert_eq!(parsed(&file(true, &columns, &rows, &["VALM NAN"]), None), Ok(found));
}

#[test]
fn numbers_of_ccp4_are_those_of_the_tables_whatever_the_setting() {
    let of = |number: &str| {
        let more = [format!("SYMINF 4 2 C {number} 'C 1 2 1' PG2")];
        let more = more.each_ref().map(String::as_str);
        let row: [&[f32]; 1] = [&[1.0, 0.0, 0.0, 2.0]];
        parsed(&file(false, &with(&[("F", 'F')]), &row, &more), None).unwrap().space_group_number
    };
    for (ccp4, number) in
        [("5", "5"), ("4005", "5"), ("1146", "146"), ("2014", "14"), ("1003", "3"), ("230", "230")]
    {
        assert_eq!(of(ccp4).as_deref(), Some(number), "{ccp4}");
    }
    for none in ["0", "231", "1000", "-4", "x"] {
        assert_eq!(of(none), None, "{none}");
    }
}

#[test]
fn columns_by_label_and_by_type() {
    let columns = with(&[("I", 'J'), ("FC", 'F'), ("FWT", 'F'), ("PHI", 'P'), ("F(+)", 'G'), ("F(-)", 'G')]);
    let bytes = file(false, &columns, &[&[1.0, 2.0, 3.0, 49.0, 5.0, 6.0, 90.0, 8.0, 9.0]], &[]);
    let of = |label| parsed(&bytes, label).unwrap();
    assert_eq!(values(&of(None)), [([1, 2, 3], 8.0), ([-1, -2, -3], 9.0)]);
    assert_eq!(of(None).others, ["FC", "FWT", "I"]);
    assert_eq!(values(&of(Some("FC"))), [([1, 2, 3], 5.0)]);
    assert_eq!(values(&of(Some("FWT"))), [([1, 2, 3], 6.0)]);
    assert_eq!(values(&of(Some("fwt"))), [([1, 2, 3], 6.0)]);
    assert_eq!(values(&of(Some("I"))), [([1, 2, 3], 7.0)]);
    for label in ["F(+)", "F(-)"] {
        let both = of(Some(label));
        assert_eq!(values(&both), [([1, 2, 3], 8.0), ([-1, -2, -3], 9.0)]);
        assert!(!both.friedel_equal);
    }
    let error = parsed(&bytes, Some("PHI")).unwrap_err();
    assert_eq!(
        error,
        "a.mtz: columns: expected one of FC, FWT, F(+), F(-), I (PHI has the type P, which is no amplitude), found \"PHI\""
    );
    let error = parsed(&bytes, Some("FX")).unwrap_err();
    assert_eq!(error, "a.mtz: columns: expected one of FC, FWT, F(+), F(-), I, found \"FX\"");
}

#[test]
fn what_was_measured_comes_before_maps_and_models() {
    let of = |columns: &[(&'static str, char)]| {
        let columns = with(columns);
        let row: Vec<f32> = (0..columns.len()).map(|at| at as f32).collect();
        let found = parsed(&file(false, &columns, &[&row], &[]), None).unwrap();
        let kinds: Vec<_> = found.warnings.iter().map(|warning| warning.kind).collect();
        assert!(kinds.iter().all(|kind| *kind == WarningKind::NotMeasured), "{kinds:?}");
        (found.column, kinds.len())
    };
    let chosen = |name: &str, warnings| (name.to_owned(), warnings);
    assert_eq!(of(&[("2FOFCWT", 'F'), ("PH", 'P'), ("FP", 'F'), ("SIGFP", 'Q')]), chosen("FP", 0));
    assert_eq!(of(&[("FWT", 'F'), ("PHWT", 'P'), ("I", 'J'), ("SIGI", 'Q')]), chosen("I", 0));
    assert_eq!(of(&[("FC", 'F'), ("FREE", 'I'), ("FOBS", 'F')]), chosen("FOBS", 0));
    assert_eq!(of(&[("FC", 'F'), ("PHIC", 'P')]), chosen("FC", 1));
}

#[test]
fn data_that_are_not_merged_are_refused() {
    let columns = with(&[("M/ISYM", 'Y'), ("BATCH", 'B'), ("I", 'J')]);
    let bytes = file(false, &columns, &[&[1.0, 0.0, 0.0, 1.0, 1.0, 4.0]], &[]);
    let error = parsed(&bytes, None).unwrap_err();
    assert!(error.starts_with("a.mtz: columns: expected merged data"), "{error}");
    assert!(error.ends_with("found \"M/ISYM, BATCH\""), "{error}");
}

#[test]
fn missing_and_negative_values() {
    let rows: [&[f32]; 4] =
        [&[1.0, 0.0, 0.0, f32::NAN], &[2.0, 0.0, 0.0, -999.0], &[3.0, 0.0, 0.0, -4.0], &[4.0, 0.0, 0.0, 4.0]];
    let columns = with(&[("I", 'J')]);
    let found = parsed(&file(false, &columns, &rows, &["VALM -999.0"]), None).unwrap();
    assert_eq!(values(&found), [([3, 0, 0], 0.0), ([4, 0, 0], 2.0)]);
    assert_eq!((found.missing, found.negative), (2, 1));
    let half = with(&[("I(+)", 'K'), ("I(-)", 'K')]);
    let rows: [&[f32]; 1] = [&[1.0, 1.0, 1.0, f32::NAN, 25.0]];
    let found = parsed(&file(false, &half, &rows, &["VALM NAN"]), None).unwrap();
    assert_eq!(values(&found), [([1, 1, 1], 5.0), ([-1, -1, -1], 5.0)]);
}

#[test]
fn what_is_infinite_is_refused_by_row_and_column() {
    let pair = with(&[("F(+)", 'G'), ("F(-)", 'G')]);
    let rows = |last: f32| {
        file(false, &pair, &[&[1.0, 0.0, 0.0, 5.0, f32::NAN], &[2.0, 0.0, 0.0, 4.0, last]], &["VALM -999"])
    };
    let error = parsed(&rows(f32::NEG_INFINITY), None).unwrap_err();
    assert_eq!(error, "a.mtz: column F(-) of row 2: expected a finite number, found \"-inf\"");
    // What the header calls missing is, and so is what is no number.
    assert_eq!(values(&parsed(&rows(f32::NAN), None).unwrap()).len(), 4);
    let found = file(
        false,
        &with(&[("F", 'F')]),
        &[&[1.0, 0.0, 0.0, f32::NAN], &[2.0, 0.0, 0.0, 3.0]],
        &["VALM -999"],
    );
    assert_eq!(parsed(&found, None).unwrap().missing, 1);
}

#[test]
fn the_cell_is_that_of_the_columns_dataset() {
    let rows: [&[f32]; 1] = [&[1.0, 0.0, 0.0, 2.0]];
    let more = ["DCELL 0 1 2 3 90 90 90", "DCELL 1 71 81 91 90 100 90"];
    let found = parsed(&file(false, &with(&[("F", 'F')]), &rows, &more), None).unwrap();
    assert_eq!(found.cell, Some([71.0, 81.0, 91.0, 90.0, 100.0, 90.0]));
    let more = ["DWAVEL 0 0.0", "DWAVEL 1 0.9795"];
    let found = parsed(&file(false, &with(&[("F", 'F')]), &rows, &more), None).unwrap();
    assert_eq!(found.wavelength_angstrom, Some(0.9795));
    let found = parsed(&file(false, &with(&[("F", 'F')]), &rows, &more[..1]), None).unwrap();
    assert_eq!(found.wavelength_angstrom, None);
}

#[test]
fn damage_is_named() {
    let rows: [&[f32]; 1] = [&[1.0, 0.5, 0.0, 2.0]];
    let good = |rows| file(false, &with(&[("F", 'F')]), rows, &[]);
    let wrong = |bytes: &[u8]| parsed(bytes, None).unwrap_err();
    assert_eq!(wrong(&good(&rows)), "a.mtz: index k of row 1: expected a whole number, found \"0.5\"");
    let whole: [&[f32]; 1] = [&[1.0, 0.0, 0.0, 2.0]];
    let bytes = good(&whole);
    assert_eq!(wrong(b"MTX "), "a.mtz: first bytes: expected \"MTZ \", found \"MTX \"");
    assert!(wrong(&bytes[..7]).contains("preamble: expected 80 bytes, found 7"));
    assert!(wrong(&bytes[..90]).contains("place of the header: expected inside the file, of 22 words"));
    let mut stamp = bytes.clone();
    stamp[8] = 0x22;
    assert!(wrong(&stamp).contains("machine stamp"));
    let many = String::from_utf8_lossy(&bytes).replace("NCOL 4 1 0", "NCOL 4 9 0").into_bytes();
    // The header stays where it is: the table would run into it and beyond the end.
    assert!(parsed(&many, None).is_err());
    let none = file(false, &with(&[("PHI", 'P')]), &whole, &[]);
    assert!(wrong(&none).contains("a column of amplitudes (type F or G) or intensities (J or K)"));
    let few = file(false, &[("H", 'H'), ("F", 'F')], &[&[1.0, 2.0]], &[]);
    assert!(wrong(&few).contains("three columns of type H"));
}

#[test]
fn a_file_is_read_as_far_as_its_preamble_reaches() {
    use std::io::Write as _;
    let columns = with(&[("FP", 'F')]);
    let rows: [&[f32]; 1] = [&[1.0, -2.0, 3.0, 12.5]];
    let packed = |megabytes: u64| {
        let mut bytes = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        bytes.write_all(&file(false, &columns, &rows, &[])).unwrap();
        (0..megabytes).for_each(|_| bytes.write_all(&[0; 1 << 20]).unwrap());
        bytes.finish().unwrap()
    };
    assert_eq!(parsed(&packed(0), None).unwrap().records.len(), 1);
    let error = parsed(&packed((MOST_OF_HEADER >> 20) + 1), None).unwrap_err();
    assert_eq!(error, "cannot read a.mtz: no more than 67108864 bytes of it are read, and it goes on");
}

#[test]
fn what_of_a_header_is_not_taken_is_named() {
    let columns = with(&[("F", 'F')]);
    let rows: [&[f32]; 2] = [&[1.0, 0.0, 0.0, 2.0], &[0.0, 1.0, 0.0, 3.0]];
    let said = |bytes: &[u8]| {
        let found = parsed(bytes, None).unwrap();
        let warnings = found.warnings.iter();
        let short = |text: String| text.split_once("a.mtz: ").unwrap().1.to_owned();
        (
            warnings.map(|warning| short(warning.to_string())).collect::<Vec<_>>(),
            found.cell,
            found.records.len(),
        )
    };
    let plain = file(false, &columns, &rows, &[]);
    assert_eq!(said(&plain).0, [""; 0]);
    let (warnings, cell, _) = said(&file(false, &columns, &rows, &["CELL 0 0 0 90 90 90"]));
    let no_cell = "0 0 0 90 90 90: not read; expected three edges in Angstrom and three angles in degrees";
    assert_eq!((warnings, cell), (vec![format!("CELL: {no_cell}")], None));
    let (warnings, cell, _) = said(&file(false, &columns, &rows, &["DCELL 1 0 0 0 90 90 90"]));
    assert_eq!((warnings, cell.is_some()), (vec![format!("DCELL of dataset 1: {no_cell}")], true));
    assert_eq!(said(&file(false, &columns, &rows, &["DCELL 2 0 0 0 90 90 90"])).0, [""; 0]);
    let (warnings, ..) = said(&file(false, &columns, &rows, &["SYMM Z, X, Y"]));
    assert_eq!(warnings, ["SYMINF: 4 operators: 3 records SYMM are there, which count"]);
    let (warnings, _, count) = said(&file(false, &columns, &rows, &["NCOL 4 1 0"]));
    assert_eq!(
        (warnings, count),
        (vec!["table of reflections: 4 numbers more: ignored: NCOL says 1 rows of 4 columns".to_owned()], 1)
    );
    let twice = with(&[("F", 'F'), ("F", 'F')]);
    let (warnings, ..) = said(&file(false, &twice, &[&[1.0, 0.0, 0.0, 2.0, 3.0]], &[]));
    assert_eq!(warnings, ["column F: 2 columns have this label: the first of them is read"]);
    // Behind the table is the header.
    let error = parsed(&file(false, &columns, &rows, &["NCOL 4 3 0"]), None).unwrap_err();
    assert_eq!(error, "a.mtz: table of reflections: expected 48 bytes, found 32");
}
