//! The instants of a run at which a process may end, as an observer is told of them.

/// Something that was just done. Tests end the process there; nobody else needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// What an earlier process left was put right.
    Recovered,
    /// The definitions were read, and their next instants written down.
    Planned,
    /// Instants that have come were made into runs.
    MadeDue,
    /// A run was marked as being rendered.
    Begun,
    /// The engine answered.
    Answered,
    /// A file of a run was written.
    Written,
    /// All that a run was made of, its files and its recipients were recorded.
    Recorded,
    /// A parcel was made for a recipient.
    Packed,
    /// It was noted that the parcel may have arrived from here on.
    Noted,
    /// The channel returned.
    Returned,
    /// What became of the sending was written down.
    Settled,
    /// Folders of old runs were removed.
    Tidied,
}
