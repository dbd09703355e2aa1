//! Zlib streams of runs and single bytes.
//!
//! Photon counts have noise: what repeats in them are runs of one byte, in the dark and in the upper bytes of every count.
//! Looking for other repetitions, as general encoders do, takes many times as long and finds next to none. The format is that
//! of RFC 1950 and 1951, with codes made for each block; any decoder reads it.

/// Bytes of a block, at most.
pub(super) const BLOCK: usize = 1 << 15;

/// Symbols of bytes, of the end of a block, and of lengths.
const LITERALS: usize = 286;
/// The end of a block.
const END: usize = 256;
/// The shortest run that takes less room as such: of fewer bytes each is often a bit or two.
const SHORTEST: usize = 6;
/// The longest that a symbol stands for.
const LONGEST: usize = 258;
/// Bits of a code, at most, and of a code for the lengths of codes.
const MOST_BITS: u8 = 15;
const MOST_BITS_OF_LENGTHS: u8 = 7;
/// Symbols of the lengths of codes, and the order in which their own lengths are written.
const LENGTHS: usize = 19;
const ORDER: [usize; LENGTHS] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
/// The modulus of the checksum.
const ADLER: u64 = 65_521;

/// An encoder that writes into memory.
pub(super) struct Encoder {
    bits: Bits,
    /// The byte before the next, which a run repeats.
    before: Option<u8>,
    /// The checksum's two sums.
    sums: [u64; 2],
    tokens: Vec<Token>,
}

/// A byte, or so many of the one before: a length of 0 stands for a byte.
#[derive(Clone, Copy)]
struct Token {
    byte: u8,
    run: u16,
}

impl Encoder {
    pub fn new() -> Self {
        let mut bits = Bits { bytes: Vec::new(), held: 0, count: 0 };
        // Deflate with a window of 32 KiB, no dictionary; the two bytes are a multiple of 31.
        bits.put(0x5e78, 16);
        Encoder { bits, before: None, sums: [1, 0], tokens: Vec::with_capacity(BLOCK) }
    }

    /// Adds bytes, at most [`BLOCK`] of them, as a block of their own.
    pub fn add(&mut self, bytes: &[u8]) {
        self.tokenize(bytes);
        let mut uses = [0u32; LITERALS];
        uses[END] = 1;
        for token in &self.tokens {
            uses[token.symbol()] += 1;
        }
        let runs = self.tokens.iter().any(|token| token.run > 0);
        self.block(&uses, runs, false);
    }

    /// Ends the stream.
    pub fn finish(mut self) -> Vec<u8> {
        self.tokens.clear();
        let mut uses = [0; LITERALS];
        uses[END] = 1;
        self.block(&uses, false, true);
        self.bits.align();
        let [a, b] = self.sums.map(|sum| (sum % ADLER) as u32);
        self.bits.bytes.extend((b << 16 | a).to_be_bytes());
        self.bits.bytes
    }

