//! Who may see the dashboard, where nobody can sign in yet.

use weir_tests::Home;

#[test]
fn somebody_is_let_in_given_another_role_and_rescued() {
    let home = Home::closed();
    let first = home.prints(["people", "add", "ann", "--role", "owner"]);
    assert!(16 <= first.trim().len() && first.lines().count() == 1, "{first}");
    assert!(home.prints(["people", "list"]).contains("owner"), "she is listed with her role");
    home.prints(["people", "add", "ben"]);
    home.prints(["people", "set-role", "ben", "operator"]);
    let listed = home.prints(["people", "list"]);
    assert!(listed.lines().any(|line| line.contains("operator") && line.contains("ben")));
    assert!(!listed.contains(first.trim()), "a password is shown once");
    let second = home.prints(["people", "reset-password", "ann"]);
    assert_ne!(first, second);
}

#[test]
fn what_cannot_be_done_says_why() {
    let home = Home::closed();
    home.prints(["people", "add", "ann", "--role", "owner"]);
    home.weir(["people", "add", "Ann"]).failed(1, &["somebody has this name already"]);
    home.weir(["people", "set-role", "nobody", "viewer"]).failed(2, &["nobody is called nobody"]);
    home.weir(["people", "add", "ben", "--role", "king"]).failed(2, &["king", "viewer"]);
}

#[test]
fn a_dashboard_that_others_can_reach_is_not_left_open() {
    let home = Home::new();
    home.weir(["serve", "--listen", "0.0.0.0:0"]).failed(2, &["dashboard.open", "127.0.0.1"]);
    let home = Home::closed();
    home.write("weir.toml", "[dashboard]\nopen = \"always\"\n");
    home.weir(["serve"]).failed(2, &["dashboard.open", "always", "until_owner"]);
    home.weir(["doctor"]).failed(1, &["one thing is wrong"]);
}
