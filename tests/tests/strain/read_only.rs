//! A disk that may not be written any more while a server is at work, as a kernel makes it that met
//! an error there.

use weir_tests::disk::Disk;
use weir_tests::event::event;
use weir_tests::home::MAIN;
use weir_tests::load::{self, join};
use weir_tests::server::post_over;
use weir_tests::{Home, Interposer, Server};

#[test]
fn a_disk_that_turns_read_only_ends_the_server_and_loses_nothing() {
    let home = Home::new();
    let interposer = Interposer::at(&home);
    interposer.lift();
    let mut server = Server::run(interposer.over(Server::command(&home))).expect("it starts");
    let rng = &mut weir_tests::chance::seeded("WEIR_STRAIN_SEED");
    let posting = load::start(server.address(), 0, "", rng);
    std::thread::sleep(std::time::Duration::from_millis(80));
    interposer.plan("fail EROFS any */data/* 1 on");
    assert_eq!(server.wait(), Some(1), "{}", server.said());
    assert!(server.said().contains("look at the disk"), "{}", server.said());
    let posted = join(posting);
    // As long as it is so, it says so.
    let said = Server::run(interposer.over(Server::command(&home))).err().expect("it cannot start");
    assert!(said.contains("Read-only file system") && said.contains("mount it writable"), "{said}");
    interposer.lift();
    let server = Server::start(&home);
    server.takes(MAIN, &[event(7, 7002)]);
    assert_eq!(server.stop().0, Some(0));
    let logged = home.bodies();
    assert_eq!(home.verified(), logged.len() as u64);
    for body in posted.iter().flat_map(|posted| &posted.taken) {
        assert!(logged.contains(body), "answered with 200 but not in the log: {body}");
    }
}

#[test]
fn a_server_that_is_started_again_and_again_goes_on_as_soon_as_there_is_room() {
    let home = Home::new();
    let Some(disk) = Disk::at(&home.data(), 2_048) else { return };
    let mut server = Server::start(&home);
    let mut taken = vec![event(0, 7001)];
    server.takes(MAIN, &taken);
    disk.fill();
    let mut connection = server.connect();
    for number in 1.. {
        // It may take what still fits into the journal.
        let body =
            format!("{{\"filler\":\"{number} {}\",{}", "x".repeat(20_000), &event(1, 7001)[1..]);
        match post_over(&mut connection, MAIN, &body) {
            Ok(200) => taken.push(body),
            _ => break,
        }
    }
    assert_eq!(server.wait(), Some(1), "{}", server.said());
    // As a supervisor would.
    for _ in 0..3 {
        match Server::try_start(&home) {
            Ok(mut again) => {
                let answer = again.post(MAIN, event(2, 7001)).status;
                if answer == 200 {
                    taken.push(event(2, 7001));
                }
                let _ = again.ended();
            }
            Err(said) => assert!(said.contains("full") || said.contains("No space"), "{said}"),
        }
    }
    disk.empty();
    let server = Server::start(&home);
    server.takes(MAIN, &[event(3, 7001)]);
    assert_eq!(server.get("/readyz").status, 200);
    assert_eq!(server.stop().0, Some(0));
    let logged = home.bodies();
    for body in &taken {
        assert!(logged.contains(body), "answered with 200 but not in the log: {body}");
    }
    assert_eq!(home.verified(), logged.len() as u64);
}
