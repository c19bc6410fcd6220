//! The table of the model: which screens there are on the way, how often each is shown, how many
//! leave there, how long they look at it; and the shares of everything else that end-users do.
//!
//! All shares are of 1, all times are medians in seconds. Nothing here is measured on real people:
//! the figures are chosen so that a report looks like one of a flow that is neither good nor bad,
//! with about two thirds submitting and the blocked camera as the worst known screen.

/// A screen on the way through the flow.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Screen {
    /// The literal value of `context.state`.
    pub(crate) state: &'static str,
    /// How many of those who come this far are shown it.
    pub(crate) shown: f64,
    /// How many of those who are shown it leave there (the hazard).
    pub(crate) leaves: f64,
    /// How many of those who leave close the page, so that nothing is sent.
    pub(crate) silent: f64,
    /// How long it is looked at: median, seconds.
    pub(crate) dwell_s: f64,
    /// Whether only desktop users are shown it.
    pub(crate) desktop_only: bool,
}

const fn screen(state: &'static str, shown: f64, leaves: f64, dwell_s: f64) -> Screen {
    Screen { state, shown, leaves, silent: 0.27, dwell_s, desktop_only: false }
}

const fn desktop(state: &'static str, shown: f64, leaves: f64, dwell_s: f64) -> Screen {
    // Most who are sent to the phone and never get there have simply closed the page.
    Screen { silent: 0.68, desktop_only: true, ..screen(state, shown, leaves, dwell_s) }
}

// Screens with a part in the model beyond their row.
pub(crate) const CONSENT: &str = "consent_screen_shown";
pub(crate) const DOCUMENT_SELECT: &str = "document_select_screen_shown";
pub(crate) const MOBILE_HANDOVER: &str = "mobile_handover_screen_shown";
pub(crate) const CAMERA_BLOCKED: &str = "camera_access_blocked_screen_shown";
pub(crate) const ERROR: &str = "error_screen_shown";
pub(crate) const WAITING: &str = "waiting_decision_screen_shown";
pub(crate) const FINISHED: &str = "finished_screen_shown";

/// From the first screen to the camera.
#[rustfmt::skip] // a table
pub(crate) const OPENING: &[Screen] = &[
    //     state                                              shown leaves dwell
    screen("client_started",                                  1.00, 0.014,  3.0),
    screen("intro_screen_shown",                              1.00, 0.042, 12.0),
    screen(CONSENT,                                           0.95, 0.046, 17.0),
    screen("country_select_screen_shown",                     0.80, 0.012,  9.0),
    screen(DOCUMENT_SELECT,                                   1.00, 0.022, 13.0),
    desktop(MOBILE_HANDOVER,                                  0.85, 0.130, 34.0),
    screen(CAMERA_BLOCKED,                                    0.26, 0.400, 22.0),
    screen(ERROR,                                             0.02, 0.500,  9.0),
];

/// First on the way of a further attempt.
pub(crate) const RESUBMISSION: &[Screen] =
    &[screen("resubmission_feedback_screen_shown", 1.00, 0.110, 15.0)];

#[rustfmt::skip] // a table
const ID_CARD: &[Screen] = &[
    screen("document_front_screen_shown",                     1.00, 0.034, 26.0),
    screen("document_front_feedback_screen_shown",            0.17, 0.075, 18.0),
    screen("document_back_screen_shown",                      1.00, 0.014, 19.0),
    screen("document_back_feedback_screen_shown",             0.10, 0.060, 16.0),
];

#[rustfmt::skip] // a table
const PASSPORT: &[Screen] = &[
    screen("passport_screen_shown",                           1.00, 0.036, 28.0),
    screen("passport_feedback_screen_shown",                  0.19, 0.080, 19.0),
    screen("passport_signature_instructions_screen_shown",    0.08, 0.030,  9.0),
    screen("passport_signature_screen_shown",                 0.08, 0.060, 20.0),
    screen("passport_signature_feedback_screen_shown",        0.02, 0.090, 15.0),
    // A later SDK's screen, by the name that it would have; the shipped catalogue does not know it.
    screen("nfc_scan_screen_shown",                           0.22, 0.095, 31.0),
];

#[rustfmt::skip] // a table
const RESIDENCE_PERMIT: &[Screen] = &[
    screen("document_front_screen_shown",                     1.00, 0.034, 27.0),
    screen("document_front_feedback_screen_shown",            0.20, 0.080, 18.0),
    screen("document_back_screen_shown",                      1.00, 0.016, 20.0),
    screen("barcode_scan_screen_shown",                       0.55, 0.050, 18.0),
    screen("barcode_screen_shown",                            0.45, 0.050, 18.0),
    screen("barcode_feedback_screen_shown",                   0.28, 0.110, 17.0),
    screen("document_and_face_screen_shown",                  0.15, 0.060, 21.0),
    screen("document_and_face_feedback_screen_shown",         0.04, 0.080, 16.0),
];

#[rustfmt::skip] // a table
const SELFIE: &[Screen] = &[
    screen("portrait_screen_shown",                           1.00, 0.027, 17.0),
    screen("portrait_feedback_screen_shown",                  0.13, 0.070, 15.0),
];

