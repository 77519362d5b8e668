//! JSON numbers that are read as text.

/// The text of a number, given as it was written: what Python's `str` makes of it (Django REST framework: `CharField`).
/// Where that would change the value, since a float has 17 digits and an end, the number stays as it was written: no
/// two numbers become one text.
pub(super) fn text(written: &str) -> String {
    if !written.contains(['.', 'e', 'E']) {
        return if written == "-0" { "0" } else { written }.to_owned();
    }
    let spelled = written.parse().map(as_python).unwrap_or_default();
    let is_exact = decimal(&spelled).is_some_and(|value| decimal(written) == Some(value));
    if is_exact { spelled } else { written.to_owned() }
}

/// `repr` of a Python float: as Rust's, but for the exponent, which has a sign and two digits.
fn as_python(float: f64) -> String {
    let text = format!("{float:?}");
    let Some((digits, exponent)) = text.split_once('e') else { return text };
    let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |exponent| ('-', exponent));
    format!("{digits}e{sign}{exponent:0>2}")
}

/// The value of a number: its sign, its digits without zeros around them, and the power of ten of the last one. `None`:
/// not a number, or one whose exponent is beyond all reason.
fn decimal(number: &str) -> Option<(bool, String, i64)> {
    let (is_negative, number) = number.strip_prefix('-').map_or((false, number), |number| (true, number));
    let (digits, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{fraction}");
    if !all.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let significant = all.trim_end_matches('0');
    if significant.is_empty() {
        return Some((is_negative, String::new(), 0));
    }
    let zeros = all.len() - significant.len();
    let shift = i64::try_from(zeros).ok()? - i64::try_from(fraction.len()).ok()?;
    let power = exponent.parse::<i64>().ok()?.checked_add(shift)?;
    Some((is_negative, significant.trim_start_matches('0').to_owned(), power))
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn a_number_is_spelled_as_python_spells_it() {
        for (written, spelled) in [
            ("5", "5"),
            ("-0", "0"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
            ("1.5", "1.5"),
            ("1.50", "1.5"),
            ("-0.0", "-0.0"),
            ("0e5", "0.0"),
            ("1e5", "100000.0"),
            ("1E+5", "100000.0"),
            ("1e16", "1e+16"),
            ("123456789012345680.0", "1.2345678901234568e+17"),
            ("0.0001", "0.0001"),
            ("0.00001", "1e-05"),
            ("1.5e-7", "1.5e-07"),
            ("1e-300", "1e-300"),
        ] {
            assert_eq!(text(written), spelled, "{written}");
        }
    }

    #[test]
    fn a_number_that_no_float_holds_stays_as_it_was_written() {
        for written in [
            "0.12345678901234567890",
            "0.12345678901234567891",
            "12345678901234567890.5",
            "1e400",
            "-1e400",
            "1e-400",
            "1e99999999999999999999",
        ] {
            assert_eq!(text(written), written);
        }
    }
}
