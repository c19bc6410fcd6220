//! A signature that others compute too.

use weir_tests::Home;
use weir_tests::event::SAMPLES;
use weir_tests::home::MAIN;

/// RFC 4231, test case 2.
const KEY: &str = "Jefe";
const BODY: &str = "what do ya want for nothing?";
const SIGNATURE: &str = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";

#[test]
fn it_is_that_of_the_standard() {
    let home = Home::new();
    home.write("body", BODY);
    // However the secret's file ends.
    for end in ["", "\n", "\r\n"] {
        home.write("key", format!("{KEY}{end}"));
        let said = home.prints(["sign", "--secret-file", "key", "body"]);
        assert_eq!(said, format!("{SIGNATURE}\n"));
    }
}

#[test]
fn a_body_may_come_from_stdin_and_every_byte_of_it_counts() {
    let home = Home::new();
    for (body, args) in [
        (SAMPLES[0].to_owned(), &["sign", "--secret-file", "main-first"][..]),
        (SAMPLES[0].to_owned() + "\n", &["sign", "--secret-file", "main-first", "-"]),
    ] {
        let file = home.write("body", &body);
        let mut command = home.command(args);
        command.stdin(std::fs::File::open(file).expect("it was written"));
        let run = weir_tests::Run::of(&mut command).ok();
        assert_eq!(run.text().trim_end(), MAIN.sign(&body));
    }
}
