//! What each colour means.
//!
//! A chart names inks, never colours. A file is painted with the light values below. On a page
//! the same values are sentinels: [`super::themed`] writes `class="f-submitted"` where plotters
//! asks for `#0B5CA8`, and the style sheet sets that from a custom property. That is why no two
//! inks may share a value (a test holds it).

use weir_domain::OutcomeKind;

/// What a mark is painted with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ink {
    Paper,
    Text,
    Muted,
    /// Too few to judge.
    Faint,
    Grid,
    /// The empty part of a bar's way.
    Track,
    /// Neutral data: no outcome.
    Data,
    /// The interval around neutral data.
    Band,
    Submitted,
    Cancelled,
    Lost,
    Stalled,
    StalledSoft,
    Open,
    OpenSoft,
    /// Actions and links.
    Accent,
}

/// The paper that a file is painted on; a page follows its reader's by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Theme {
    Light,
    Dark,
}

impl Ink {
    pub(crate) const ALL: [Ink; 16] = [
        Ink::Paper,
        Ink::Text,
        Ink::Muted,
        Ink::Faint,
        Ink::Grid,
        Ink::Track,
        Ink::Data,
        Ink::Band,
        Ink::Submitted,
        Ink::Cancelled,
        Ink::Lost,
        Ink::Stalled,
        Ink::StalledSoft,
        Ink::Open,
        Ink::OpenSoft,
        Ink::Accent,
    ];

    /// The value on light paper, and the sentinel on a page.
    pub(crate) const fn rgb(self) -> (u8, u8, u8) {
        match self {
            Ink::Paper => (0xFF, 0xFF, 0xFF),
            Ink::Text => (0x1B, 0x1F, 0x24),
            Ink::Muted => (0x5A, 0x63, 0x6E),
            Ink::Faint => (0x6F, 0x77, 0x80),
            Ink::Grid => (0xE3, 0xE6, 0xEA),
            Ink::Track => (0xF2, 0xF4, 0xF6),
            Ink::Data => (0x3D, 0x4A, 0x5C),
            Ink::Band => (0xD3, 0xDA, 0xE2),
            Ink::Submitted => (0x0B, 0x5C, 0xA8),
            Ink::Cancelled => (0xCF, 0x54, 0x0B),
            Ink::Lost => (0x8E, 0x2A, 0x6B),
            Ink::Stalled => (0x62, 0x59, 0x4D),
            Ink::StalledSoft => (0xDE, 0xD9, 0xD0),
            Ink::Open => (0x78, 0x87, 0x9C),
            Ink::OpenSoft => (0xEA, 0xEE, 0xF3),
            Ink::Accent => (0x0B, 0x6E, 0x66),
        }
    }

    /// The value on paper of this theme.
    pub(crate) const fn on(self, theme: Theme) -> (u8, u8, u8) {
        match theme {
            Theme::Light => self.rgb(),
            Theme::Dark => self.dark(),
        }
    }

    const fn dark(self) -> (u8, u8, u8) {
        match self {
            Ink::Paper => (0x14, 0x17, 0x1B),
            Ink::Text => (0xE9, 0xEC, 0xEF),
            Ink::Muted => (0xA3, 0xAB, 0xB5),
            Ink::Faint => (0x8B, 0x93, 0x9D),
            Ink::Grid => (0x2B, 0x30, 0x37),
            Ink::Track => (0x1D, 0x21, 0x26),
            Ink::Data => (0xB4, 0xC0, 0xCF),
            Ink::Band => (0x36, 0x40, 0x4C),
            Ink::Submitted => (0x5F, 0xA8, 0xEE),
            Ink::Cancelled => (0xF0, 0x87, 0x3F),
            Ink::Lost => (0xF5, 0xB3, 0xDA),
            Ink::Stalled => (0xBD, 0xB2, 0xA2),
            Ink::StalledSoft => (0x37, 0x32, 0x2B),
            Ink::Open => (0x87, 0x97, 0xAD),
            Ink::OpenSoft => (0x25, 0x2B, 0x33),
            Ink::Accent => (0x55, 0xC7, 0xBA),
        }
    }

    /// The name in class names and custom properties.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Ink::Paper => "paper",
            Ink::Text => "text",
            Ink::Muted => "muted",
            Ink::Faint => "faint",
            Ink::Grid => "grid",
            Ink::Track => "track",
            Ink::Data => "data",
            Ink::Band => "band",
            Ink::Submitted => "submitted",
            Ink::Cancelled => "cancelled",
            Ink::Lost => "lost",
            Ink::Stalled => "stalled",
            Ink::StalledSoft => "stalled-soft",
            Ink::Open => "open",
            Ink::OpenSoft => "open-soft",
            Ink::Accent => "accent",
        }
    }

    /// As a style sheet writes it.
    pub(crate) fn hex(self) -> String {
        let (r, g, b) = self.rgb();
        format!("#{r:02X}{g:02X}{b:02X}")
    }

    /// The one colour of an outcome; both kinds of open share theirs.
    pub(crate) const fn of(outcome: OutcomeKind) -> Ink {
        match outcome {
            OutcomeKind::Submitted => Ink::Submitted,
            OutcomeKind::Cancelled => Ink::Cancelled,
            OutcomeKind::LostInHandover => Ink::Lost,
            OutcomeKind::Stalled => Ink::Stalled,
            OutcomeKind::HandedOver | OutcomeKind::InProgress => Ink::Open,
        }
    }

    /// The pale ground under a hatch; none for an ink that is painted full.
    pub(crate) const fn hatched_on(self) -> Option<Ink> {
        match self {
            Ink::Stalled => Some(Ink::StalledSoft),
            Ink::Open => Some(Ink::OpenSoft),
            _ => None,
        }
    }
}