    fn tokenize(&mut self, bytes: &[u8]) {
        self.tokens.clear();
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            let run = if self.before == Some(byte) { run_of(byte, &bytes[at..]) } else { 0 };
            if run >= SHORTEST {
                self.tokens.push(Token { byte, run: run as u16 });
                self.check(byte, run as u64);
                at += run;
            } else {
                self.tokens.push(Token { byte, run: 0 });
                self.check(byte, 1);
                self.before = Some(byte);
                at += 1;
            }
        }
        // A block is short enough that the sums did not overflow.
        self.sums = self.sums.map(|sum| sum % ADLER);
    }

    /// Adds `count` bytes to the checksum.
    fn check(&mut self, byte: u8, count: u64) {
        let [a, b] = &mut self.sums;
        let byte = u64::from(byte);
        *b += count * *a + byte * (count * (count + 1) / 2);
        *a += count * byte;
    }

    /// Writes the tokens with codes for so many uses of each symbol.
    fn block(&mut self, uses: &[u32; LITERALS], runs: bool, last: bool) {
        let lengths = code_lengths(uses, MOST_BITS);
        let codes = codes(&lengths);
        let literals =
            lengths.iter().rposition(|&length| length > 0).map_or(END + 1, |at| at + 1).max(END + 1);
        // One distance, that of the byte before; its code is a bit. Where there is none, its length says so.
        let mut written: Vec<u8> = lengths[..literals].to_vec();
        written.push(u8::from(runs));
        self.bits.put(u64::from(last), 1);
        self.bits.put(2, 2);
        self.bits.put((literals - 257) as u64, 5);
        self.bits.put(0, 5);
        self.lengths(&written);
        for token in &self.tokens {
            let symbol = token.symbol();
            self.bits.put(u64::from(codes[symbol]), lengths[symbol]);
            if token.run > 0 {
                let (_, rest, bits) = length_symbol(token.run);
                // The distance's code, one bit that is zero, comes behind the rest of the length.
                self.bits.put(u64::from(rest), bits + 1);
            }
        }
        self.bits.put(u64::from(codes[END]), lengths[END]);
    }

    /// Writes lengths of codes, runs of equal ones together, in a code of their own.
    fn lengths(&mut self, lengths: &[u8]) {
        // Symbol, what follows it, and its bits.
        let mut words: Vec<(u8, u8, u8)> = Vec::new();
        let mut rest = lengths;
        while let Some(&length) = rest.first() {
            let mut run = rest.iter().take_while(|&&other| other == length).count();
            rest = &rest[run..];
            if length > 0 {
                words.push((length, 0, 0));
                run -= 1;
            }
            while run > 0 {
                let (word, used) = match (length, run) {
                    (0, 11..) => ((18, run.min(138) as u8 - 11, 7), run.min(138)),
                    (0, 3..) => ((17, run as u8 - 3, 3), run),
                    (1.., 3..) => ((16, run.min(6) as u8 - 3, 2), run.min(6)),
                    _ => ((length, 0, 0), 1),
                };
                words.push(word);
                run -= used;
            }
        }
        let mut uses = [0; LENGTHS];
        for (symbol, ..) in &words {
            uses[usize::from(*symbol)] += 1;
        }
        let own = code_lengths(&uses, MOST_BITS_OF_LENGTHS);
        let codes = codes(&own);
        let count = ORDER.iter().rposition(|&symbol| own[symbol] > 0).map_or(4, |at| at + 1).max(4);
        self.bits.put((count - 4) as u64, 4);
        for &symbol in &ORDER[..count] {
            self.bits.put(own[symbol].into(), 3);
        }
        for (symbol, extra, bits) in words {
            let symbol = usize::from(symbol);
            self.bits.put(codes[symbol].into(), own[symbol]);
            self.bits.put(extra.into(), bits);
        }
    }
}

impl Token {
    fn symbol(self) -> usize {
        if self.run == 0 { self.byte.into() } else { length_symbol(self.run).0 }
    }
}

/// How many bytes at the beginning are `byte`, at most [`LONGEST`].
fn run_of(byte: u8, bytes: &[u8]) -> usize {
    let bytes = &bytes[..bytes.len().min(LONGEST)];
    let (words, _) = bytes.as_chunks::<8>();
    let word = [byte; 8];
    let whole = 8 * words.iter().take_while(|&&other| other == word).count();
    whole + bytes[whole..].iter().take_while(|&&other| other == byte).count()
}

/// Symbol of a run's length, what follows it, and its bits.
fn length_symbol(run: u16) -> (usize, u16, u8) {
    const BASES: [u16; 29] = [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163,
        195, 227, 258,
    ];
    if usize::from(run) >= LONGEST {
        return (285, 0, 0);
    }
    let at = BASES[..28].partition_point(|&base| base <= run) - 1;
    let bits = if at < 8 { 0 } else { (at - 4) / 4 };
    (257 + at, run - BASES[at], bits as u8)
}

/// Lengths of a code of at most `most` bits for symbols that are used so often (Huffman, Proc. IRE 40, 1098, 1952).
fn code_lengths<const N: usize>(uses: &[u32; N], most: u8) -> [u8; N] {
    let mut uses = *uses;
    loop {
        let lengths = unbounded(&uses);
        if lengths.iter().all(|&length| length <= most) {
            return lengths;
        }
        // Rare symbols count for more until the longest code is short enough.
        uses.iter_mut().filter(|uses| **uses > 0).for_each(|uses| *uses = (*uses).div_ceil(2));
    }
}

fn unbounded<const N: usize>(uses: &[u32; N]) -> [u8; N] {
    let mut lengths = [0; N];
    let mut leaves: Vec<(u32, usize)> = (0..N).filter(|&at| uses[at] > 0).map(|at| (uses[at], at)).collect();
    leaves.sort_unstable();
    if let [(_, only)] = leaves[..] {
        lengths[only] = 1;
        return lengths;
    }
    // Nodes of the tree: first the leaves, then pairs of the two least, whose weights grow.
    let mut weights: Vec<u32> = leaves.iter().map(|leaf| leaf.0).collect();
    let mut parents = vec![0; leaves.len()];
    let (mut leaf, mut pair) = (0, leaves.len());
    while weights.len() + 1 < 2 * leaves.len() {
        let node = weights.len();
        let mut weight = 0;
        for _ in 0..2 {
            let from_leaves = leaf < leaves.len() && (pair >= node || weights[leaf] <= weights[pair]);
            let next = if from_leaves { &mut leaf } else { &mut pair };
            weight += weights[*next];
            parents[*next] = node;
            *next += 1;
        }
        weights.push(weight);
        parents.push(0);
    }
    // A parent comes behind its children; the last is the root.
    let mut depths = vec![0u8; weights.len()];
    for node in (0..weights.len().saturating_sub(1)).rev() {
        depths[node] = depths[parents[node]] + 1;
    }
    for (&(_, symbol), depth) in leaves.iter().zip(depths) {
        lengths[symbol] = depth;
    }
    lengths
}

