//! Compiled shaders, kept for the images to come.

use std::collections::HashMap;
use std::num::NonZeroU64;

use crate::error::{Cause, Error};
use crate::gpu::Gpu;
use crate::permutation::Permutation;

/// Number of bindings; the first is the dispatch.
pub(crate) const BINDINGS: u32 = 9;
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
}

impl Compiled {
    pub fn new(gpu: &Gpu) -> Self {
        let entries: Vec<wgpu::BindGroupLayoutEntry> = (0..BINDINGS)
            .map(|binding| wgpu::BindGroupLayoutEntry {
                binding,
                visibility: wgpu::ShaderStages::COMPUTE,
                ty: wgpu::BindingType::Buffer {
                    ty: match binding {
                        0 => wgpu::BufferBindingType::Uniform,
                        _ => wgpu::BufferBindingType::Storage { read_only: binding != SUMS },
                    },
                    has_dynamic_offset: false,
                    min_binding_size: (binding == 0).then(|| NonZeroU64::new(64)).flatten(),
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
            immediate_size: 0,
        });
        Compiled { layout, pipeline_layout, known: HashMap::new() }
    }

    /// The pipelines of `permutation`, compiled where they are not known yet.
    pub fn get(&mut self, gpu: &Gpu, permutation: Permutation) -> Result<Pipelines, Error> {
        if let Some(pipelines) = self.known.get(&permutation) {
            return Ok(pipelines.clone());
        }
        let span = tracing::debug_span!("compile", ?permutation);
        let _entered = span.enter();
        let scope = gpu.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let module = gpu.device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some("nanobragg"),
            source: wgpu::ShaderSource::Wgsl(permutation.source().into()),
        });
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
                cache: None,
            })
        };
        let pipelines = Pipelines { render: pipeline("render"), finish: pipeline("finish") };
        if let Some(error) = pollster::block_on(scope.pop()) {
            gpu.check()?;
            return Err(Cause::Shader { adapter: gpu.info.name.clone(), reason: error.to_string() }.into());
        }
        gpu.check()?;
        self.known.insert(permutation, pipelines.clone());
        Ok(pipelines)
    }
}
