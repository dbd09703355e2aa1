//! A digest for names, the same on every machine and with every compiler; it keeps no secret.

/// FNV-1a of 64 bits.
///
/// ```
/// assert_eq!(nanobragg_io::fnv::fnv1a(b""), 0xcbf2_9ce4_8422_2325);
/// assert_eq!(nanobragg_io::fnv::fnv1a(b"a"), 0xaf63_dc4c_8601_ec8c);
/// ```
pub fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |digest, &byte| {
        (digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
