//! A catalogue of screens and reasons: what is read is what is written again, and what is wrong is
//! said.

use weir_domain::{Catalogue, Overlay};

use crate::text;

pub(super) fn run(data: &[u8]) {
    let Some(text) = text::of(data) else { return };
    match Overlay::read(text) {
        Ok(overlay) => {
            let written = overlay.to_toml();
            assert_eq!(Overlay::read(&written).as_ref().ok(), Some(&overlay), "{written}");
            let shipped = Catalogue::shipped();
            let all = shipped.under(&overlay);
            assert_eq!(Catalogue::read(&all.to_toml()).ok().as_ref(), Some(&all));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