/// Codes of these lengths, the first bit lowest: shorter ones first, equal ones in the order of their symbols.
fn codes<const N: usize>(lengths: &[u8; N]) -> [u16; N] {
    let mut next = [0u16; MOST_BITS as usize + 2];
    for &length in lengths.iter().filter(|&&length| length > 0) {
        next[usize::from(length) + 1] += 1;
    }
    let mut code = 0;
    for next in &mut next {
        code = (code + *next) << 1;
        *next = code;
    }
    let mut codes = [0; N];
    for (code, &length) in codes.iter_mut().zip(lengths).filter(|(_, length)| **length > 0) {
        let next = &mut next[usize::from(length)];
        *code = next.reverse_bits() >> (16 - length);
        *next += 1;
    }
    codes
}

/// Bits in the order of the format: the first lowest.
struct Bits {
    bytes: Vec<u8>,
    held: u64,
    count: u8,
}

impl Bits {
    /// Adds the lowest `count` bits of a number that has no others, at most 32.
    #[inline]
    fn put(&mut self, bits: u64, count: u8) {
        self.held |= bits << self.count;
        self.count += count;
        if self.count >= 32 {
            self.bytes.extend((self.held as u32).to_le_bytes());
            self.held >>= 32;
            self.count -= 32;
        }
    }

    /// Fills the last byte up with zeros.
    fn align(&mut self) {
        let bytes = usize::from(self.count.div_ceil(8));
        self.bytes.extend(&self.held.to_le_bytes()[..bytes]);
        (self.held, self.count) = (0, 0);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::ZlibDecoder;

    use super::*;

    fn encoded(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = Encoder::new();
        bytes.chunks(BLOCK).for_each(|part| encoder.add(part));
        encoder.finish()
    }

    fn decoded(bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut decoder = ZlibDecoder::new(bytes);
        decoder.read_to_end(&mut out).unwrap();
        assert_eq!(decoder.total_in(), bytes.len() as u64);
        out
    }

    #[test]
    fn another_decoder_reads_it() {
        let mut state = 1u32;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state >> 8
        };
        let mut cases: Vec<Vec<u8>> = vec![Vec::new(), vec![7], vec![0; 3], vec![255; 100_000]];
        for most in [1, 2, 3, 10, 256] {
            for zeros in [0, 3, 50] {
                let byte =
                    |_| if zeros > 0 && random() % (zeros + 1) > 0 { 0 } else { (random() % most) as u8 };
                cases.push((0..70_000).map(byte).collect());
            }
        }
        // Runs of every length, and symbols whose numbers grow like Fibonacci's, so that codes are as long as they may be.
        cases.push((0..600).flat_map(|run| std::iter::repeat_n(run as u8, run)).collect());
        let (mut few, mut more) = (1usize, 1usize);
        let mut rare = Vec::new();
        for byte in 0..20u8 {
            rare.extend((0..few).flat_map(|at| [byte, 200 + (at % 2) as u8]));
            (few, more) = (more, few + more);
        }
        cases.push(rare);
        for case in cases {
            assert!(decoded(&encoded(&case)) == case, "{} bytes", case.len());
        }
    }

    #[test]
    fn lengths_have_the_symbols_of_the_format() {
        assert_eq!(length_symbol(3), (257, 0, 0));
        assert_eq!(length_symbol(10), (264, 0, 0));
        assert_eq!(length_symbol(12), (265, 1, 1));
        assert_eq!(length_symbol(257), (284, 30, 5));
        assert_eq!(length_symbol(258), (285, 0, 0));
    }

    #[test]
    fn codes_are_prefix_free_and_no_longer_than_allowed() {
        let uses: [u32; LENGTHS] = std::array::from_fn(|at| 1 << at);
        let lengths = code_lengths(&uses, MOST_BITS_OF_LENGTHS);
        let room: u32 = lengths.iter().map(|&length| 1 << (MOST_BITS_OF_LENGTHS - length)).sum();
        assert!(room <= 1 << MOST_BITS_OF_LENGTHS && lengths.iter().all(|&length| length > 0));
    }
}
