//! Every row of the flag table, taken through the parser.

use std::collections::HashSet;
use std::ffi::OsString;

use nanobragg_config::ErrorKind;
use nanobragg_config::classic::{
    Arity, Effect, Flag, FlagId, Limits, Shell, WordRule, find, flag, parse, table,
};

fn args(words: &[&str]) -> Vec<OsString> {
    words.iter().map(OsString::from).collect()
}

/// Every spelling of a flag; a beginning that is enough is tried bare and with more behind it.
fn spellings(flag: &Flag) -> Vec<String> {
    let longer = flag.prefixes.iter().flat_map(|p| [(*p).to_owned(), format!("{p}zz")]);
    flag.names.iter().map(|name| (*name).to_owned()).chain(longer).collect()
}

fn within(limits: Limits) -> &'static str {
    match limits {
        Limits::Any => "-2.5",
        Limits::Inside(..) => "75",
        _ => "0.5",
    }
}

/// Values that the flag accepts, the fewest of them.
#[allow(clippy::unwrap_used, clippy::panic, reason = "only tests call it")]
fn values(flag: &Flag) -> Vec<String> {
    match flag.arity {
        Arity::Nothing | Arity::OptionalNumber | Arity::OptionalWord(_) => Vec::new(),
        Arity::Numbers { least, limits, .. } => {
            (0..least).map(|i| within(*limits.get(i).or(limits.last()).unwrap()).to_owned()).collect()
        }
        Arity::Integers { count, .. } => vec!["3".to_owned(); count],
        Arity::Word(choices) => vec![choices[0].to_owned()],
        Arity::Path | Arity::Text => vec!["some file.txt".to_owned()],
        _ => panic!("{:?} has a kind of values that the test does not know", flag.id),
    }
}

#[test]
fn every_flag_has_one_row() {
    let ids: Vec<FlagId> = table().iter().map(|flag| flag.id).collect();
    let unique: HashSet<FlagId> = ids.iter().copied().collect();
    assert_eq!(unique.len(), ids.len());
    for id in ids {
        assert_eq!(flag(id).map(|flag| flag.id), Some(id));
    }
}

#[test]
fn spellings_are_well_formed_and_belong_to_one_flag() {
    let mut seen = HashSet::new();
    for flag in table() {
        assert!(!flag.names.is_empty() && !flag.help.is_empty(), "{:?}", flag.id);
        assert!(!flag.help.contains('\n') && flag.help.is_ascii());
        assert_eq!(flag.values.is_empty(), flag.arity == Arity::Nothing, "{:?}", flag.id);
        for name in flag.names.iter().chain(flag.prefixes) {
            assert!(name.starts_with('-') && !name.starts_with("--"), "{name}");
            assert!(!name.contains(['=', ' ', '\'', '"']), "{name}");
        }
        for name in flag.names {
            assert!(seen.insert(*name), "{name} is there twice");
        }
    }
}

#[test]
fn every_spelling_parses_to_its_flag() {
    for flag in table() {
        for spelling in spellings(flag) {
            for given in [spelling.clone(), format!("-{spelling}")] {
                let values = values(flag);
                let mut words = vec!["-nopgm".into(), OsString::from(&given)];
                words.extend(values.iter().map(OsString::from));
                words.push("-N".into());
                words.push("7".into());
                let parsed = parse(words).unwrap_or_else(|error| panic!("{given}: {error}"));
                let found = &parsed.occurrences[1];
                assert_eq!((found.flag, &found.given, found.position), (flag.id, &given, 1));
                assert_eq!(found.values.len(), values.len(), "{given}");
                for (i, value) in values.iter().enumerate() {
                    assert_eq!(found.values.text(i), value);
                }
                assert_eq!(parsed.occurrences[2].flag, FlagId::N, "{given} took what follows");
                assert_eq!(
                    parsed.warnings.len(),
                    usize::from(matches!(flag.effect, Effect::Inert | Effect::Unread { .. })),
                    "{given}"
                );
            }
        }
    }
}

#[test]
fn every_flag_with_one_value_takes_it_behind_an_equals_sign() {
    for flag in table() {
        let value = values(flag).join(" ");
        let given = format!("-{}={value}", flag.names[0]);
        let parsed = parse(args(&[&given]));
        if flag.arity.is_single() {
            let parsed = parsed.unwrap_or_else(|error| panic!("{given}: {error}"));
            assert_eq!(
                (parsed.occurrences[0].flag, parsed.occurrences[0].values.text(0)),
                (flag.id, &*value)
            );
        } else {
            let error = parsed.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ExcessValue, "{given}: {error}");
        }
        // With one dash the sign is part of a name that nobody has.
        assert!(
            parse(args(&[&given[1..]])).is_err_and(|error| error.kind() == ErrorKind::UnknownFlag),
            "{given}"
        );
    }
}

#[test]
fn every_flag_that_needs_values_says_so_when_they_are_missing() {
    for flag in table() {
        let needed = values(flag);
        let name = flag.names[0];
        for missing in 1..=needed.len() {
            let mut words = vec![name.to_owned()];
            words.extend(needed.iter().take(needed.len() - missing).cloned());
            let at_end = parse(words.iter().map(OsString::from)).unwrap_err();
            assert_eq!(at_end.kind(), ErrorKind::MissingValue, "{name}: {at_end}");
            assert!(at_end.to_string().starts_with(&format!("{name} needs ")), "{at_end}");
            assert!(at_end.to_string().contains(flag.unit.text()), "{at_end}");
            words.push("-4stol".to_owned());
            let before_flag = parse(words.iter().map(OsString::from)).unwrap_err();
            assert!(before_flag.to_string().ends_with(", but -4stol follows"), "{name}: {before_flag}");
        }
    }
}

