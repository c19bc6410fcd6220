use crate::Output;
use crate::render::fixture_document as documents;

#[test]
fn every_document_is_a_workbook() {
    for (_, document) in documents::all() {
        assert!(document.render(Output::Xlsx).unwrap().starts_with(b"PK"));
    }
}
