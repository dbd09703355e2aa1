//! Compiled shaders, kept for the images to come.

#![allow(unsafe_code, reason = "shaders without the compiler's own checks")]

use std::collections::HashMap;
use std::time::Instant;

use crate::cache::PipelineCache;
use crate::error::{Cause, Error};
use crate::gpu::Gpu;
use crate::layout::Dispatch;
use crate::permutation::Permutation;

/// Number of bindings; the first has number 1.
pub(crate) const BINDINGS: u32 = 8;
/// The binding that shaders write.
pub(crate) const SUMS: u32 = 5;

/// The two entry points of a permutation.
#[derive(Clone, Debug)]
pub(crate) struct Pipelines {
    pub render: wgpu::ComputePipeline,
    pub finish: wgpu::ComputePipeline,
}

/// Pipelines by permutation, and the layout that they share.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub layout: wgpu::BindGroupLayout,
    pipeline_layout: wgpu::PipelineLayout,
    known: HashMap<Permutation, Pipelines>,
    cache: Option<PipelineCache>,
}

impl Compiled {
    pub fn new(gpu: &Gpu) -> Self {
        let entries: Vec<wgpu::BindGroupLayoutEntry> = (1..=BINDINGS)
            .map(|binding| wgpu::BindGroupLayoutEntry {
                binding,
                visibility: wgpu::ShaderStages::COMPUTE,
                ty: wgpu::BindingType::Buffer {
                    ty: wgpu::BufferBindingType::Storage { read_only: binding != SUMS },
                    has_dynamic_offset: false,
                    min_binding_size: None,
                },
                count: None,
            })
            .collect();
        let layout = gpu
            .device
            .create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: None, entries: &entries });
        let pipeline_layout = gpu.device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: None,
            bind_group_layouts: &[Some(&layout)],
            immediate_size: size_of::<Dispatch>() as u32,
        });
        Compiled { layout, pipeline_layout, known: HashMap::new(), cache: PipelineCache::open(gpu) }
    }

    /// The pipelines of `permutation`, compiled where they are not known yet.
    pub fn get(&mut self, gpu: &Gpu, permutation: Permutation) -> Result<Pipelines, Error> {
        if let Some(pipelines) = self.known.get(&permutation) {
            return Ok(pipelines.clone());
        }
        let began = Instant::now();
        let scope = gpu.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let descriptor = wgpu::ShaderModuleDescriptor {
            label: Some("nanobragg"),
            source: wgpu::ShaderSource::Wgsl(permutation.source().into()),
        };
        // Checks cost a third of the time of a term. Builds for development and tests have them.
        let checks = if cfg!(debug_assertions) {
            wgpu::ShaderRuntimeChecks::checked()
        } else {
            wgpu::ShaderRuntimeChecks::unchecked()
        };
        // SAFETY: the shaders are this crate's own. Indices of the table are clamped to it, or within it by `is_safe`; those of
        // the other buffers are below the numbers that `Holdings` has made room for. All loops count up to such a number.
        let module = unsafe { gpu.device.create_shader_module_trusted(descriptor, checks) };
        let cache = self.cache.as_ref().map(|kept| &kept.cache);
        let pipeline = |entry_point: &str| {
            gpu.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some(entry_point),
                layout: Some(&self.pipeline_layout),
                module: &module,
                entry_point: Some(entry_point),
                compilation_options: wgpu::PipelineCompilationOptions {
                    zero_initialize_workgroup_memory: false,
                    ..wgpu::PipelineCompilationOptions::default()
                },
                cache,
            })
        };
        let [render, finish] = permutation.entries();
        let pipelines = Pipelines { render: pipeline(render), finish: pipeline(finish) };
        if let Some(error) = pollster::block_on(scope.pop()) {
            gpu.check()?;
            return Err(Cause::Shader { adapter: gpu.info.name.clone(), reason: error.to_string() }.into());
        }
        gpu.check()?;
        if let Some(cache) = &mut self.cache {
            cache.keep();
        }
        tracing::debug!(?permutation, took = ?began.elapsed(), "compiled");
        self.known.insert(permutation, pipelines.clone());
        Ok(pipelines)
    }
}
