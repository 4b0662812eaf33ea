//! A WGSL kernel's text: files from the `wgsl/` folder after a head of constants. What runs it is
//! either [`crate::gpu`], which plays, or the extension of burn's backend in `crate::wgsl`.

/// The most invocations of a workgroup, and the most bytes they share, that WebGPU promises.
const MAX_LANES: u32 = 256;
const MAX_SHARED_BYTES: u32 = 16 * 1024;

/// A kernel with its constants. Two kernels of one name and equal constants are the same.
#[derive(Clone, Debug)]
pub struct Kernel {
    /// Distinguishes kernels: the name of its file, and of what it is joined with.
    pub name: &'static str,
    /// Text of its files, shared maths first.
    pub files: &'static [&'static str],
    /// What its files leave open, by name. `LANES` must be among them.
    pub constants: Vec<(&'static str, u32)>,
    /// Shared memory of a workgroup, as the head of its file says.
    pub shared_bytes: u32,
}

/// How a kernel binds a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// A storage buffer that it reads.
    Read,
    /// A storage buffer that it writes, and may read.
    Write,
    /// A uniform buffer.
    Uniform,
}

impl Kernel {
    /// The value of a constant.
    ///
    /// # Panics
    /// If the kernel has no constant of that name: a mistake in this crate.
    pub fn constant(&self, name: &str) -> u32 {
        self.constants
            .iter()
            .find(|(constant, _)| *constant == name)
            .map_or_else(
                || panic!("kernel {} has no {name}", self.name),
                |(_, value)| *value,
            )
    }

    /// Whether a workgroup stays within what every WebGPU device offers.
    pub fn keeps_the_contract(&self) -> bool {
        (1..=MAX_LANES).contains(&self.constant("LANES")) && self.shared_bytes <= MAX_SHARED_BYTES
    }

    /// The whole text.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (name, value) in &self.constants {
            text.push_str(&format!("const {name}: u32 = {value}u;\n"));
        }
        for file in self.files {
            text.push_str(&self.repeated(file));
        }
        text
    }

    /// `text` with the lines between `// repeat RR < NAME` and its `// end` repeated as often as the
    /// constant NAME says, and RR in them replaced by 0, 1, … So registers have names, where WGSL would
    /// make an array of them.
    fn repeated(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let Some((variable, constant)) = repetition(line) else {
                out.push_str(line);
                out.push('\n');
                continue;
            };
            let mut depth = 1;
            let mut body = String::new();
            for line in lines.by_ref() {
                if repetition(line).is_some() {
                    depth += 1;
                } else if line.trim() == "// end" {
                    depth -= 1;
                    if depth == 0 {
                        break;
                    }
                }
                body.push_str(line);
                body.push('\n');
            }
            for number in 0..self.constant(constant) {
                let body = body.replace(variable, &number.to_string());
                out.push_str(&self.repeated(&body));
            }
        }
        out
    }

    /// How it binds each buffer of its group, in order of binding, as its text declares.
    pub fn bindings(&self) -> Vec<Access> {
        let mut bindings: Vec<(usize, Access)> = self
            .files
            .iter()
            .flat_map(|file| file.lines())
            .filter_map(|line| {
                let (number, rest) = line.split_once("@binding(")?.1.split_once(')')?;
                let access = if rest.contains("var<uniform>") {
                    Access::Uniform
                } else if rest.contains("read_write") {
                    Access::Write
                } else {
                    Access::Read
                };
                Some((number.parse().ok()?, access))
            })
            .collect();
        bindings.sort_by_key(|(number, _)| *number);
        bindings.into_iter().map(|(_, access)| access).collect()
    }
}

/// The variable and the constant of a line such as `// repeat RR < TILE_ROWS`.
fn repetition(line: &str) -> Option<(&str, &str)> {
    line.trim().strip_prefix("// repeat ")?.split_once(" < ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bindings_are_as_the_text_declares_them() {
        let kernel = Kernel {
            name: "test",
            files: &[
                "@group(0) @binding(2) var<uniform> s: S;\n",
                "// a comment\n@group(0) @binding(0) var<storage, read> x: array<f32>;\n\
                 @group(0) @binding(1) var<storage, read_write> y: array<f32>;\n",
            ],
            constants: vec![("LANES", 4)],
            shared_bytes: 0,
        };
        assert_eq!(
            kernel.bindings(),
            [Access::Read, Access::Write, Access::Uniform]
        );
        assert!(kernel.text().starts_with("const LANES: u32 = 4u;\n"));
    }

    #[test]
    fn marked_lines_are_repeated_inside_each_other() {
        let kernel = Kernel {
            name: "test",
            files: &[
                "a\n  // repeat RR < ROWS\n  x_RR\n// repeat CC < LANES\ny_RR_CC = CCu\n// end\n// end\nb\n",
            ],
            constants: vec![("ROWS", 2), ("LANES", 3)],
            shared_bytes: 0,
        };
        let text = kernel.text();
        let lines: Vec<&str> = text.lines().skip(2).map(str::trim).collect();
        assert_eq!(
            lines,
            [
                "a",
                "x_0",
                "y_0_0 = 0u",
                "y_0_1 = 1u",
                "y_0_2 = 2u",
                "x_1",
                "y_1_0 = 0u",
                "y_1_1 = 1u",
                "y_1_2 = 2u",
                "b"
            ]
        );
    }
}
