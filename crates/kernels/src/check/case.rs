//! Random cases of one kernel, one after the other.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Debug;

use super::{Bench, Noise, TOLERANCE};

/// A kernel's shape, at which it is compared with its twin. Its `Debug` text tells shapes apart.
pub trait Case: Debug + Sized {
    /// The kernel.
    const NAME: &'static str;
    /// How many cases have their constants in common: a software adapter compiles a kernel for longer
    /// than it runs.
    const SHARE: u64;
    /// What else a kernel comes in: precisions, kinds of adapter.
    type Variant: Copy + Debug;

    /// A case of modest size: what is compiled into kernels comes from `constants`, the rest from
    /// `sizes`.
    fn random(variant: Self::Variant, constants: &mut Noise, sizes: &mut Noise) -> Self;

    /// The paper's sizes.
    fn papers(variant: Self::Variant) -> Vec<Self>;

    /// How far the kernel is from its twin on numbers from `noise`, as [`super::difference`] measures it.
    /// 0 for kernels whose results are compared exactly.
    ///
    /// # Errors
    /// What else is wrong, in words.
    fn difference(
        &self,
        bench: &mut Bench,
        noise: Noise,
    ) -> impl Future<Output = Result<f32, String>>;
}

/// What came of many cases.
#[derive(Clone, Debug)]
pub struct Report {
    /// The kernel and its variant.
    pub name: String,
    /// Different random shapes that were compared.
    pub cases: usize,
    /// Of the paper's sizes.
    pub papers: usize,
    /// How many different kernels were compiled for them, by the kernels' names.
    pub kernels: BTreeMap<&'static str, usize>,
    /// The largest difference.
    pub worst: f32,
    /// Cases that differ by more than [`TOLERANCE`], in words.
    pub failures: Vec<String>,
}

/// Compares at `count` different random shapes and at the paper's. The same ones every time.
pub async fn compare<C: Case>(bench: &mut Bench, variant: C::Variant, count: usize) -> Report {
    bench.take_kernels();
    let cases = shapes::<C>(variant, count);
    let papers = C::papers(variant);
    let mut report = Report {
        name: format!("{} {variant:?}", C::NAME)
            .replace(" ()", "")
            .replace(['(', ')'], ""),
        cases: cases.len(),
        papers: papers.len(),
        kernels: BTreeMap::new(),
        worst: 0.0,
        failures: Vec::new(),
    };
    for (number, case) in cases.iter().chain(&papers).enumerate() {
        match case.difference(bench, Noise::new(number as u64)).await {
            Ok(difference) => {
                report.worst = report.worst.max(difference);
                if difference > TOLERANCE {
                    report.failures.push(format!("{difference} off: {case:?}"));
                }
            }
            Err(why) => report.failures.push(format!("{why}: {case:?}")),
        }
    }
    report.kernels = bench.take_kernels();
    report
}

/// `count` different shapes.
fn shapes<C: Case>(variant: C::Variant, count: usize) -> Vec<C> {
    let mut seen = HashSet::new();
    let mut cases = Vec::with_capacity(count);
    for number in 0.. {
        if cases.len() == count {
            break;
        }
        // Seeds of the two must not meet, or sizes would follow from constants.
        let mut constants = Noise::new(!(number / C::SHARE));
        let case = C::random(variant, &mut constants, &mut Noise::new(number));
        if seen.insert(format!("{case:?}")) {
            cases.push(case);
        }
    }
    cases
}
