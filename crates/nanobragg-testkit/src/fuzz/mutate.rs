//! New inputs from old ones.

use crate::SplitMix;

/// Words that readers look at closely.
const WORDS: [&str; 40] = [
    "0",
    "-1",
    "1",
    "255",
    "65536",
    "2147483647",
    "-2147483648",
    "4294967296",
    "9223372036854775807",
    "1e308",
    "1e-308",
    "1e999",
    "-0",
    ".5",
    "5.",
    "nan",
    "inf",
    "-inf",
    "0x10",
    "1_0",
    "?",
    ".",
    "'",
    "\"",
    ";",
    "#",
    "\n;",
    "\n",
    "\r\n",
    "\t",
    "{",
    "}",
    "[",
    "]",
    "=",
    "data_",
    "loop_",
    "_refln.index_h",
    "NCOL",
    "COLUMN",
];
/// Most changes in one step.
const MOST_CHANGES: u64 = 8;

fn below(random: &mut SplitMix, limit: usize) -> usize {
    if limit == 0 { 0 } else { (random.next_u64() % limit as u64) as usize }
}

/// A damaged mixture of some of `material`.
pub fn mutate(random: &mut SplitMix, material: &[Vec<u8>]) -> Vec<u8> {
    let Some(mut bytes) = material.get(below(random, material.len())).cloned() else { return Vec::new() };
    for _ in 0..=random.next_u64() % MOST_CHANGES {
        change(random, &mut bytes, material);
    }
    bytes
}

fn change(random: &mut SplitMix, bytes: &mut Vec<u8>, material: &[Vec<u8>]) {
    let at = below(random, bytes.len());
    let end = (at + 1 + below(random, 40)).min(bytes.len());
    match random.next_u64() % 10 {
        0 => replace(bytes, at, at + 1, &[random.next_u64() as u8]),
        1 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << (random.next_u64() % 8);
            }
        }
        2 => replace(bytes, at, end, &[]),
        3 => {
            let copy = bytes.get(at..end).unwrap_or_default().to_vec();
            replace(bytes, at, at, &copy);
        }
        4 => bytes.truncate(at),
        5 => {
            let word = WORDS[below(random, WORDS.len())];
            replace(bytes, at, at, word.as_bytes());
        }
        6 => {
            // A whole word or number gives way to another.
            let (start, end) = word_around(bytes, at);
            let word = WORDS[below(random, WORDS.len())];
            replace(bytes, start, end, word.as_bytes());
        }
        7 => {
            // A piece of another file.
            let other = material.get(below(random, material.len())).map(Vec::as_slice).unwrap_or_default();
            let from = below(random, other.len());
            let to = (from + 1 + below(random, 200)).min(other.len());
            let piece = other.get(from..to).unwrap_or_default().to_vec();
            replace(bytes, at, at, &piece);
        }
        8 => {
            // A line moves elsewhere.
            let start = bytes[..at].iter().rposition(|&byte| byte == b'\n').map_or(0, |place| place + 1);
            let end = bytes[at..]
                .iter()
                .position(|&byte| byte == b'\n')
                .map_or(bytes.len(), |place| at + place + 1);
            let line: Vec<u8> = bytes.drain(start..end).collect();
            let to = below(random, bytes.len() + 1);
            replace(bytes, to, to, &line);
        }
        _ => {
            // A word of four bytes, as binary files have them.
            let at = at / 4 * 4;
            let numbers = [0, 1, u32::MAX, 1 << 31, (1 << 31) - 1, 20, 21, random.next_u64() as u32];
            let number = numbers[below(random, numbers.len())];
            let end = (at + 4).min(bytes.len());
            replace(bytes, at, end, &number.to_le_bytes());
        }
    }
}

fn replace(bytes: &mut Vec<u8>, start: usize, end: usize, with: &[u8]) {
    let (start, end) = (start.min(bytes.len()), end.min(bytes.len()));
    bytes.splice(start..end.max(start), with.iter().copied());
}

fn word_around(bytes: &[u8], at: usize) -> (usize, usize) {
    let space = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b'=' | b'[' | b']');
    let start = bytes[..at].iter().rposition(space).map_or(0, |place| place + 1);
    let end = bytes[at..].iter().position(space).map_or(bytes.len(), |place| at + place);
    (start, end)
}
