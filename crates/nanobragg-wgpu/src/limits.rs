//! What of an adapter's limits the renderer depends on.

/// Sizes that the renderer keeps within.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a buffer that a shader sees.
    pub binding: u64,
    /// Bytes of a buffer.
    pub buffer: u64,
    /// Work groups along one dimension of a dispatch.
    pub groups: u32,
    /// Terms of a dispatch, at most; `None` where time alone decides.
    pub terms: Option<u64>,
}

/// Upper limits on what is used of an adapter, where its own are higher; `None` where its own hold. They leave room for other
/// programs, and let tests see work being cut.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UpperLimits {
    /// Bytes of a buffer that a shader sees.
    pub binding: Option<u64>,
    /// Bytes of a buffer.
    pub buffer: Option<u64>,
    /// Work groups along one dimension of a dispatch.
    pub groups: Option<u32>,
    /// Terms of a dispatch.
    pub terms: Option<u64>,
    /// Submissions that the device takes; at the next one it is lost.
    pub submissions: Option<u64>,
}

impl Limits {
    pub(crate) fn of(limits: &wgpu::Limits) -> Self {
        Limits {
            // A shader counts bytes in 32 bits.
            binding: limits.max_storage_buffer_binding_size.min(u64::from(u32::MAX) & !0xff),
            buffer: limits.max_buffer_size,
            groups: limits.max_compute_workgroups_per_dimension,
            terms: None,
        }
    }

    /// Work groups of a dispatch.
    pub(crate) fn most_groups(self) -> usize {
        (self.groups as usize).saturating_mul(self.groups as usize)
    }

    /// The smaller of these and `upper`; never so small that nothing works.
    pub(crate) fn lowered(self, upper: UpperLimits) -> Self {
        let buffer = self.buffer.min(upper.buffer.unwrap_or(u64::MAX)).max(4096);
        Limits {
            binding: self.binding.min(upper.binding.unwrap_or(u64::MAX)).max(4096).min(buffer),
            buffer,
            groups: self.groups.min(upper.groups.unwrap_or(u32::MAX)).max(1),
            terms: upper.terms.map(|terms| terms.max(64)),
        }
    }
}
