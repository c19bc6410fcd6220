//! What can be done.

use std::str::FromStr;

/// What somebody did, as the record names it. A name once given stays what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Did {
    /// Somebody said who they are, and was let in.
    SignedIn,
    /// Somebody said who they are, and was not believed.
    SignInRefused,
    /// Somebody ended their session.
    SignedOut,
    /// A session of an end-user was shown, or what belongs to it.
    SawSession,
    /// Sessions of end-users were listed.
    SawSessions,
    /// A delivery was shown as it came.
    SawDelivery,
    /// Sessions were looked for by a person's reference. By which is not noted.
    SearchedByReference,
    /// The names of those who may sign in, and their tokens, were shown.
    SawPeople,
    /// This record was shown.
    SawAudit,
    /// Something was taken along as a file.
    Exported,
    /// Deliveries were appended from a file.
    Imported,
    /// What screens and reasons are called, and where they stand, was changed.
    ChangedCatalogue,
    /// A saved view was made, renamed or removed.
    ChangedView,
    /// A link for others was made or ended.
    ChangedShare,
    /// Who may sign in, and what they may do, was changed; also a password.
    ChangedPerson,
    /// An API token was made or revoked.
    ChangedToken,
    /// A secret that deliveries are signed with was added, replaced or retired.
    ChangedSecret,
    /// A report that is sent by itself was defined, changed or removed.
    ChangedDefinition,
    /// A report was asked to be made, or sent again.
    AskedForRun,
    /// Somebody said that they know of an alert.
    AcknowledgedAlert,
    /// A backup was made.
    BackedUp,
    /// A backup was restored.
    Restored,
    /// What is known of a person was erased.
    Erased,
    /// Deliveries lost what they said of persons, since they were old enough.
    RetentionRan,
    /// What persons are called in the log was sealed.
    Sealed,
}

impl Did {
    /// All of them.
    pub const ALL: &'static [Did] = &[
        Did::SignedIn,
        Did::SignInRefused,
        Did::SignedOut,
        Did::SawSession,
        Did::SawSessions,
        Did::SawDelivery,
        Did::SearchedByReference,
        Did::SawPeople,
        Did::SawAudit,
        Did::Exported,
        Did::Imported,
        Did::ChangedCatalogue,
        Did::ChangedView,
        Did::ChangedShare,
        Did::ChangedPerson,
        Did::ChangedToken,
        Did::ChangedSecret,
        Did::ChangedDefinition,
        Did::AskedForRun,
        Did::AcknowledgedAlert,
        Did::BackedUp,
        Did::Restored,
        Did::Erased,
        Did::RetentionRan,
        Did::Sealed,
    ];

    /// As it stands in the record, and as flags and parameters take it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Did::SignedIn => "signed-in",
            Did::SignInRefused => "sign-in-refused",
            Did::SignedOut => "signed-out",
            Did::SawSession => "saw-session",
            Did::SawSessions => "saw-sessions",
            Did::SawDelivery => "saw-delivery",
            Did::SearchedByReference => "searched-by-reference",
            Did::SawPeople => "saw-people",
            Did::SawAudit => "saw-audit",
            Did::Exported => "exported",
            Did::Imported => "imported",
            Did::ChangedCatalogue => "changed-catalogue",
            Did::ChangedView => "changed-view",
            Did::ChangedShare => "changed-share",
            Did::ChangedPerson => "changed-person",
            Did::ChangedToken => "changed-token",
            Did::ChangedSecret => "changed-secret",
            Did::ChangedDefinition => "changed-definition",
            Did::AskedForRun => "asked-for-run",
            Did::AcknowledgedAlert => "acknowledged-alert",
            Did::BackedUp => "backed-up",
            Did::Restored => "restored",
            Did::Erased => "erased",
            Did::RetentionRan => "retention-ran",
            Did::Sealed => "sealed",
        }
    }
}

impl FromStr for Did {
    type Err = ();

    fn from_str(name: &str) -> Result<Did, ()> {
        Did::ALL.iter().copied().find(|did| did.name() == name).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::Did;

    #[test]
    fn every_verb_has_a_name_of_its_own() {
        for did in Did::ALL {
            assert_eq!(did.name().parse(), Ok(*did));
        }
        // Named one by one, so that a new verb does not compile until it stands in ALL as well.
        assert_eq!(Did::ALL.last(), Some(&Did::Sealed));
        assert_eq!(Did::ALL.len(), Did::Sealed as usize + 1);
    }
}
