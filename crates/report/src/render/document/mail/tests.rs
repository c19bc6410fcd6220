use crate::render::fixture_document as documents;

#[test]
fn every_document_is_a_mail() {
    for (_, document) in documents::all() {
        document.mail().unwrap();
    }
}
