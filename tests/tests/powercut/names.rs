//! The names in folders, as a disk may hold them after the power went.
//!
//! Giving a name, taking one away, and a rename are steps. What is certain is what POSIX says: a step
//! is on the disk when the folder was synced that it is in, and no step says anything of another. A
//! rename within a folder is one step; from one folder to another, the old name may still be there
//! beside the new one, until the old folder is synced too, but never neither. Real file systems with a
//! journal, ext4 and XFS, leave less to chance: there is a beginning of all steps, in order, and a sync
//! of a file or of a folder brings it at least up to the last step that it was part of.

use std::collections::BTreeMap;

use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// A file or a folder, whatever its name.
pub(crate) type Node = usize;

/// A name in a folder.
pub(crate) type Place = (Node, String);

/// Which of the steps are on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Steps {
    /// All.
    All,
    /// Those that are certain, and no other.
    Certain,
    /// Those that are certain, and of the others as chance has it.
    Any,
    /// A beginning of them, as a journal has it.
    Beginning,
}

/// The names, and how they came to be.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    first: BTreeMap<Place, Node>,
    now: BTreeMap<Place, Node>,
    steps: Vec<Step>,
    /// How many steps the journal has on the disk at least.
    journaled: usize,
}

#[derive(Debug, Clone)]
struct Step {
    given: Option<(Place, Node)>,
    taken: Option<Place>,
    is_given_certain: bool,
    is_taken_certain: bool,
}

impl Names {
    /// Names that are all on the disk.
    pub(crate) fn of(first: BTreeMap<Place, Node>) -> Names {
        Names { now: first.clone(), first, ..Names::default() }
    }

    /// The node at a place, as the process sees it.
    pub(crate) fn at(&self, place: &Place) -> Option<Node> {
        self.now.get(place).copied()
    }

    pub(crate) fn give(&mut self, place: Place, node: Node) {
        self.step(Some((place, node)), None);
    }

    pub(crate) fn take(&mut self, place: Place) {
        self.step(None, Some(place));
    }

    pub(crate) fn rename(&mut self, from: Place, to: Place) {
        let node = self.now[&from];
        self.step(Some((to, node)), Some(from));
    }

    fn step(&mut self, given: Option<(Place, Node)>, taken: Option<Place>) {
        let step = Step { given, taken, is_given_certain: false, is_taken_certain: false };
        step.apply(&mut self.now, true, true);
        self.steps.push(step);
    }

    /// A file or a folder was synced.
    pub(crate) fn sync(&mut self, node: Node) {
        for (number, step) in self.steps.iter_mut().enumerate() {
            if step.touches(node) {
                self.journaled = self.journaled.max(number + 1);
            }
            step.sync(node);
        }
    }

    /// What may be left of them.
    pub(crate) fn left(&self, steps: Steps, rng: &mut ChaCha8Rng) -> BTreeMap<Place, Node> {
        let mut left = self.first.clone();
        let beginning = rng.random_range(self.journaled..=self.steps.len());
        for (number, step) in self.steps.iter().enumerate() {
            let Step { is_given_certain, is_taken_certain, .. } = *step;
            let (given, taken) = match steps {
                Steps::All => (true, true),
                Steps::Certain => (is_given_certain, is_taken_certain),
                Steps::Any => {
                    let given = is_given_certain || rng.random_bool(0.5);
                    // What is taken with a name that is not given stays.
                    let taken = (given || step.given.is_none()) && rng.random_bool(0.5);
                    (given, is_taken_certain || taken || given && step.is_within_a_folder())
                }
                Steps::Beginning => (number < beginning, number < beginning),
            };
            step.apply(&mut left, given, taken);
        }
        left
    }
}

impl Step {
    fn apply(&self, names: &mut BTreeMap<Place, Node>, given: bool, taken: bool) {
        if let Some(place) = self.taken.as_ref().filter(|_| taken) {
            names.remove(place);
        }
        if let Some((place, node)) = self.given.as_ref().filter(|_| given) {
            names.insert(place.clone(), *node);
        }
    }

