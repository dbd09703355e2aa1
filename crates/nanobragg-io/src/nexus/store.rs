//! What a stack is written into.

use std::io;

/// A file of groups and data sets, named by their paths from `/`, with attributes. Groups and data sets are made once,
/// after the group that they stand in. What was written is whole once the store is [closed](FrameStore::close); a store
/// that is dropped before leaves a file that nobody may rely on.
pub(super) trait FrameStore {
    /// Makes a group.
    fn group(&mut self, path: &str) -> io::Result<()>;

    /// Makes a data set of these values.
    fn values(&mut self, path: &str, values: Values<'_>) -> io::Result<()>;

    /// Makes a data set of 32-bit counts that come in [chunks](FrameStore::chunk).
    fn counts(&mut self, path: &str, layout: &Chunked) -> io::Result<()>;

    /// Gives a group or a data set an attribute.
    fn attribute(&mut self, path: &str, name: &str, value: Attribute<'_>) -> io::Result<()>;

    /// Makes a soft link to what is at `target`.
    fn link(&mut self, path: &str, target: &str) -> io::Result<()>;

    /// Writes a chunk of a data set of counts, already shuffled and deflated. Chunks are counted from 0, along the last
    /// dimension first.
    fn chunk(&mut self, path: &str, index: usize, bytes: &[u8]) -> io::Result<()>;

    /// Completes the file.
    fn close(&mut self) -> io::Result<()>;
}

/// The values of a data set.
#[derive(Clone, Copy, Debug)]
pub(super) enum Values<'a> {
    /// A string of fixed length, as other programs write it.
    Text(&'a str),
    /// A number.
    Byte(i8),
    /// A number.
    Int(i32),
    /// A number.
    Float(f64),
    /// Numbers in a row.
    Ints(&'a [i32]),
    /// Numbers in a row.
    Floats(&'a [f64]),
    /// Three rows of three numbers.
    Matrix(&'a [f64; 9]),
}

/// The value of an attribute.
#[derive(Clone, Copy, Debug)]
pub(super) enum Attribute<'a> {
    /// A string.
    Text(&'a str),
    /// A vector.
    Vector([f64; 3]),
}

/// How a data set of counts is laid out.
#[derive(Clone, Debug)]
pub(super) struct Chunked {
    /// Counts along each dimension, the slowest first.
    pub shape: Vec<usize>,
    /// Counts of a chunk along each dimension.
    pub chunk: Vec<usize>,
    /// Level of deflate that the file names.
    pub level: u32,
}

/// An image of a stack.
#[derive(Clone, Copy, Debug)]
pub struct NamedImage<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its unit.
    pub unit: &'a str,
    /// A number that belongs to it, such as the value of what a derivative was taken by; NaN where there is none.
    pub value: f64,
    /// Its pixels, in pieces that follow one another.
    pub pieces: &'a [&'a [f64]],
}
