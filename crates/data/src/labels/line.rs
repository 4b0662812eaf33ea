//! One line of a file of grades.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::GRADES;

/// A grade of a clip. Other tools may name the clip by its checksum alone, and say more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Line {
    /// Number of the clip.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) clip: Option<u64>,
    /// SHA-256 of the clip's frames, in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sha256: Option<String>,
    /// 1 to 5.
    pub(super) grade: u8,
}

/// Why a line is not one.
pub(super) enum Wrong {
    /// Not even JSON.
    NotJson(String),
    /// JSON, but no grade of a clip.
    NotALabel(String),
}

impl Line {
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Wrong> {
        let value: Value = serde_json::from_slice(bytes)
            .map_err(|e| Wrong::NotJson(format!("it is not valid JSON ({e})")))?;
        let line = Self::deserialize(&value)
            .map_err(|e| Wrong::NotALabel(format!("it is no grade of a clip ({e})")))?;
        if !GRADES.contains(&line.grade) {
            return Err(Wrong::NotALabel(format!(
                "grade {} is not one of 1 (bad) to 5 (good)",
                line.grade
            )));
        }
        Ok(line)
    }

    /// The line with its end.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec(self).expect("numbers and text are JSON");
        bytes.push(b'\n');
        bytes
    }
}
