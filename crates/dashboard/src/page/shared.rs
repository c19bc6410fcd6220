//! A page as a link shows it: the numbers, of what they are, until when.

use maud::{DOCTYPE, Markup, html};
use weir_access::Share;
use weir_report::render::safe_text;

use super::Page;
use crate::assets;

/// All that a shared page shows.
pub(crate) struct SharedPage<'a> {
    pub(crate) share: &'a Share,
    pub(crate) page: Page,
    /// The filters in words.
    pub(crate) words: &'a Markup,
    /// What it is about, or one sentence that says why that cannot be shown.
    pub(crate) body: Result<&'a Markup, &'a str>,
    /// The instant that the numbers are of, and the one at which the link ends.
    pub(crate) as_of: &'a str,
    pub(crate) until: &'a str,
    pub(crate) demo: bool,
}

impl SharedPage<'_> {
    /// The whole document, without a word that leads elsewhere.
    pub(crate) fn page(&self) -> Markup {
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="robots" content="noindex, nofollow";
                    meta name="referrer" content="no-referrer";
                    title { (short(&self.share.title)) " · Weir" }
                    link rel="icon" type="image/svg+xml" href=(assets::href("weir.svg"));
                    link rel="stylesheet" href=(assets::href("weir.css"));
                }
                body.shared {
                    header.shared-top {
                        p.brand { img src=(assets::href("weir.svg")) width="24" height="24" alt=""; "Weir" }
                        p.shared-of {
                            strong { bdi { (short(&self.share.title)) } }
                            " · " (self.page.title()) " · " (self.words)
                            @if self.demo { " · simulated data" }
                        }
                        p.shared-until { "Shown to whoever has this link, until " (self.until) "." }
                    }
                    main #main {
                        @match self.body {
                            Ok(body) => { (body) },
                            Err(sentence) => {
                                section.empty {
                                    h1 { "This cannot be shown at the moment" }
                                    p { (sentence) }
                                }
                            },
                        }
                        footer.status { p { "As of " (self.as_of) } }
                    }
                }
            }
        }
    }
}

fn short(text: &str) -> String {
    safe_text(text, 80)
}
