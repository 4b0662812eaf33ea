//! Parameters of a module by name: how weights get out of a model and into one.
//!
//! A name is the path of fields that leads to the parameter, `encoder.transformer.blocks.0.…`;
//! it is the same in world files, checkpoints and reference vectors.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Tensor, TensorData};

use crate::error::{Error, Result};

/// A parameter's values, row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct Values {
    /// Its shape.
    pub shape: Vec<usize>,
    /// Its values.
    pub data: Vec<f32>,
}

/// Parameters by name.
pub type Named = BTreeMap<String, Values>;

/// Fields that an enum's variant adds to a path; they would tie file names to Rust names.
fn is_variant(container: &str) -> bool {
    container.starts_with("Enum:")
}

#[derive(Default)]
struct Path(Vec<(String, bool)>);

impl Path {
    fn enter(&mut self, name: &str, container: &str) {
        // An enum is entered by its field's name and once more by its variant's.
        let hidden = self.0.last().is_some_and(|_| {
            is_variant(container) && name.chars().next().is_some_and(char::is_uppercase)
        });
        self.0.push((name.to_owned(), hidden));
    }

    fn leave(&mut self) {
        self.0.pop();
    }

    fn name(&self) -> String {
        let parts: Vec<&str> = self
            .0
            .iter()
            .filter(|(_, hidden)| !hidden)
            .map(|(name, _)| name.as_str())
            .collect();
        parts.join(".")
    }
}

struct Collector {
    path: Path,
    tensors: Vec<(String, Vec<usize>, Tensor<1>)>,
}

impl ModuleVisitor for Collector {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.leave();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let value = param.val();
        let shape = value.dims().to_vec();
        let flat = value.inner_or_self().reshape([shape.iter().product::<usize>()]);
        self.tensors.push((self.path.name(), shape, flat));
    }
}

/// Reads every parameter of `module`.
///
/// # Errors
/// [`Error::Device`] if the device can't be read.
pub async fn read<M: Module>(module: &M) -> Result<Named> {
    let mut collector = Collector { path: Path::default(), tensors: Vec::new() };
    module.visit(&mut collector);
    let mut named = Named::new();
    for (name, shape, tensor) in collector.tensors {
        let data = tensor.into_data_async().await.map_err(Error::device)?;
        let data = data.convert::<f32>().to_vec().map_err(Error::device)?;
        named.insert(name, Values { shape, data });
    }
    Ok(named)
}

/// Names and shapes of every parameter of `module`, in order of name.
pub fn shapes<M: Module>(module: &M) -> BTreeMap<String, Vec<usize>> {
    struct Shapes(Path, BTreeMap<String, Vec<usize>>);
    impl ModuleVisitor for Shapes {
        fn enter_module(&mut self, name: &str, container: &str) {
            self.0.enter(name, container);
        }
        fn exit_module(&mut self, _name: &str, _container: &str) {
            self.0.leave();
        }
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.1.insert(self.0.name(), param.dims().to_vec());
        }
    }
    let mut shapes = Shapes(Path::default(), BTreeMap::new());
    module.visit(&mut shapes);
    shapes.1
}

/// Number of parameters of `module`.
pub fn count<M: Module>(module: &M) -> usize {
    shapes(module)
        .values()
        .map(|shape| shape.iter().product::<usize>())
        .sum()
}

struct Loader<'a> {
    path: Path,
    prefix: &'a str,
    values: &'a dyn Fn(&str) -> Option<Values>,
    problem: Option<String>,
}

impl ModuleMapper for Loader<'_> {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.leave();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let name = format!("{}{}", self.prefix, self.path.name());
        let shape = param.dims();
        let problem = match (self.values)(&name) {
            Some(values) if values.shape == shape => {
                return param.map(|old| {
                    let device = old.device();
                    let new = Tensor::from_data(TensorData::new(values.data, shape), &device);
                    if old.is_require_grad() { new.require_grad() } else { new }
                });
            }
            Some(values) => format!("{name} has shape {:?}, expected {shape:?}", values.shape),
            None => format!("{name} is missing"),
        };
        self.problem.get_or_insert(problem);
        param
    }
}

/// `module` with every parameter replaced by `values(prefix + name)`.
///
/// # Errors
/// [`Error::Weights`], naming the first parameter that is missing or has another shape.
pub fn load<M: Module>(
    module: M,
    prefix: &str,
    values: &dyn Fn(&str) -> Option<Values>,
) -> Result<M> {
    let mut loader = Loader { path: Path::default(), prefix, values, problem: None };
    let module = module.map(&mut loader);
    match loader.problem {
        Some(problem) => Err(Error::Weights(problem)),
        None => Ok(module),
    }
}
