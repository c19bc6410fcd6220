//! Charts at their limits: nothing, one, many, equal, no numbers.

use super::{
    Bar, Bars, Column, Dumbbell, Dumbbells, Histogram, Ink, Mark, Part, Percentile, Picture, Size,
    SparkPoint, Step, Theme, Trend, TrendPoint, WayRow, bars, distribution, dumbbells, figure_svg,
    row_bar, small_svg, spark, stack, svg, trend, way,
};

fn bar(name: &str, value: f64, interval: (f64, f64)) -> Bar {
    Bar {
        name: name.to_owned(),
        parts: vec![Part { value, ink: Ink::Cancelled }],
        interval: Some(interval),
        count: "147".to_owned(),
        rate: "7.1 % of started".to_owned(),
        note: "9.8 % of 1,502".to_owned(),
        ..Bar::default()
    }
}

fn point(rate: Option<f64>, open: f64) -> TrendPoint {
    TrendPoint {
        tick: "5 Jan".to_owned(),
        title: "2026-01-05".to_owned(),
        tip: vec!["tip".to_owned()],
        rate,
        interval: rate.map(|rate| (rate - 0.1, rate + 0.1)),
        started: 40.0,
        open,
        provisional: 0.0 < open,
        faint: false,
        href: None,
    }
}

/// Every mark has finite coordinates and lies on the picture; it paints both ways.
#[track_caller]
fn check(picture: &Picture, size: Size) {
    assert!(picture.height.is_finite() && 0.0 < picture.height, "{}", picture.height);
    let inside = |x: f64, y: f64| {
        assert!((-2.0..=picture.width + 2.0).contains(&x), "x {x}");
        assert!((-2.0..=picture.height + 2.0).contains(&y), "y {y}");
    };
    for mark in &picture.marks {
        match mark {
            Mark::Rect { x, y, w, h, .. } => {
                inside(*x, *y);
                inside(x + w, y + h);
            }
            Mark::Path { points, .. } | Mark::Area { points, .. } => {
                points.iter().for_each(|&(x, y)| inside(x, y));
            }
            Mark::Dot { x, y, .. } | Mark::Text { x, y, .. } => inside(*x, *y),
        }
    }
    for hit in &picture.hits {
        inside(hit.x, hit.y);
        inside(hit.x + hit.w, hit.y + hit.h);
    }
    let page = figure_svg(picture, size, "A title").unwrap();
    assert!(!page.contains("NaN"));
    svg(picture).unwrap();
}

#[test]
fn bars_hold_at_their_limits() {
    for size in Size::ALL {
        let check_bars = |rows: Vec<Bar>| {
            let chart = Bars { groups: vec![rows], ..Bars::default() };
            check(&bars(&chart, size), size);
        };
        check_bars(vec![]);
        check_bars(vec![bar("one", 0.3, (0.2, 0.4))]);
        check_bars(vec![bar("zero", 0.0, (0.0, 0.0))]);
        check_bars(vec![bar("no number", f64::NAN, (f64::NAN, f64::NAN))]);
        check_bars(vec![bar("endless", f64::INFINITY, (0.0, f64::INFINITY))]);
        check_bars(vec![bar("equal", 0.5, (0.5, 0.5)), bar("equal", 0.5, (0.5, 0.5))]);
        check_bars((0..500).map(|n| bar("many", f64::from(n), (0.0, 500.0))).collect());
        check_bars(vec![bar(&"long name ".repeat(20), 0.3, (0.2, 0.4))]);
        check_bars(vec![bar("شاشة الكاميرا", 0.3, (0.2, 0.4))]);
    }
}

#[test]
fn a_stack_holds_at_its_limits() {
    for size in Size::ALL {
        check(&stack(&[], size), size);
        check(&stack(&[bar("one", 0.0, (0.0, 0.0))], size), size);
        let parts: Vec<Bar> = (0..5).map(|n| bar("part", f64::from(n), (0.0, 1.0))).collect();
        check(&stack(&parts, size), size);
    }
}

