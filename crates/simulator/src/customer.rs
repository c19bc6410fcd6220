//! Who verifies, and what our customer calls them.

use uuid::Uuid;

use crate::chance::Chance;
use crate::event::Field;

/// The customer's own reference: `vendorData`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reference {
    /// The number of an account.
    Account(u32),
    /// A mail address: personal data, as real customers send it.
    Mail(u32),
    /// A name, as JSON, with what JSON has to escape.
    Name(&'static str),
}

/// One who verifies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Customer {
    pub(crate) integration: usize,
    pub(crate) reference: Field<Reference>,
    pub(crate) end_user: Field<Uuid>,
}

/// `vendorData`, and how many have which kind.
const REFERENCES: [(Field<Kind>, f64); 5] = [
    (Field::Is(Kind::Account), 0.74),
    (Field::Is(Kind::Mail), 0.07),
    (Field::Is(Kind::Name), 0.01),
    (Field::Null, 0.10),
    (Field::Absent, 0.08),
];
/// `endUserId`, and how many have one.
const END_USERS: [(Field<()>, f64); 3] =
    [(Field::Is(()), 0.80), (Field::Null, 0.12), (Field::Absent, 0.08)];

/// Names as JSON strings, without the quotes around them.
const NAMES: [&str; 4] =
    ["Zoë Müller", r#"Siobhán \"Shiv\" O'Neill"#, r"ACME\\kyc\\42", r"Nguy\u1ec5n Th\u1ecb Hoa"];

#[derive(Debug, Clone, Copy)]
enum Kind {
    Account,
    Mail,
    Name,
}

impl Customer {
    /// Somebody who was never here before.
    pub(crate) fn new(chance: &mut Chance, integrations: usize) -> Customer {
        let integration = integration(chance, integrations);
        let number = chance.below(100_000_000);
        let reference = chance.pick(&REFERENCES).map(|kind| match kind {
            Kind::Account => Reference::Account(number),
            Kind::Mail => Reference::Mail(number),
            Kind::Name => Reference::Name(NAMES[number as usize % NAMES.len()]),
        });
        let id = chance.uuid();
        let end_user = chance.pick(&END_USERS).map(|()| id);
        Customer { integration, reference, end_user }
    }
}

/// The second integration has half of the first one's traffic, the third a third, and so on.
fn integration(chance: &mut Chance, integrations: usize) -> usize {
    let weight = |index: usize| 1.0 / (index + 1) as f64;
    let last = integrations.max(1) - 1;
    let mut left = chance.unit() * (0..=last).map(weight).sum::<f64>();
    for index in 0..last {
        left -= weight(index);
        if left < 0.0 {
            return index;
        }
    }
    last
}
