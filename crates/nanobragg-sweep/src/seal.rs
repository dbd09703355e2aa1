//! Digests of the lines of a manifest: a line that was changed, cut off or brought from elsewhere is told by its own.
//!
//! The last key of a line is `sha256`. It is that of the line without this key and without its end, after the digest of the first
//! line, which so ties all others to its sweep; that of the first line is of the line alone.

use crate::fingerprint;

/// What the last key looks like before its digits.
const KEY: &str = ",\"sha256\":\"";
/// What follows them.
const END: &str = "\"}";
/// Hexadecimal digits.
const DIGITS: usize = 64;

/// The digest of `object` in a manifest whose first line has the digest `first`, which is empty for that line itself.
pub(crate) fn digest(first: &str, object: &str) -> String {
    fingerprint::of_bytes(format!("{first}{object}").as_bytes())
}

/// The line of `object`, with its digest and its end.
pub(crate) fn sealed(first: &str, object: &str) -> String {
    let digest = digest(first, object);
    format!("{}{KEY}{digest}{END}\n", object.strip_suffix('}').unwrap_or(object))
}

/// The object of a line without its end, and its digest, whether that is right or not; `None` where there is none.
pub(crate) fn unsealed(line: &str) -> Option<(String, &str)> {
    let rest = line.strip_suffix(END)?;
    let (object, digest) = rest.split_at_checked(rest.len().checked_sub(DIGITS)?)?;
    Some((format!("{}}}", object.strip_suffix(KEY)?), digest))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

    use super::*;

    #[test]
    fn what_is_sealed_comes_back() {
        let object = "{\"kind\":\"image\",\"frame\":{\"sha256\":\"00\"}}";
        let line = sealed("", object);
        let (found, own) = unsealed(line.strip_suffix('\n').unwrap()).unwrap();
        assert_eq!((found.as_str(), own), (object, digest("", object).as_str()));
        assert_ne!(own, digest("00", object));
        // As sha256sum counts it.
        let known = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
        assert_eq!(sealed("", "{}"), format!("{{,\"sha256\":\"{known}\"}}\n"));
    }

    #[test]
    fn what_has_no_digest_is_not_sealed() {
        let digits = "0".repeat(DIGITS);
        for line in [
            "",
            "{}",
            "\"}",
            "{\"a\":1}",
            &format!("{{\"a\":1,\"sha256\":\"0{digits}\"}}"),
            &format!("é{digits}\"}}"),
        ] {
            assert_eq!(unsealed(line), None, "{line}");
        }
    }
}
