//! A vault that is killed while it is made.

use weir_tests::event::{event, of_end_user};
use weir_tests::{Home, Interposer, Run};

#[test]
fn a_first_delivery_that_is_killed_at_any_call_to_the_vault_is_sealed_again() {
    let body = of_end_user(&event(1, 7001), "somebody");
    let line = format!("{{\"received_at\":\"2026-01-05T00:00:00Z\",\"payload\":{body}}}\n");
    let mut calls = 0;
    for nth in 1.. {
        let home = Home::with("[privacy]\nseal = true\n");
        home.write("backlog.ndjson", &line);
        let interposer = Interposer::at(&home);
        interposer.plan(&format!("kill before any */data/keys.db* {nth}"));
        let run = Run::of(&mut interposer.over(home.command(["import", "backlog.ndjson"])));
        if run.status.is_some() {
            run.ok();
            break;
        }
        calls += 1;
        home.weir(["import", "backlog.ndjson"]).ok();
        let logged = home.bodies();
        assert!(
            logged == [&*body] || logged == [&*body; 2],
            "killed before call {nth}: {logged:?}"
        );
    }
    println!("killed before each of {calls} calls");
    assert!(10 < calls, "{calls}");
}
