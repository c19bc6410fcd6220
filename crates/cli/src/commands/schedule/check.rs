//! `weir schedule check`: what is wrong with definitions.

use std::path::Path;
use std::sync::Arc;

use weir_report::Definition;
use weir_schedule::{Listed, Trouble};

use super::words::safe;
use super::{CheckArgs, Desk};
use crate::commands::counted;
use crate::failure::{Failure, Outcome};

/// Checks what is named, or everything, and fails if anything is wrong.
pub(super) fn run(desk: &Desk, args: &CheckArgs) -> Outcome {
    let all = if args.what.is_empty() {
        desk.definitions.list().into_iter().map(|listed| (desk.place(&listed), listed)).collect()
    } else {
        args.what.iter().map(|what| find(desk, what)).collect::<Outcome<Vec<_>>>()?
    };
    let engine = desk.engine();
    let mut wrong = 0;
    for (place, listed) in &all {
        let troubles = desk.troubles(listed, &engine);
        wrong += troubles.len() as u64;
        if troubles.is_empty() {
            println!("ok     {}: {}", safe(place), fine(desk, listed));
        }
        for Trouble { line, message } in troubles {
            let line = line.map(|line| format!(", line {line}")).unwrap_or_default();
            println!("wrong  {}{line}: {message}", safe(place));
        }
    }
    match wrong {
        0 => Ok(()),
        wrong => Err(Failure::work(format!(
            "{} {} wrong; see above",
            counted(wrong, "thing", "things"),
            if wrong == 1 { "is" } else { "are" }
        ))),
    }
}

/// A file wherever it lies, or the definition of this name.
fn find(desk: &Desk, what: &str) -> Outcome<(String, Arc<Listed>)> {
    let path = Path::new(what);
    let is_path = what.contains('/') || path.extension().is_some_and(|end| end == "toml");
    if !is_path {
        let listed = desk.definitions.get(what);
        let listed = listed.ok_or_else(|| match desk.definition(what) {
            Err(failure) => failure,
            Ok(_) => Failure::call(format!("there is no definition `{}`", safe(what))),
        })?;
        return Ok((desk.place(&listed), listed));
    }
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::call(format!("the definition {} cannot be read: {error}", path.display()))
    })?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let definition = Definition::read(&text)
        .map_err(|error| Trouble { line: error.line, message: error.message });
    Ok((what.to_owned(), Arc::new(Listed { name, text, shipped: false, definition })))
}

/// When it is due and to how many it goes, in a few words.
fn fine(desk: &Desk, listed: &Listed) -> String {
    let Ok(definition) = &listed.definition else { return String::new() };
    let when = match &definition.schedule {
        _ if listed.shipped => "ships, and is never sent by itself".to_owned(),
        None => "is never sent by itself".to_owned(),
        Some(timing) if timing.paused => "is paused".to_owned(),
        Some(timing) => match weir_schedule::When::parse(&timing.when) {
            Ok(when) => {
                let next = when.after(desk.now).map(|at| super::words::local(at, when.zone()));
                format!("{}, next {}", when.in_words(), next.as_deref().unwrap_or("never"))
            }
            Err(error) => error.to_string(),
        },
    };
    let recipients = weir_schedule::targets(definition).len() as u64;
    format!("{when}; {}", counted(recipients, "recipient", "recipients"))
}
