//! JSON numbers as text.

/// The text of a JSON number as Python's `str` writes it (Django REST framework: `CharField`). If that would change the
/// value, because a float has 17 digits, the number is kept as written: different numbers never become the same text.
pub(super) fn text(written: &str) -> String {
    if !written.contains(['.', 'e', 'E']) {
        return if written == "-0" { "0" } else { written }.to_owned();
    }
    let spelled = written.parse().map(as_python).unwrap_or_default();
    let is_exact = decimal(&spelled).is_some_and(|value| decimal(written) == Some(value));
    if is_exact { spelled } else { written.to_owned() }
}

/// `repr` of a Python float. It differs from Rust in the exponent, which has a sign and two digits.
fn as_python(float: f64) -> String {
    let text = format!("{float:?}");
    let Some((digits, exponent)) = text.split_once('e') else { return text };
    let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |exponent| ('-', exponent));
    format!("{digits}e{sign}{exponent:0>2}")
}

/// The value of a number: sign, digits without surrounding zeros, and the power of ten of the last digit. `None` if it
/// is not a number, or its exponent is too large.
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
    fn a_number_is_written_as_python_writes_it() {
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
    fn a_number_beyond_float_precision_is_kept_as_written() {
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