#[test]
fn every_number_keeps_its_limits() {
    for flag in table() {
        let name = flag.names[0];
        match flag.arity {
            Arity::Numbers { least, limits, word, .. } => {
                for bad in ["abc", "1mm", "", "nan", "-nan", "1e999", "0x10", "-5mm"] {
                    let error = parse(args(&[name, bad])).unwrap_err();
                    assert_eq!(error.kind(), ErrorKind::Malformed, "{name} {bad}: {error}");
                    assert!(error.to_string().starts_with(name) && error.to_string().contains(bad));
                }
                if word.is_none() {
                    assert!(
                        parse(args(&[name, "inf"])).is_err_and(|error| error.kind() == ErrorKind::Malformed)
                    );
                }
                let bad = match limits[0] {
                    Limits::Any => continue,
                    Limits::Positive => "0",
                    Limits::NonNegative => "-0.001",
                    Limits::Between(_, high) => &*(high + 0.001).to_string(),
                    Limits::Inside(low, _) => &*low.to_string(),
                };
                let error = parse(vec![OsString::from(bad); least].into_iter().fold(
                    vec![OsString::from(name)],
                    |mut words, value| {
                        words.push(value);
                        words
                    },
                ))
                .unwrap_err();
                assert_eq!(error.kind(), ErrorKind::OutOfRange, "{name} {bad}: {error}");
            }
            Arity::Integers { count, least, most, .. } => {
                let many = |value: &str| {
                    let mut words = vec![OsString::from(name)];
                    words.extend(vec![OsString::from(value); count]);
                    parse(words)
                };
                for (text, value) in [("5.0", 5), ("+4", 4), ("3.", 3)] {
                    assert_eq!(many(text).unwrap().integer(flag.id), Some(value), "{name} {text}");
                }
                for value in [least, most] {
                    assert_eq!(many(&value.to_string()).unwrap().integer(flag.id), Some(value));
                }
                for bad in ["5.5", "1e3", "abc", "", "nan", "1.0.0", ".5", "0x10"] {
                    assert!(
                        many(bad).is_err_and(|error| error.kind() == ErrorKind::Malformed),
                        "{name} {bad}"
                    );
                }
                let beyond = [(least - 1).to_string(), (most + 1).to_string(), "9".repeat(30)];
                for bad in beyond {
                    assert!(
                        many(&bad).is_err_and(|error| error.kind() == ErrorKind::OutOfRange),
                        "{name} {bad}"
                    );
                }
            }
            Arity::Word(choices) => {
                for (i, choice) in choices.iter().enumerate() {
                    let parsed = parse(args(&[name, choice])).unwrap();
                    assert_eq!(parsed.occurrences[0].values.text(0), choices[i]);
                }
                let error = parse(args(&[name, "perhaps"])).unwrap_err().to_string();
                assert!(choices.iter().all(|choice| error.contains(choice)), "{error}");
            }
            _ => {}
        }
    }
}

#[test]
fn prefixes_do_not_swallow_other_flags() {
    for (given, id) in [
        ("-mosaic", FlagId::Mosaic),
        ("-mosaic_spread_deg", FlagId::Mosaic),
        ("-mosaic_dom", FlagId::MosaicDomains),
        ("-mosaic_seed", FlagId::MosaicSeed),
        ("-detector_absorb", FlagId::DetectorAbs),
        ("-detector_thick", FlagId::DetectorThick),
        ("-detector_thicksteps", FlagId::DetectorThicksteps),
        ("-sample_thickness", FlagId::XtalX),
        ("-sample_density", FlagId::Density),
        ("-sample_size", FlagId::XtalSize),
        ("-heigh", FlagId::XtalZ),
        ("-wave", FlagId::Lambda),
        ("-molecular", FlagId::MolecularWeight),
        ("-curved_detector", FlagId::CurvedDet),
        ("-phi", FlagId::Phi),
        ("-phistep", FlagId::PhiStep),
        ("-phisteps", FlagId::PhiSteps),
        ("-stol", FlagId::Stol),
        ("-stolout", FlagId::StolOut),
        ("-hdivstep", FlagId::HdivStep),
        ("-hdivsteps", FlagId::HdivSteps),
        ("-dispstep", FlagId::DispStep),
        ("-dispsteps", FlagId::Dispsteps),
        ("-pix0_vector", FlagId::Pix0Vector),
        ("-pix0_vector_mm", FlagId::Pix0VectorMm),
        ("-source_dist", FlagId::SourceDistance),
    ] {
        assert_eq!(find(given).map(|flag| flag.id), Some(id), "{given}");
    }
    assert_eq!(find("-detector_thickness"), None);
    assert_eq!(find("-mosaic_"), None);
    assert_eq!(find("distance"), None);
    assert_eq!(find("---distance"), None);
}

#[test]
fn limits_and_word_rules() {
    assert!(Limits::Between(0.0, 1.0).allows(1.0) && !Limits::Inside(0.0, 1.0).allows(1.0));
    assert!(!Limits::Any.allows(f64::NAN) && !Limits::Positive.allows(f64::INFINITY));
    assert_eq!(Limits::Inside(0.0, 180.0).to_string(), "between 0 and 180");
    assert!(WordRule::StartsWith("inf").allows("infinite") && !WordRule::StartsWith("inf").allows("an inf"));
    assert!(WordRule::Contains("rand").allows("a random one"));
}

#[test]
fn shells_by_name() {
    for name in Shell::NAMES {
        assert!(Shell::from_name(name).is_some());
    }
    assert_eq!(Shell::from_name("cmd"), None);
}
