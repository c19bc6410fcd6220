//! The order of the screens, copied by hand from the table in `veriff.md`.

/// Order, stage and name of every screen that stands at one place of the flow.
const ORDERED: &[(i64, &str, &str)] = &[
    (10, "intro", "client_started"),
    (20, "intro", "intro_screen_shown"),
    (30, "consent", "consent_screen_shown"),
    (40, "document choice", "country_select_screen_shown"),
    (50, "document choice", "document_select_screen_shown"),
    (60, "handover", "mobile_handover_screen_shown"),
    (70, "permissions", "camera_access_blocked_screen_shown"),
    (80, "capture", "document_front_screen_shown"),
    (81, "capture", "document_front_feedback_screen_shown"),
    (90, "capture", "document_back_screen_shown"),
    (91, "capture", "document_back_feedback_screen_shown"),
    (100, "capture", "barcode_scan_screen_shown"),
    (101, "capture", "barcode_screen_shown"),
    (102, "capture", "barcode_feedback_screen_shown"),
    (110, "capture", "passport_screen_shown"),
    (111, "capture", "passport_feedback_screen_shown"),
    (112, "capture", "passport_signature_instructions_screen_shown"),
    (113, "capture", "passport_signature_screen_shown"),
    (114, "capture", "passport_signature_feedback_screen_shown"),
    (120, "capture", "document_and_face_screen_shown"),
    (121, "capture", "document_and_face_feedback_screen_shown"),
    (130, "capture", "portrait_screen_shown"),
    (131, "capture", "portrait_feedback_screen_shown"),
    (140, "capture", "address_screen_shown"),
    (141, "capture", "address_feedback_screen_shown"),
    (150, "resubmission", "resubmission_feedback_screen_shown"),
    (160, "waiting", "waiting_decision_screen_shown"),
    (170, "end", "finished_screen_shown"),
];

/// The screen that the catalogue names but that can come anywhere in the flow.
const UNORDERED: &str = "error_screen_shown";

/// Where in the flow a screen stands, or nothing if nobody can say.
pub(super) fn order(state: &str) -> Option<i64> {
    ORDERED.iter().find(|row| row.2 == state).map(|row| row.0)
}

/// The part of the flow that an ordered screen belongs to.
pub(super) fn stage(state: &str) -> Option<&'static str> {
    ORDERED.iter().find(|row| row.2 == state).map(|row| row.1)
}

/// Whether the catalogue knows the screen's name at all.
pub(super) fn names(state: &str) -> bool {
    state == UNORDERED || order(state).is_some()
}
