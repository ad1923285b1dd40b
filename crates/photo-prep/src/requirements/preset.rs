//! Requirements of services that publish them, kept as files in the folder `presets`.

use super::definition::Requirements;
use super::file::{RequirementsError, RequirementsFile};

/// Requirements of a service, known by a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preset {
    /// The name, such as `zoho-crm-photo`.
    pub name: &'static str,
    /// Its file's content.
    pub text: &'static str,
}

/// All of them, the default first.
const PRESETS: [Preset; 4] = [
    Preset { name: "zoho-crm-photo", text: include_str!("../../presets/zoho-crm-photo.toml") },
    Preset { name: "github-avatar", text: include_str!("../../presets/github-avatar.toml") },
    Preset { name: "google-merchant-image", text: include_str!("../../presets/google-merchant-image.toml") },
    Preset { name: "us-visa-photo", text: include_str!("../../presets/us-visa-photo.toml") },
];

impl Preset {
    /// All presets, the default first.
    #[must_use]
    pub fn all() -> &'static [Self] {
        &PRESETS
    }

    /// The preset of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        PRESETS.iter().find(|preset| preset.name == name)
    }

    /// What its file says.
    ///
    /// # Errors
    /// None for the presets that come with this crate; tests read them all.
    pub fn file(&self) -> Result<RequirementsFile, RequirementsError> {
        RequirementsFile::from_toml(self.text)
    }

    /// Its requirements.
    ///
    /// # Errors
    /// As [`file`](Self::file).
    pub fn requirements(&self) -> Result<Requirements, RequirementsError> {
        self.file().map(|file| file.requirements)
    }
}
