//! The pages, and where they are.

/// A page of the dashboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // the names are those that the reader sees
pub enum Page {
    Overview,
    Funnel,
    Screens,
    Reasons,
    Matrix,
    Time,
    Sessions,
    Compare,
    Reports,
    Health,
    Catalogue,
    Views,
    People,
    Audit,
    Docs,
}

impl Page {
    /// The pages that every page leads to, in the order of reading. They keep its filters.
    pub const ANALYSES: [Page; 8] = [
        Page::Overview,
        Page::Funnel,
        Page::Screens,
        Page::Reasons,
        Page::Matrix,
        Page::Time,
        Page::Sessions,
        Page::Compare,
    ];

    /// Where it is.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Page::Overview => "/",
            Page::Funnel => "/funnel",
            Page::Screens => "/screens",
            Page::Reasons => "/reasons",
            Page::Matrix => "/matrix",
            Page::Time => "/time",
            Page::Sessions => "/sessions",
            Page::Compare => "/compare",
            Page::Reports => "/reports",
            Page::Health => "/health",
            Page::Catalogue => "/catalogue",
            Page::Views => "/views",
            Page::People => "/people",
            Page::Audit => "/audit",
            Page::Docs => "/docs",
        }
    }

    /// The name in the API, and in what is stored.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self.path().trim_start_matches('/') {
            "" => "overview",
            name => name,
        }
    }

    /// The page with the line of filters that has this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Page> {
        Page::ANALYSES.into_iter().find(|page| page.name() == name)
    }

    /// Whether it may be shown to whoever has a link: it holds numbers, and nobody's data.
    #[must_use]
    pub fn can_be_shared(self) -> bool {
        self.has_filters() && self != Page::Sessions
    }

    /// What it is called.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Page::Overview => "Overview",
            Page::Funnel => "Funnel",
            Page::Screens => "Screens",
            Page::Reasons => "Reasons",
            Page::Matrix => "Screen × reason",
            Page::Time => "Time",
            Page::Sessions => "Sessions",
            Page::Compare => "Compare",
            Page::Reports => "Reports",
            Page::Health => "Health",
            Page::Catalogue => "Catalogue",
            Page::Views => "Views",
            Page::People => "People",
            Page::Audit => "Audit",
            Page::Docs => "API",
        }
    }

    /// Whether the line of filters applies to it.
    #[must_use]
    pub fn has_filters(self) -> bool {
        Page::ANALYSES.contains(&self)
    }
}
