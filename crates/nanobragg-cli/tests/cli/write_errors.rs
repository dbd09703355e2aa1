//! Outputs that cannot be written.

use crate::scratch::{IMAGES, Scratch, TINY};

#[test]
fn impossible_outputs_are_found_before_the_render() {
    let scratch = Scratch::new();
    std::fs::create_dir(scratch.path("folder.img")).unwrap();
    for flag in ["-floatfile", "-intfile", "-pgmfile", "-noisefile"] {
        let error = scratch.refused(&format!("{TINY} {flag} nowhere/x"));
        assert_eq!(error, "cannot write nowhere/x: there is no folder nowhere");
        let error = scratch.refused(&format!("{TINY} {flag} folder.img"));
        assert_eq!(error, "cannot write folder.img: it is a folder");
    }
    assert!(scratch.refused(&format!("{TINY} -o nowhere/x.img")).contains("there is no folder nowhere"));
    scratch.write("plain", "no folder");
    assert!(scratch.refused(&format!("{TINY} -o plain/x.img")).contains("plain is not a folder"));
    for name in ["x.gif", "x", "img"] {
        let error = scratch.refused(&format!("{TINY} -o {name}"));
        assert!(error.starts_with(&format!("-o {name}: ")) && error.contains(".img"), "{error}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn failing_while_writing_is_status_1_and_leaves_no_part() {
    let scratch = Scratch::new();
    for flag in ["-floatfile", "-intfile", "-pgmfile", "-noisefile"] {
        let run = scratch.run(&format!("{TINY} {flag} /dev/full"));
        let error = run.error(1);
        assert!(error.starts_with("cannot write /dev/full: "), "{error}");
        let mut left = scratch.names();
        left.retain(|name| !IMAGES.contains(&&**name));
        assert!(left.is_empty(), "{left:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_folder_without_write_permission_is_named() {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt as _;
    let scratch = Scratch::new();
    std::fs::create_dir(scratch.path("closed")).unwrap();
    let mode = |mode| std::fs::set_permissions(scratch.path("closed"), Permissions::from_mode(mode));
    mode(0o555).unwrap();
    // The superuser may write everywhere: then there is nothing to see.
    let superuser = std::fs::write(scratch.path("closed/probe"), "").is_ok();
    if !superuser {
        let run = scratch.run(&format!("{TINY} -floatfile closed/x.bin"));
        assert!(run.error(1).starts_with("cannot write closed/x.bin: "), "{run:?}");
    }
    mode(0o755).unwrap();
}
