//! The adapters of the machine.

use crate::error::{Cause, Error};
use crate::limits::Limits;

/// What kind of device an adapter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// With memory of its own.
    Discrete,
    /// Part of the processor.
    Integrated,
    /// Of a virtual machine.
    Virtual,
    /// What the driver does not tell.
    Other,
    /// Software on the processor's cores.
    Cpu,
}

impl Kind {
    fn of(kind: wgpu::DeviceType) -> Self {
        match kind {
            wgpu::DeviceType::DiscreteGpu => Kind::Discrete,
            wgpu::DeviceType::IntegratedGpu => Kind::Integrated,
            wgpu::DeviceType::VirtualGpu => Kind::Virtual,
            wgpu::DeviceType::Cpu => Kind::Cpu,
            wgpu::DeviceType::Other => Kind::Other,
        }
    }

    /// Name as users read it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Discrete => "discrete",
            Kind::Integrated => "integrated",
            Kind::Virtual => "virtual",
            Kind::Other => "other",
            Kind::Cpu => "software",
        }
    }
}

/// An adapter of the machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdapterInfo {
    /// Number by which it is chosen.
    pub index: usize,
    /// Name that the driver gives it.
    pub name: String,
    /// Interface: `vulkan`, `metal`, `dx12`.
    pub backend: String,
    /// What kind of device it is.
    pub kind: Kind,
    /// Name of the driver.
    pub driver: String,
    /// Version of the driver.
    pub driver_version: String,
    /// Whether it computes in double precision.
    pub double_precision: bool,
    /// Whether it measures the time of its work.
    pub timestamps: bool,
    /// Sizes that the renderer keeps within.
    pub limits: Limits,
}

impl AdapterInfo {
    fn of(index: usize, adapter: &wgpu::Adapter) -> Self {
        let info = adapter.get_info();
        let features = adapter.features();
        AdapterInfo {
            index,
            name: info.name,
            backend: info.backend.to_string(),
            kind: Kind::of(info.device_type),
            driver: info.driver,
            driver_version: info.driver_info,
            double_precision: features.contains(wgpu::Features::SHADER_F64),
            timestamps: features.contains(wgpu::Features::TIMESTAMP_QUERY),
            limits: Limits::of(&adapter.limits()),
        }
    }

    /// Whether it is hardware, not software on the processor's cores.
    pub fn is_real(&self) -> bool {
        self.kind != Kind::Cpu
    }
}

impl std::fmt::Display for AdapterInfo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} ({})", self.index, self.name, self.backend)
    }
}

/// Which adapter to open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Selection {
    /// The first whose name holds this, upper or lower case, or whose number it is.
    Named(String),
    /// The one of this number.
    Index(usize),
    /// The best that is hardware.
    #[default]
    BestReal,
    /// The best, software where there is nothing else.
    Any,
}

/// All adapters, in the driver's order.
pub fn adapters() -> Vec<AdapterInfo> {
    numbered(&enumerate())
}

fn enumerate() -> Vec<wgpu::Adapter> {
    let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
    descriptor.flags = wgpu::InstanceFlags::empty();
    let instance = wgpu::Instance::new(descriptor);
    pollster::block_on(instance.enumerate_adapters(wgpu::Backends::all()))
}

fn numbered(adapters: &[wgpu::Adapter]) -> Vec<AdapterInfo> {
    adapters.iter().enumerate().map(|(index, adapter)| AdapterInfo::of(index, adapter)).collect()
}

/// The adapter that `selection` means.
pub(crate) fn select(selection: &Selection) -> Result<(wgpu::Adapter, AdapterInfo), Error> {
    let mut adapters = enumerate();
    let infos = numbered(&adapters);
    let info = choose(selection, &infos)?.clone();
    Ok((adapters.swap_remove(info.index), info))
}

fn choose<'a>(selection: &Selection, infos: &'a [AdapterInfo]) -> Result<&'a AdapterInfo, Error> {
    if infos.is_empty() {
        return Err(Cause::NoAdapter { software: false }.into());
    }
    let missing = |asked: String| {
        Cause::NoSuchAdapter { asked, present: infos.iter().map(AdapterInfo::to_string).collect() }.into()
    };
    let best = |real: bool| infos.iter().filter(|info| info.is_real() || !real).min_by_key(|info| info.kind);
    match selection {
        Selection::Named(name) => {
            let wanted = name.to_lowercase();
            let named =
                infos.iter().find(|info| !wanted.is_empty() && info.name.to_lowercase().contains(&wanted));
            let numbered = || name.parse::<usize>().ok().and_then(|index| infos.get(index));
            numbered().or(named).ok_or_else(|| missing(name.clone()))
        }
        Selection::Index(index) => infos.get(*index).ok_or_else(|| missing(index.to_string())),
        Selection::BestReal => best(true).ok_or(Cause::NoAdapter { software: true }.into()),
        Selection::Any => best(false).ok_or(Cause::NoAdapter { software: false }.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(index: usize, name: &str, kind: Kind) -> AdapterInfo {
        AdapterInfo {
            index,
            name: name.to_owned(),
            backend: "vulkan".to_owned(),
            kind,
            driver: String::new(),
            driver_version: String::new(),
            double_precision: true,
            timestamps: true,
            limits: Limits { binding: 1 << 27, buffer: 1 << 31, groups: 65_535, terms: None },
        }
    }

    #[test]
    fn the_best_adapter_is_hardware_with_memory_of_its_own() {
        let infos = [
            info(0, "llvmpipe", Kind::Cpu),
            info(1, "Iris", Kind::Integrated),
            info(2, "H100", Kind::Discrete),
        ];
        let chosen = |selection: Selection| choose(&selection, &infos).unwrap().index;
        assert_eq!(chosen(Selection::BestReal), 2);
        assert_eq!(chosen(Selection::Any), 2);
        assert_eq!(chosen(Selection::Named("iris".to_owned())), 1);
        assert_eq!(chosen(Selection::Named("0".to_owned())), 0);
        assert_eq!(chosen(Selection::Index(1)), 1);
    }

    #[test]
    fn software_is_taken_only_where_it_is_asked_for() {
        let infos = [info(0, "llvmpipe", Kind::Cpu)];
        let software = choose(&Selection::BestReal, &infos).unwrap_err();
        assert!(software.to_string().contains("but software ones"), "{software}");
        assert_eq!(choose(&Selection::Any, &infos).unwrap().index, 0);
        assert_eq!(choose(&Selection::Any, &[]).unwrap_err().kind(), crate::ErrorKind::NoAdapter);
    }

    #[test]
    fn an_adapter_that_is_not_there_is_an_error_that_names_those_that_are() {
        let infos = [info(0, "llvmpipe", Kind::Cpu)];
        for selection in
            [Selection::Named("radeon".to_owned()), Selection::Index(3), Selection::Named(String::new())]
        {
            let error = choose(&selection, &infos).unwrap_err();
            assert!(error.to_string().ends_with("there are: 0 llvmpipe (vulkan)"), "{error}");
        }
    }
}
