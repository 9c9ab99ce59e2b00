/// A setting outside its range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name} {found} is outside {allowed}")]
pub struct SettingsError {
    /// Which setting.
    pub name: String,
    /// The value given.
    pub found: String,
    /// The values allowed.
    pub allowed: String,
}

impl SettingsError {
    /// Names the setting, the value given and the values allowed.
    pub fn new(name: impl Into<String>, found: impl ToString, allowed: impl Into<String>) -> Self {
        Self { name: name.into(), found: found.to_string(), allowed: allowed.into() }
    }
}
