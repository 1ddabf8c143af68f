#![allow(missing_docs)]
//! Temporary.
use super::*;
#[derive(Default)]
pub struct Shelf;
impl Shelf {
    pub fn list(&mut self, path: &Path) -> Result<Vec<Description>> {
        bail!("{}", path.display())
    }
    pub fn open(
        &mut self,
        path: &Path,
        _: Option<&str>,
        _: Configuration,
    ) -> Result<Box<dyn Instrument>> {
        bail!("{}", path.display())
    }
    pub fn open_uri(&mut self, uri: &str, _: Configuration) -> Result<Box<dyn Instrument>> {
        bail!("{uri}")
    }
    pub fn describe(&mut self, path: &Path, _: &str) -> Result<(Description, Vec<Parameter>)> {
        bail!("{}", path.display())
    }
}