#[test]
fn a_trend_holds_at_its_limits() {
    for size in Size::ALL {
        let check_trend = |points: Vec<TrendPoint>| {
            check(&trend(&Trend { points, ..Trend::default() }, size), size);
        };
        check_trend(vec![]);
        check_trend(vec![point(Some(0.3), 0.0)]);
        check_trend(vec![point(None, 0.0)]);
        check_trend(vec![point(Some(0.0), 0.0); 9]);
        check_trend(vec![point(Some(1.0), 40.0); 9]);
        check_trend(vec![point(Some(f64::NAN), f64::NAN), point(Some(0.4), 1.0)]);
        check_trend((0..120).map(|n| point((n % 3 != 0).then_some(0.3), 0.0)).collect());
        check_trend(vec![point(Some(0.2), 0.0), point(Some(0.3), 2.0), point(Some(0.1), 0.0)]);
    }
}

#[test]
fn a_distribution_holds_at_its_limits() {
    let column = |value: f64| Column {
        edge: "30 min".to_owned(),
        value,
        count: "1,317".to_owned(),
        href: Some("/sessions".to_owned()),
        ..Column::default()
    };
    let percentile = |at| Percentile { at, words: "half within 3 min 12 s".to_owned() };
    for size in Size::ALL {
        let check_columns = |values: &[f64]| {
            let chart = Histogram {
                columns: values.iter().copied().map(column).collect(),
                last_edge: "1 h".to_owned(),
                percentiles: [-1.0, 0.0, 0.4, 99.0, f64::NAN].map(percentile).to_vec(),
                ink: Ink::Submitted,
                count_name: "sessions".to_owned(),
            };
            check(&distribution(&chart, size), size);
        };
        check_columns(&[]);
        check_columns(&[0.0]);
        check_columns(&[1.0]);
        check_columns(&[f64::NAN, f64::INFINITY, 3.0]);
        check_columns(&[2_000_000.0; 20]);
    }
}

#[test]
fn dumbbells_hold_at_their_limits() {
    let row = |a: Option<f64>, b: Option<f64>| Dumbbell {
        name: "Camera access blocked ".repeat(8),
        a,
        b,
        label: "7.1 % to 9.8 %".to_owned(),
        ..Dumbbell::default()
    };
    for size in Size::ALL {
        let check_rows = |rows: Vec<Dumbbell>| {
            let long = "2026-01-05 00:00 to 2026-02-04 00:00 ".repeat(3);
            let chart = Dumbbells { rows, names: (long.clone(), long) };
            check(&dumbbells(&chart, size), size);
        };
        check_rows(vec![]);
        check_rows(vec![row(None, None)]);
        check_rows(vec![row(Some(0.0), Some(0.0)), row(Some(f64::NAN), Some(f64::INFINITY))]);
        check_rows(vec![row(Some(0.2), Some(0.1)), row(None, Some(1.0))]);
    }
}

#[test]
fn a_picture_in_a_row_holds_at_its_limits() {
    let check_small = |picture: &Picture| {
        check(picture, Size::Wide);
        let svg = small_svg(picture, "spark", "</svg><b>", "\"so\"").unwrap();
        assert!(!svg.contains("<b>") && svg.contains("&quot;so&quot;"), "{svg}");
    };
    let part = |value| Part { value, ink: Ink::Cancelled };
    check_small(&row_bar(&[], None, 0.0));
    check_small(&row_bar(&[part(0.2), part(f64::NAN)], Some((0.1, 0.3)), 0.3));
    check_small(&row_bar(&[part(9.0)], Some((f64::NAN, 1.0)), 0.3));
    let point = |rate, open| SparkPoint { rate, open };
    check_small(&spark(&[]));
    check_small(&spark(&[point(Some(0.4), false)]));
    check_small(&spark(&[point(None, false), point(Some(0.0), true), point(Some(f64::NAN), true)]));
    check_small(&spark(&[point(Some(0.1), false); 400]));
}

#[test]
fn a_way_holds_at_its_limits() {
    let step = |name: &str, words: &str, went_on: f64, left: f64| {
        let part = |value, ink| Part { value, ink };
        WayRow::Step(Step {
            name: name.to_owned(),
            words: words.to_owned(),
            parts: vec![part(went_on, Ink::Band), part(left, Ink::Cancelled)],
            all: Some(("40 got there".to_owned(), "/sessions".to_owned())),
            ..Step::default()
        })
    };
    let (long, words) =
        ("long name ".repeat(20), "86 left here, 6.2 % of the 1,391 who got there ");
    for size in Size::ALL {
        let check_way = |rows: &[WayRow]| check(&way(rows, size), size);
        check_way(&[]);
        check_way(&[WayRow::Heading { name: long.clone(), words: long.clone() }]);
        check_way(&[step("zero", words, 0.0, 0.0)]);
        check_way(&[step("no number", words, f64::NAN, f64::INFINITY)]);
        check_way(&[step(&long, &words.repeat(4), 1.0, 2.0), step("one", words, 0.0, 1.0)]);
    }
}

