use super::*;

fn parse(text: &str) -> Result<CronExpression, ScheduleError> {
    text.parse()
}

#[test]
fn names_ranges_steps_and_lists_are_read() {
    let same = |text: &str, plain: &str| {
        let (expression, plain) = (parse(text).unwrap(), parse(plain).unwrap());
        assert_eq!(
            CronExpression {
                text: String::new(),
                ..expression
            },
            CronExpression {
                text: String::new(),
                ..plain
            },
            "{text}"
        );
    };
    same("0 0 * jan-MAR mon,Wed", "0 0 * 1,2,3 1,3");
    same("*/20 9-17/4 1,15 * *", "0,20,40 9,13,17 1,15 * *");
    same("0 0 * * FRI-SUN", "0 0 * * 5,6,0");
    same("0 0 * * 7", "0 0 * * SUN");
    same(" 0\t0  * * 0-7 ", "0 0 * * 0-6");
    same("@HOURLY", "0 * * * *");
    same("@midnight", "@daily");
    same("@weekly", "0 0 * * 0");
    same("@monthly", "0 0 1 * *");
    same("@annually", "@yearly");
}

#[test]
fn an_error_names_the_field_and_what_is_wrong_with_it() {
    for (text, expected) in [
        (
            "60 * * * *",
            "minute `60`: number out of bounds; allowed: 0 to 59",
        ),
        ("* 25 * * *", "hour `25`: number out of bounds; allowed: 0 to 23"),
        (
            "* * 0 * *",
            "day of month `0`: number out of bounds; allowed: 1 to 31",
        ),
        ("* * * 13 *", "month `13`: number out of bounds; allowed: 1 to 12"),
        (
            "* * * * FRI-MON",
            "day of week `FRI-MON`: the range is reversed; write FRI-SAT,SUN-MON",
        ),
        (
            "* * * * Monday",
            "day of week `Monday`: `Monday` is not a day of week: SUN to SAT",
        ),
        ("* * * MON *", "month `MON`: `MON` is not a month: JAN to DEC"),
        ("MON * * * *", "minute `MON`: `MON` is not a number"),
        ("1,,2 * * * *", "minute `1,,2`: empty entry next to a comma"),
        (", * * * *", "minute `,`: empty entry next to a comma"),
        ("* * L * *", "day of month `L`: `L` is not a number"),
        ("* * ? * *", "day of month `?`: `?` is not allowed here"),
        ("* * * * 1#2", "day of week `1#2`: `#` is not allowed here"),
        (
            "*/0 * * * *",
            "minute `*/0`: step cannot be zero; allowed: 0 to 59",
        ),
        (
            "0 17-9/2 * * *",
            "hour `17-9/2`: the range is reversed; write 17-23,0-9/2",
        ),
        (
            "0 0 * nov-2 *",
            "month `nov-2`: the range is reversed; write nov-DEC,1-2",
        ),
        (
            "0/0 * * * *",
            "minute `0/0`: step cannot be zero; allowed: 0 to 59",
        ),
        (
            "1,5/10 * * * *",
            "minute `5/10`: a step needs a range; write 5-59/10",
        ),
        (
            "0 0 * * MON/2",
            "day of week `MON/2`: a step needs a range; write MON-SAT/2",
        ),
        ("0 0 30 2 *", "`0 0 30 2 *` never happens: no year has such a day"),
        (
            "0 0 31 4,6,9,11 *",
            "`0 0 31 4,6,9,11 *` never happens: no year has such a day",
        ),
        ("@reboot", "unknown schedule `@reboot`"),
    ] {
        assert_eq!(parse(text).unwrap_err().to_string(), expected);
    }
    for (text, found) in [("", 0), ("* * * *", 4), ("0 * * * * *", 6)] {
        assert_eq!(
            parse(text),
            Err(ScheduleError::FieldCount {
                expression: text.to_owned(),
                found
            })
        );
    }
    // The weekday alone is enough here.
    assert!(parse("0 0 30 2 MON").is_ok());
}

#[test]
fn a_step_that_leaves_one_value_is_refused_with_the_interval_that_was_meant() {
    for (text, error, hint) in [
        (
            "*/90 * * * *",
            "minute `*/90`: the step is too long: only 0 would match",
            "for every 90 minutes use --every 90m; for 0 alone write 0",
        ),
        (
            "5,*/61 * * * *",
            "minute `*/61`: the step is too long: only 0 would match",
            "for every 61 minutes use --every 61m; for 0 alone write 0",
        ),
        (
            "0 */36 * * *",
            "hour `*/36`: the step is too long: only 0 would match",
            "for every 36 hours use --every 36h; for 0 alone write 0",
        ),
        (
            "0 0 */31 * *",
            "day of month `*/31`: the step is too long: only 1 would match",
            "for every 31 days use --every 744h; for 1 alone write 1",
        ),
        (
            "0 0 1 */13 *",
            "month `*/13`: the step is too long: only 1 would match",
            "write 1",
        ),
        (
            "0 0 * * */8",
            "day of week `*/8`: the step is too long: only 0 would match",
            "for every 8 days use --every 192h; for 0 alone write 0",
        ),
        (
            "0 */100000 * * *",
            "hour `*/100000`: the step is too long: only 0 would match",
            "write 0",
        ),
        (
            "0 9-17/9 * * *",
            "hour `9-17/9`: the step is too long: only 9 would match",
            "write 9",
        ),
        (
            "5-5/1 * * * *",
            "minute `5-5/1`: the step is too long: only 5 would match",
            "write 5",
        ),
    ] {
        let refused = parse(text).unwrap_err();
        assert_eq!(
            (refused.to_string(), refused.hint().as_deref()),
            (error.to_owned(), Some(hint))
        );
        // One that was saved by an older version keeps its meaning.
        assert!(
            text.contains("100000") || CronExpression::saved(text).is_ok(),
            "{text}"
        );
    }
    // What comes around evenly is what was meant.
    for text in [
        "*/60 * * * *",
        "0 */24 * * *",
        "0 0 1 */12 *",
        "0 0 * * */7",
        "*/59 * * * *",
        "0 9-17/8 * * *",
    ] {
        assert!(parse(text).is_ok(), "{text}");
    }
}

#[test]
fn either_day_is_enough_if_both_are_restricted() {
    let day = |text: &str, date: &str| parse(text).unwrap().matches_day(date.parse().unwrap());
    // 13 March 2026 is a Friday.
    assert!(day("0 0 13 * FRI", "2026-03-13") && day("0 0 13 * FRI", "2026-03-20"));
    assert!(day("0 0 13 * FRI", "2026-04-13") && !day("0 0 13 * FRI", "2026-04-14"));
    assert!(!day("0 0 * * FRI", "2026-04-13") && !day("0 0 13 * *", "2026-03-20"));
    // With a star at its beginning a field counts as not restricted, even with a step.
    assert!(!day("0 0 */2 * FRI", "2026-03-20") && day("0 0 */2 * FRI", "2026-03-13"));
}

#[test]
fn a_rare_day_is_found_across_decades() {
    let next = parse("0 12 29 2 */7")
        .unwrap()
        .next_civil("2033-01-01T00:00".parse().unwrap());
    assert_eq!(next, Some("2060-02-29T12:00".parse().unwrap()));
    let last = parse("0 0 * * *")
        .unwrap()
        .next_civil("9999-12-31T00:01".parse().unwrap());
    assert_eq!(last, None);
}