#[rustfmt::skip] // a table
const ADDRESS: &[Screen] = &[
    screen("address_screen_shown",                            1.00, 0.065, 48.0),
    screen("address_feedback_screen_shown",                   0.24, 0.120, 30.0),
    screen("document_edge_check_screen_shown",                0.04, 0.120, 14.0),
];

/// What is captured of each kind of document, and how many choose it.
pub(crate) const DOCUMENTS: [([&[Screen]; 3], f64); 4] = [
    ([ID_CARD, SELFIE, &[]], 0.46),
    ([PASSPORT, SELFIE, &[]], 0.30),
    ([RESIDENCE_PERMIT, SELFIE, &[]], 0.14),
    ([ID_CARD, SELFIE, ADDRESS], 0.10),
];

/// A time: its median in seconds, and the sigma of its logarithm.
pub(crate) type Time = (f64, f64);

// Who comes.
pub(crate) const NATIVE: f64 = 0.18; // in an app: 7001 and 7002 only
pub(crate) const DESKTOP: f64 = 0.42; // of the web
pub(crate) const PACE: Time = (1.0, 0.45); // one end-user's factor on every dwell time
pub(crate) const DWELL_SIGMA: f64 = 0.55;
pub(crate) const BREAK: f64 = 0.003_5; // is called away, at each screen
pub(crate) const BREAK_FOR: Time = (1_500.0, 1.2);

// In the app.
pub(crate) const NATIVE_LEAVES: f64 = 0.29; // always silently
pub(crate) const NATIVE_FOR: Time = (175.0, 0.7);

// On the way.
pub(crate) const OTHER: f64 = 0.03; // asks for another kind of document (7011)
pub(crate) const OTHER_LEAVES: f64 = 0.45;
pub(crate) const COMES_BACK: f64 = 0.17; // to the same session, after leaving
pub(crate) const COMES_BACK_AFTER: Time = (1_100.0, 1.7);
pub(crate) const STARTED_AGAIN: f64 = 0.5; // of those who come back: 7001 is sent again
pub(crate) const LIFETIME_S: f64 = 7.0 * 86_400.0; // of a session
pub(crate) const UNKNOWN_CODE: f64 = 0.000_2; // is sent, at each screen

// What a cancellation says.
pub(crate) const QUIT: &str = "quit_session_confirmed";
pub(crate) const ERROR_EXIT: &str = "error_screen_exit_clicked";
pub(crate) const CONSENT_CANCEL: &str = "consent_screen_cancel_pressed";
pub(crate) const FUTURE_REASON: &str = "inactivity_dialog_exit_clicked";
pub(crate) const CONSENT_BUTTON: f64 = 0.82; // else by the leave dialog
pub(crate) const CAMERA_FAILED: f64 = 0.16; // of those who leave at the blocked camera
pub(crate) const REASON_UNKNOWN: f64 = 0.004;
pub(crate) const NO_REASON: f64 = 0.012;
pub(crate) const NO_STATE: f64 = 0.010;
pub(crate) const NO_CONTEXT: f64 = 0.006;

// After submitting, on the web.
pub(crate) const LEAVES_AFTER: f64 = 0.03; // before the final screen is confirmed
pub(crate) const WAITING_PAGE: f64 = 0.62;
pub(crate) const CONTINUES: f64 = 0.28; // does not wait for the decision (7008)
pub(crate) const CONTINUES_AFTER: Time = (9.0, 0.6);
pub(crate) const DECISION_AFTER: Time = (38.0, 0.7);
pub(crate) const DECISION_REASONS: [(&str, f64); 3] = [
    ("final_decision_received", 0.52),
    ("final_decision_received_from_socket", 0.36),
    ("waiting_decision_continue_clicked", 0.12),
];
pub(crate) const DECISION_STATE: f64 = 0.4; // of the 7007: with a state
pub(crate) const CONFIRMS: f64 = 0.84; // the final screen (7009)
pub(crate) const CONFIRMS_AFTER: Time = (6.0, 0.6);
pub(crate) const FINISHED_REASON: &str = "finished_screen_confirmed_clicked";

// A further attempt.
pub(crate) const ATTEMPTS_MAX: u32 = 4; // the provider allows 10; few get there
pub(crate) const TRIES_AGAIN: f64 = 0.085; // is asked to, and does
pub(crate) const TRIES_AGAIN_AFTER: Time = (3_000.0, 1.6);

// A further session of the same end-user.
pub(crate) const RETURNS_UNSUBMITTED: f64 = 0.30;
pub(crate) const RETURNS_UNSUBMITTED_AFTER: Time = (70_000.0, 1.2);
pub(crate) const RETURNS_SUBMITTED: f64 = 0.09;
pub(crate) const RETURNS_SUBMITTED_AFTER: Time = (1_300_000.0, 0.8);
/// What a new end-user leads to in sessions, on average; the arrivals are thinned by it.
pub(crate) const SESSIONS_PER_END_USER: f64 = 1.18;
