//! A report as a table for people, as CSV, as JSON, or as a page with bars that needs nothing else.

use std::fmt::Write;

use serde_json::json;

use super::Report;

/// A form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Columns of text.
    Table,
    /// RFC 4180.
    Csv,
    /// One object; `counts` is there by name too.
    Json,
    /// A page.
    Html,
}

impl Form {
    /// A form by its name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "table" => Some(Self::Table),
            "csv" => Some(Self::Csv),
            "json" => Some(Self::Json),
            "html" => Some(Self::Html),
            _ => None,
        }
    }

    /// Its media type.
    #[must_use]
    pub const fn media(self) -> &'static str {
        match self {
            Self::Table => "text/plain; charset=utf-8",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Json => "application/json",
            Self::Html => "text/html; charset=utf-8",
        }
    }
}

/// The report in a form, with a line end.
#[must_use]
pub fn render(report: &Report, form: Form) -> String {
    match form {
        Form::Table => table(report),
        Form::Csv => csv(report),
        Form::Json => {
            let counts = report.attributes.iter().map(|usage| (usage.name.clone(), json!(usage.count)));
            let mut shown = json!(report);
            shown["counts"] = counts.collect();
            format!("{shown}\n")
        }
        Form::Html => html(report),
    }
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

fn table(report: &Report) -> String {
    let rows = report.attributes.iter().map(|usage| (usage.name.as_str(), usage.count.to_string(), percent(usage.fill_rate)));
    let rows: Vec<_> = std::iter::once(("attribute", "conversations".to_owned(), "filled".to_owned())).chain(rows).collect();
    let width = |length: &dyn Fn(&(&str, String, String)) -> usize| rows.iter().map(length).max().unwrap_or(0);
    let (names, counts) = (width(&|row| row.0.chars().count()), width(&|row| row.1.len()));
    let mut text = format!("{} conversations from {} to {}\n\n", report.conversations, report.from, report.to);
    for (name, count, share) in &rows {
        // Writing to a String cannot fail.
        _ = writeln!(text, "{name:<names$}  {count:>counts$}  {share:>8}");
    }
    text
}

fn csv(report: &Report) -> String {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    let header = ["attribute", "count", "conversations", "fill_rate", "from", "to"].map(str::to_owned);
    let rows = report.attributes.iter().map(|usage| {
        let (count, all) = (usage.count.to_string(), report.conversations.to_string());
        // A name that a spreadsheet would take for a formula is a text there.
        let name = if usage.name.starts_with(['=', '+', '-', '@']) { format!("'{}", usage.name) } else { usage.name.clone() };
        [name, count, all, format!("{:.6}", usage.fill_rate), report.from.clone(), report.to.clone()]
    });
    for row in std::iter::once(header).chain(rows) {
        writer.write_record(row).expect("rows of one length are written to memory");
    }
    String::from_utf8(writer.into_inner().expect("memory takes everything")).expect("texts are UTF-8")
}

fn html(report: &Report) -> String {
    let mut rows = String::new();
    for usage in &report.attributes {
        let (name, share) = (escaped(&usage.name), usage.fill_rate * 100.0);
        _ = writeln!(
            rows,
            "<tr><th scope=\"row\">{name}</th><td>{}</td><td><meter min=\"0\" max=\"100\" value=\"{share:.1}\">{share:.1} %</meter> \
             {}</td></tr>",
            grouped(usage.count),
            percent(usage.fill_rate)
        );
    }
    format!(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\n\
         <meta name=\"color-scheme\" content=\"light dark\"><title>Attribute usage</title>\n<style>\n\
         body{{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:50rem;padding:0 1rem}}\n\
         table{{border-collapse:collapse;width:100%}}th,td{{padding:.4rem;text-align:left;border-bottom:1px solid #8884}}\n\
         th{{overflow-wrap:anywhere}}th:nth-child(2),td:nth-child(2){{text-align:right;font-variant-numeric:tabular-nums}}\n\
         td:nth-child(3){{width:40%}}meter{{width:min(12rem,100%);vertical-align:middle}}\n\
         </style>\n<h1>Attribute usage</h1>\n<p>{} conversations from {} to {}</p>\n\
         <table><thead><tr><th scope=\"col\">Attribute</th><th scope=\"col\">Conversations</th><th scope=\"col\">Filled</th></tr>\
         </thead><tbody>\n{rows}</tbody></table>\n</html>\n",
        grouped(report.conversations),
        moment(&report.from),
        moment(&report.to)
    )
}

/// A moment as people read it; the minute is enough for them.
fn moment(rfc3339: &str) -> String {
    let shown = rfc3339.get(..16).map_or_else(|| rfc3339.to_owned(), |minute| format!("{} UTC", minute.replace('T', " ")));
    format!("<time datetime=\"{rfc3339}\">{shown}</time>")
}

/// A number with commas between the thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::super::Usage;
    use super::*;

    #[test]
    fn each_form_says_the_same() {
        let usage = |name: &str, count, fill_rate| Usage { name: name.into(), count, fill_rate };
        let report = Report {
            from: "2026-01-01T00:00:00Z".into(),
            to: "2026-01-31T00:00:00Z".into(),
            conversations: 8_000,
            attributes: vec![usage("tier", 2_000, 0.25), usage("<b>\"x\",=1", 0, 0.0)],
        };
        let table = render(&report, Form::Table);
        assert!(table.contains("tier") && table.contains("25.0 %") && table.starts_with("8000 conversations"));
        let csv = render(&report, Form::Csv);
        let mut rows = ::csv::Reader::from_reader(csv.as_bytes());
        let rows: Vec<_> = rows.records().map(|row| row.unwrap()).collect();
        assert_eq!((&rows[0][0], &rows[0][1], &rows[1][0]), ("tier", "2000", "<b>\"x\",=1"));
        let json: serde_json::Value = serde_json::from_str(&render(&report, Form::Json)).unwrap();
        assert_eq!((&json["counts"]["tier"], &json["attributes"][0]["fillRate"]), (&json!(2_000), &json!(0.25)));
        let html = render(&report, Form::Html);
        assert!(html.contains("<td>2,000</td>") && html.contains(">2026-01-31 00:00 UTC</time>"));
        assert!(html.contains("value=\"25.0\"") && html.contains("&lt;b&gt;&quot;x&quot;,=1") && !html.contains("<b>"));
    }
}
