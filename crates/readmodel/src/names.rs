//! Texts and the codes that stand for them.

use std::collections::BTreeMap;
use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use weir_domain::ExitId;

/// A number that stands for a text, in order of first sight; 0 stands for no text.
pub type Code = u32;

/// Texts, each once, with their codes 1, 2, 3 in order of first sight.
#[derive(Clone, Default)]
pub struct Names {
    bytes: Vec<u8>,
    ends: Vec<u64>,
    /// Codes by text; built when first needed, and never saved.
    index: Option<HashTable<Code>>,
    hasher: RandomState,
}

impl Names {
    /// The code that stands for no text.
    pub const NONE: Code = 0;

    /// The code of `text`, a new one if it was never seen.
    pub fn intern(&mut self, text: &str) -> Code {
        self.ensure_index();
        if let Some(code) = self.find(text) {
            return code;
        }
        self.bytes.extend_from_slice(text.as_bytes());
        self.ends.push(self.bytes.len() as u64);
        // Codes are 32 bits: four billion distinct texts do not fit this machine's memory either.
        let code = Code::try_from(self.ends.len()).unwrap_or(Code::MAX);
        let Names { bytes, ends, index, hasher } = self;
        if let Some(index) = index {
            let hash = |code| hasher.hash_one(text_of(bytes, ends, code));
            index.insert_unique(hash(code), code, |&code| hash(code));
        }
        code
    }

    /// The code of `text`, if it was ever seen. Without an index it looks at every text.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<Code> {
        let is_it = |&code: &Code| self.text(code) == text;
        match &self.index {
            Some(index) => index.find(self.hasher.hash_one(text), is_it).copied(),
            None => self.codes().find(is_it),
        }
    }

    /// Builds the index, if it is not there.
    pub(crate) fn ensure_index(&mut self) {
        if self.index.is_some() {
            return;
        }
        let hash = |code| self.hasher.hash_one(self.text(code));
        let mut index = HashTable::with_capacity(self.len());
        for code in self.codes() {
            index.insert_unique(hash(code), code, |&code| hash(code));
        }
        self.index = Some(index);
    }

    fn codes(&self) -> impl Iterator<Item = Code> + use<> {
        1..=Code::try_from(self.len()).unwrap_or(Code::MAX)
    }

    /// The text that `code` stands for; empty for [`Names::NONE`].
    #[must_use]
    pub fn text(&self, code: Code) -> &str {
        text_of(&self.bytes, &self.ends, code)
    }

    /// The text that `code` stands for, or none for [`Names::NONE`].
    #[must_use]
    pub fn get(&self, code: Code) -> Option<&str> {
        (code != Names::NONE).then(|| self.text(code))
    }

    /// How many texts there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Every text, in order of first sight.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.codes().map(|code| self.text(code))
    }

    /// The texts after the first `count`: where each ends, and their bytes, both counted from
    /// there.
    pub(crate) fn since(&self, count: usize) -> (Vec<u64>, &[u8]) {
        let start = count.checked_sub(1).map_or(0, |before| self.ends[before]);
        let ends = self.ends[count..].iter().map(|end| end - start).collect();
        (ends, &self.bytes[usize::try_from(start).unwrap_or(0)..])
    }

    /// Adds texts as [`Names::since`] gave them; false if they are not whole.
    pub(crate) fn extend(&mut self, ends: &[u64], bytes: &[u8]) -> bool {
        let start = self.bytes.len() as u64;
        let whole = ends.is_sorted() && ends.last().copied().unwrap_or(0) == bytes.len() as u64;
        self.bytes.extend_from_slice(bytes);
        self.ends.extend(ends.iter().map(|end| start + end));
        self.index = None;
        whole && std::str::from_utf8(bytes).is_ok()
    }
}

fn text_of<'a>(bytes: &'a [u8], ends: &[u64], code: Code) -> &'a str {
    let Some(at) = (code as usize).checked_sub(1) else { return "" };
    let start = at.checked_sub(1).map_or(0, |before| ends[before]);
    let slice = &bytes[usize::try_from(start).unwrap_or(0)..usize::try_from(ends[at]).unwrap_or(0)];
    // Only whole texts were ever put in.
    std::str::from_utf8(slice).unwrap_or_default()
}

impl PartialEq for Names {
    fn eq(&self, other: &Names) -> bool {
        // The index follows from the texts, and its hasher is this process's own.
        let Names { bytes, ends, index: _, hasher: _ } = other;
        self.bytes == *bytes && self.ends == *ends
    }
}

/// The `(state, reason)` pairs that were seen, numbered in order of first sight.
#[derive(Clone, Default, PartialEq)]
pub struct Exits {
    pub(crate) states: Names,
    pub(crate) reasons: Names,
    pub(crate) pairs: Vec<(Code, Code)>,
    index: BTreeMap<(Code, Code), ExitId>,
}

impl Exits {
    /// The number of the pair, a new one if it was never seen.
    pub fn intern(&mut self, state: Option<&str>, reason: Option<&str>) -> ExitId {
        let state = state.map_or(Names::NONE, |state| self.states.intern(state));
        let reason = reason.map_or(Names::NONE, |reason| self.reasons.intern(reason));
        self.intern_codes(state, reason)
    }

    pub(crate) fn intern_codes(&mut self, state: Code, reason: Code) -> ExitId {
        *self.index.entry((state, reason)).or_insert_with(|| {
            self.pairs.push((state, reason));
            ExitId(u32::try_from(self.pairs.len() - 1).unwrap_or(u32::MAX))
        })
    }

    /// How many pairs there are; their numbers are 0 to one less.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// The codes of a pair's state and reason.
    #[must_use]
    pub fn codes(&self, ExitId(exit): ExitId) -> (Code, Code) {
        self.pairs[exit as usize]
    }

    /// The pair's state and reason.
    #[must_use]
    pub fn texts(&self, exit: ExitId) -> (Option<&str>, Option<&str>) {
        let (state, reason) = self.codes(exit);
        (self.states.get(state), self.reasons.get(reason))
    }

    /// The screens that were seen.
    #[must_use]
    pub fn states(&self) -> &Names {
        &self.states
    }

    /// The reasons that were seen.
    #[must_use]
    pub fn reasons(&self) -> &Names {
        &self.reasons
    }
}
