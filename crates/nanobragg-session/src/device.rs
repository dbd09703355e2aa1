//! What renders.

/// What renders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Device {
    /// All cores.
    #[default]
    Cpu,
    /// A graphics processor.
    Gpu,
    /// A graphics processor where there is one in hardware, else all cores.
    Auto,
    /// The scalar definition on one core.
    Scalar,
}

/// Which graphics processor renders, and how it is used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GpuChoice {
    /// Name, or number in the list of adapters; the best where it is not given.
    pub adapter: Option<String>,
    /// Whether it is tested anew before it is used.
    pub selftest: bool,
    /// Limits below those of the adapter, as the user wrote them.
    pub limits: Option<String>,
}
