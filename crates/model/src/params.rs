//! Parameters of a module by name: how weights get out of a model and into one.
//!
//! A name is the path of fields that leads to the parameter, `encoder.transformer.blocks.0.…`;
//! it is the same in world files, checkpoints and reference vectors.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Tensor, TensorData};
use kernels::Parameters;

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

/// The values called `name`.
///
/// # Errors
/// [`Error::Weights`] if there are none.
pub(crate) fn values<'a>(named: &'a Named, name: &str) -> Result<&'a [f32]> {
    named
        .get(name)
        .map(|values| values.data.as_slice())
        .ok_or_else(|| Error::Weights(format!("{name} is missing")))
}

/// The linear layer called `name`, behind the layer norm `norm` if there is one.
///
/// # Errors
/// [`Error::Weights`] if a parameter is missing.
pub(crate) fn linear<'a>(
    named: &'a Named,
    name: &str,
    norm: Option<&str>,
) -> Result<Parameters<'a>> {
    let norm = norm
        .map(|norm| {
            let gamma = values(named, &format!("{norm}.gamma"))?;
            Ok::<_, Error>((gamma, values(named, &format!("{norm}.beta"))?))
        })
        .transpose()?;
    Ok(Parameters {
        weight: values(named, &format!("{name}.weight"))?,
        bias: values(named, &format!("{name}.bias"))?,
        norm,
    })
}

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

/// Does something with each parameter of a module, by name. See [`visit`].
pub trait Visit {
    /// Called once per parameter.
    fn parameter<const D: usize>(&mut self, name: &str, value: Tensor<D>);
}

/// Replaces each parameter of a module, by name. See [`map`].
pub trait Map {
    /// Called once per parameter; returns its new value, of the same shape.
    fn parameter<const D: usize>(&mut self, name: &str, value: Tensor<D>) -> Tensor<D>;
}

struct ByName<'a, F> {
    path: Path,
    inner: &'a mut F,
}

impl<F: Visit> ModuleVisitor for ByName<'_, F> {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.leave();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.inner.parameter(&self.path.name(), param.val());
    }
}

impl<F: Map> ModuleMapper for ByName<'_, F> {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.leave();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let name = self.path.name();
        param.map(|value| self.inner.parameter(&name, value))
    }
}

/// Calls `visitor` for every parameter of `module`.
pub fn visit<M: Module>(module: &M, visitor: &mut impl Visit) {
    module.visit(&mut ByName {
        path: Path::default(),
        inner: visitor,
    });
}

/// `module` with every parameter replaced by what `mapper` returns for it.
pub fn map<M: Module>(module: M, mapper: &mut impl Map) -> M {
    module.map(&mut ByName {
        path: Path::default(),
        inner: mapper,
    })
}

/// Reads every parameter of `module`, under `prefix` + its name.
///
/// # Errors
/// [`Error::Device`] if the device can't be read.
pub async fn read<M: Module>(module: &M, prefix: &str) -> Result<Named> {
    #[derive(Default)]
    struct Collector(Vec<(String, Vec<usize>, Tensor<1>)>);
    impl Visit for Collector {
        fn parameter<const D: usize>(&mut self, name: &str, value: Tensor<D>) {
            let shape = value.dims().to_vec();
            let flat = value.reshape([shape.iter().product::<usize>()]);
            self.0.push((name.to_owned(), shape, flat));
        }
    }
    let mut collector = Collector::default();
    visit(module, &mut collector);
    let mut named = Named::new();
    for (name, shape, tensor) in collector.0 {
        let data = tensor.into_data_async().await.map_err(Error::device)?;
        let data = data.convert::<f32>().try_to_vec().map_err(Error::device)?;
        named.insert(format!("{prefix}{name}"), Values { shape, data });
    }
    Ok(named)
}

/// Names and shapes of every parameter of `module`, in order of name.
pub fn shapes<M: Module>(module: &M) -> BTreeMap<String, Vec<usize>> {
    struct Shapes(BTreeMap<String, Vec<usize>>);
    impl Visit for Shapes {
        fn parameter<const D: usize>(&mut self, name: &str, value: Tensor<D>) {
            self.0.insert(name.to_owned(), value.dims().to_vec());
        }
    }
    let mut shapes = Shapes(BTreeMap::new());
    visit(module, &mut shapes);
    shapes.0
}

/// Number of parameters of `module`.
pub fn count<M: Module>(module: &M) -> usize {
    shapes(module)
        .values()
        .map(|shape| shape.iter().product::<usize>())
        .sum()
}

struct Loader<'a> {
    prefix: &'a str,
    values: &'a dyn Fn(&str) -> Option<Values>,
    problem: Option<String>,
}

impl Map for Loader<'_> {
    fn parameter<const D: usize>(&mut self, name: &str, old: Tensor<D>) -> Tensor<D> {
        let name = format!("{}{name}", self.prefix);
        let shape = old.dims();
        let problem = match (self.values)(&name) {
            Some(values) if values.shape == shape => {
                let new = Tensor::from_data(TensorData::new(values.data, shape), &old.device());
                return new.set_require_grad(old.is_require_grad());
            }
            Some(values) => format!("{name} has shape {:?}, expected {shape:?}", values.shape),
            None => format!("{name} is missing"),
        };
        self.problem.get_or_insert(problem);
        old
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
    let mut loader = Loader {
        prefix,
        values,
        problem: None,
    };
    let module = map(module, &mut loader);
    match loader.problem {
        Some(problem) => Err(Error::Weights(problem)),
        None => Ok(module),
    }
}