    /// The folders that it is in: of the new name, and of the old one.
    fn folders(&self) -> (Option<Node>, Option<Node>) {
        let given = self.given.as_ref().map(|((folder, _), _)| *folder);
        (given, self.taken.as_ref().map(|(folder, _)| *folder))
    }

    /// Whether it renames, and both names are in the same folder.
    fn is_within_a_folder(&self) -> bool {
        let (given, taken) = self.folders();
        given == taken
    }

    fn touches(&self, node: Node) -> bool {
        let (given, taken) = self.folders();
        let named = self.given.as_ref().map(|(_, named)| *named);
        [given, taken, named].contains(&Some(node))
    }

    fn sync(&mut self, folder: Node) {
        let (given, taken) = self.folders();
        self.is_given_certain |= given == Some(folder);
        self.is_taken_certain |=
            taken == Some(folder) && (self.given.is_none() || self.is_given_certain);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::{Names, Place, Steps};

    const ROOT: usize = 0;
    const FOLDER: usize = 1;
    const FILE: usize = 2;

    fn place(folder: usize, name: &str) -> Place {
        (folder, name.to_owned())
    }

    /// Everything that may be left, each as the names that there are.
    fn left(names: &Names, steps: Steps) -> BTreeSet<String> {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let lefts = (0..200).map(|_| names.left(steps, &mut rng));
        lefts
            .map(|left| left.keys().map(|(_, name)| name.as_str()).collect::<Vec<_>>().join(" "))
            .collect()
    }

    #[track_caller]
    fn check(names: &Names, steps: Steps, want: &[&str]) {
        let want: BTreeSet<String> = want.iter().map(|&names| names.to_owned()).collect();
        assert_eq!(left(names, steps), want, "{steps:?}");
    }

    /// A file written beside, and renamed.
    fn replaced() -> Names {
        let mut names = Names::of([(place(ROOT, "old"), 7)].into());
        names.give(place(ROOT, "new"), FILE);
        names.sync(FILE);
        names.rename(place(ROOT, "new"), place(ROOT, "old"));
        names
    }

    #[test]
    fn a_name_is_certain_once_its_folder_is_synced() {
        let mut names = replaced();
        check(&names, Steps::All, &["old"]);
        check(&names, Steps::Certain, &["old"]);
        check(&names, Steps::Any, &["old", "new old"]);
        names.sync(ROOT);
        check(&names, Steps::Any, &["old"]);
    }

    #[test]
    fn a_journal_has_a_beginning_and_a_sync_brings_it_up_to_its_own() {
        let mut names = Names::of([].into());
        names.give(place(ROOT, "a"), 5);
        names.give(place(ROOT, "b"), 6);
        names.give(place(ROOT, "c"), 7);
        check(&names, Steps::Beginning, &["", "a", "a b", "a b c"]);
        names.sync(6);
        check(&names, Steps::Beginning, &["a b", "a b c"]);
        // To POSIX that says nothing of any name.
        check(&names, Steps::Certain, &[""]);
        check(&names, Steps::Any, &["", "a", "b", "c", "a b", "a c", "b c", "a b c"]);
    }

    #[test]
    fn what_is_moved_to_another_folder_is_never_nowhere() {
        let mut names =
            Names::of([(place(ROOT, "folder"), FOLDER), (place(ROOT, "x"), FILE)].into());
        names.rename(place(ROOT, "x"), place(FOLDER, "y"));
        check(&names, Steps::Any, &["folder x", "folder x y", "folder y"]);
        names.sync(ROOT);
        check(&names, Steps::Any, &["folder x", "folder x y", "folder y"]);
        names.sync(FOLDER);
        check(&names, Steps::Any, &["folder x y", "folder y"]);
        names.sync(ROOT);
        check(&names, Steps::Any, &["folder y"]);
    }
}
