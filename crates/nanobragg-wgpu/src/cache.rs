//! Compiled shaders on disk, where the driver can give them out: the next start of the program need not compile them.

#![allow(unsafe_code, reason = "the driver's own data are handed back to it")]

use std::io::Write as _;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;

use crate::gpu::Gpu;

/// What the driver compiled, and the file that it is kept in.
#[derive(Debug)]
pub(crate) struct PipelineCache {
    pub cache: wgpu::PipelineCache,
    file: PathBuf,
    /// Digest of what the file holds.
    kept: u64,
}

/// Bytes of a digest.
const DIGEST: usize = size_of::<u64>();

impl PipelineCache {
    /// What is kept for the adapter of `gpu`; `None` where the driver gives nothing out, or there is nowhere to keep it.
    pub fn open(gpu: &Gpu) -> Option<Self> {
        let key = gpu.cache_key.as_ref()?;
        let file = cache_folder()?.join(file_name(gpu, key));
        let kept = read(&file);
        let descriptor = wgpu::PipelineCacheDescriptor {
            label: Some("nanobragg"),
            data: kept.as_deref(),
            // What another version of the driver has written is no reason to fail.
            fallback: true,
        };
        // SAFETY: the data are those that `get_data` gave for an adapter and a driver of the same name and version, as their
        // digest tells; the interface looks at their header besides.
        let cache = unsafe { gpu.device.create_pipeline_cache(&descriptor) };
        Some(PipelineCache { cache, file, kept: kept.map_or(0, |data| fnv(&data)) })
    }

    /// Keeps what was compiled since. A file that cannot be written is no error: the next start compiles again.
    pub fn keep(&mut self) {
        let Some(data) = self.cache.get_data() else { return };
        let digest = fnv(&data);
        if digest == self.kept {
            return;
        }
        match write(&self.file, &data, digest) {
            Ok(()) => self.kept = digest,
            Err(error) => {
                tracing::debug!(%error, file = %self.file.display(), "compiled shaders are not kept");
            }
        }
    }
}

/// The data of a file that is what was written.
fn read(file: &Path) -> Option<Vec<u8>> {
    let mut bytes = std::fs::read(file).ok()?;
    let (_, digest) = bytes.split_last_chunk::<DIGEST>()?;
    let digest = u64::from_le_bytes(*digest);
    bytes.truncate(bytes.len() - DIGEST);
    (fnv(&bytes) == digest).then_some(bytes)
}

fn write(file: &Path, data: &[u8], digest: u64) -> std::io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut temporary = tempfile::NamedTempFile::new_in(folder)?;
    temporary.write_all(data)?;
    temporary.write_all(&digest.to_le_bytes())?;
    temporary.persist(file)?;
    Ok(())
}

/// A name that changes with the adapter, its driver, and the version of this program.
fn file_name(gpu: &Gpu, key: &str) -> String {
    let info = gpu.info();
    let parts = [&info.name, &info.backend, &info.driver, &info.driver_version].map(String::as_str);
    let parts = parts.into_iter().chain([key, env!("CARGO_PKG_VERSION")]);
    let bytes: Vec<u8> = parts.flat_map(|part| part.bytes().chain([0])).collect();
    format!("shaders-{:016x}.bin", fnv(&bytes))
}

/// Where users' programs keep what can be made again, with a folder of this one; `None` where the system has no
/// such place.
pub fn cache_folder() -> Option<PathBuf> {
    let strategy = etcetera::base_strategy::choose_native_strategy().ok()?;
    Some(strategy.cache_dir().join("nanobragg"))
}

/// FNV-1a: the same on every machine and with every compiler.
pub(crate) fn fnv(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_comes_back_unless_it_was_damaged() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a/shaders.bin");
        assert_eq!(read(&file), None);
        let data = [1, 2, 3, 4, 5];
        write(&file, &data, fnv(&data)).unwrap();
        assert_eq!(read(&file), Some(data.to_vec()));
        let mut bytes = std::fs::read(&file).unwrap();
        for at in 0..bytes.len() {
            bytes[at] ^= 1;
            std::fs::write(&file, &bytes).unwrap();
            assert_eq!(read(&file), None);
            bytes[at] ^= 1;
        }
        std::fs::write(&file, &bytes[..3]).unwrap();
        assert_eq!(read(&file), None);
    }
}
