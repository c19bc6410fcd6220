//! How far it is.

/// What is done at the moment, with how far it is and how far there is to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The report that the copy must give is asked for.
    Asking,
    /// Deliveries are copied, and their seals proved on the way.
    Copying,
    /// What lies in a store is fetched, and proved on the way.
    Fetching,
    /// The copy's seals are read again from its file.
    Proving,
    /// The copy is folded from zero.
    Folding,
    /// Personal values are sealed.
    Sealing,
    /// Deliveries of the sealed log are opened and held against the originals.
    Comparing,
}

impl Stage {
    /// A verb for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Stage::Asking => "asking what is served",
            Stage::Copying => "copying deliveries",
            Stage::Fetching => "fetching what was stored",
            Stage::Proving => "proving seals",
            Stage::Folding => "folding the copy",
            Stage::Sealing => "sealing deliveries",
            Stage::Comparing => "comparing deliveries",
        }
    }
}

/// Is told of each stage how far it is, and how far there is to go.
pub type Progress<'a> = &'a mut dyn FnMut(Stage, u64, u64);