#[test]
fn no_two_inks_share_a_value() {
    let values: std::collections::BTreeSet<String> = Ink::ALL.iter().map(|ink| ink.hex()).collect();
    assert_eq!(values.len(), Ink::ALL.len());
}

#[test]
fn the_style_sheet_gives_every_ink_its_light_value_and_its_classes() {
    let css = crate::render::STYLE_SHEET;
    for ink in Ink::ALL {
        let name = ink.name();
        for rule in [format!(".f-{name} {{"), format!(".s-{name} {{")] {
            assert!(css.contains(&rule), "{rule}");
        }
        let value = format!("--{name}: {};", ink.hex().to_lowercase());
        assert!(css.contains(&value), "{value}");
    }
}

#[test]
fn the_style_sheet_gives_every_ink_its_dark_value() {
    let css = crate::render::STYLE_SHEET;
    let dark =
        css.split("prefers-color-scheme: dark").nth(1).unwrap().split("}\n}").next().unwrap();
    for ink in Ink::ALL {
        let (r, g, b) = ink.on(Theme::Dark);
        let value = format!("--{}: #{r:02x}{g:02x}{b:02x};", ink.name());
        assert!(dark.contains(&value), "{value}");
    }
}

#[test]
fn a_chart_on_a_page_has_classes_and_escaped_names() {
    let mut hostile = bar("</svg><script>alert(1)</script>", 0.3, (0.2, 0.4));
    hostile.href = Some("/api/v1/sessions?state=%3Cscript%3E&outcome=\"".to_owned());
    let picture = bars(&Bars { groups: vec![vec![hostile]], ..Bars::default() }, Size::Wide);
    let page = figure_svg(&picture, Size::Wide, "<b>").unwrap();
    assert!(!page.contains("<script") && !page.contains("<b>"), "{page}");
    assert!(page.contains("<path class=\"f-cancelled\" d=\"M"));
    assert!(page.contains("outcome=&quot;"));
    assert_eq!(page.matches("</svg>").count(), 1);
}

#[test]
fn the_marks_and_their_hit_areas_agree() {
    let chart = Bars {
        groups: vec![vec![bar("a", 0.3, (0.2, 0.4)), bar("b", 0.1, (0.05, 0.2))]],
        ..Bars::default()
    };
    let picture = bars(&chart, Size::Wide);
    let rects: Vec<_> = picture
        .marks
        .iter()
        .filter_map(|mark| match mark {
            Mark::Rect { y, h, ink: Ink::Cancelled, .. } => Some((*y, y + h)),
            _ => None,
        })
        .collect();
    assert_eq!(rects.len(), picture.hits.len());
    for ((top, bottom), hit) in rects.into_iter().zip(&picture.hits) {
        assert!(hit.y <= top && bottom <= hit.y + hit.h);
    }
}

/// The value of a custom property: of the first theme (light) or the second (dark).
fn property(name: &str, theme: usize) -> String {
    let start = format!("--{name}: #");
    let value = crate::render::STYLE_SHEET.split(start.as_str()).nth(theme + 1).unwrap();
    value[..6].to_owned()
}

/// Relative luminance, WCAG 2.2.
fn luminance(hex: &str) -> f64 {
    let channel = |n: usize| {
        let value = f64::from(u8::from_str_radix(&hex[2 * n..2 * n + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(0) + 0.7152 * channel(1) + 0.0722 * channel(2)
}

#[test]
fn every_ink_can_be_seen_on_its_paper_and_every_text_read() {
    for theme in [0, 1] {
        let paper = luminance(&property("paper", theme));
        let check = |name: &str, least: f64| {
            let ink = luminance(&property(name, theme));
            let contrast = (paper.max(ink) + 0.05) / (paper.min(ink) + 0.05);
            assert!(least <= contrast, "{name} in theme {theme}: {contrast:.2}");
        };
        for text in ["text", "muted", "faint", "accent"] {
            check(text, 4.5);
        }
        for mark in ["data", "submitted", "cancelled", "lost", "stalled", "open"] {
            check(mark, 3.0);
        }
        // The two losses that lie side by side differ in lightness too, for grey print.
        let lightness = |name| luminance(&property(name, theme));
        assert!(0.05 < (lightness("cancelled") - lightness("lost")).abs());
    }
}
