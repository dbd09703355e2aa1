//! Vector instructions of the machine.

#![allow(unsafe_code, reason = "calling code that was compiled for instructions found at run time")]

/// The widest vectors of this machine that there is code for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    /// 512 bits, fused multiply-add.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// 256 bits, fused multiply-add.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// What the target has anyway: on 64-bit Arm 128 bits and fused multiply-add, on x86-64 128 bits without.
    Baseline,
}

/// Something to do in vectors.
pub(crate) trait Job {
    /// Does it. `FMA`: whether multiply-adds are fused.
    fn run<const FMA: bool>(self);
}

impl Level {
    /// Does `job` with the instructions of this level.
    #[inline(always)]
    pub fn run(self, job: impl Job) {
        match self {
            // SAFETY: `available` is the only maker of this level, and it has found these instructions.
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => unsafe { avx512(job) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => unsafe { avx2(job) },
            Level::Baseline => job.run::<{ cfg!(target_arch = "aarch64") }>(),
        }
    }

    /// The levels of this machine, the best first.
    pub fn available() -> Vec<Level> {
        let mut levels = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("fma")
            {
                levels.push(Level::Avx512);
            }
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                levels.push(Level::Avx2);
            }
        }
        levels.push(Level::Baseline);
        levels
    }

    /// The best level of this machine.
    pub fn detect() -> Level {
        Level::available().first().copied().unwrap_or(Level::Baseline)
    }

    /// Name for reports.
    pub fn name(self) -> &'static str {
        match self {
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => "avx512",
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => "avx2",
            Level::Baseline => "baseline",
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx2,fma")]
fn avx512(job: impl Job) {
    job.run::<true>();
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn avx2(job: impl Job) {
    job.run::<true>();
}
