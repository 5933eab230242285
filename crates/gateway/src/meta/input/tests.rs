//! The three forms, and going on from every position.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// Gives a few bytes at a time.
struct Drip(Vec<u8>, usize);

impl std::io::Read for Drip {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = buffer.len().min(3).min(self.0.len() - self.1);
        buffer[..count].copy_from_slice(&self.0[self.1..self.1 + count]);
        self.1 += count;
        Ok(count)
    }
}

fn stream(text: &[u8]) -> Source {
    Source::Stream(Box::new(Drip(text.to_vec(), 0)))
}

fn file(text: &[u8]) -> Source {
    use std::io::{Seek, Write};
    let path = std::env::temp_dir().join(format!("guestsync-input-{}", uuid::Uuid::new_v4()));
    let mut file = std::fs::File::options().create_new(true).read(true).write(true).open(&path).unwrap();
    file.write_all(text).unwrap();
    file.rewind().unwrap();
    std::fs::remove_file(path).unwrap();
    Source::File(file)
}

fn all(reader: &mut Reader) -> Result<Vec<Raw>, InputError> {
    let mut records = Vec::new();
    while let Some(raw) = reader.next_record()? {
        records.push(raw);
    }
    Ok(records)
}

fn read(text: &[u8], format: Format) -> Result<Vec<Raw>, InputError> {
    all(&mut Reader::new(stream(text), format)?)
}

fn members(raw: &Raw) -> Result<Value, &'static str> {
    match raw.content.clone()? {
        Content::Json(text) => {
            let text = std::str::from_utf8(&text).unwrap();
            serde_json::from_str(text).ok().filter(Value::is_object).ok_or_else(|| content::wrong(text))
        }
        Content::Texts(members) => Ok(Value::Object(members)),
    }
}

fn told(records: &[Raw]) -> Vec<(u64, u64, Result<Value, &'static str>)> {
    records.iter().map(|raw| (raw.record, raw.line, members(raw))).collect()
}

#[test]
fn each_form_gives_its_records_with_their_places() {
    let expected =
        vec![(1, 2, Ok(json!({"a": "1", "b": "x,\ny"}))), (2, 4, Ok(json!({"a": "é", "b": ""}))), (3, 5, Err("record.columns"))];
    assert_eq!(told(&read("a,b\n1,\"x,\ny\"\né,\n3\n".as_bytes(), Format::Csv(b',')).unwrap()), expected);
    let with_crlf = b"\xef\xbb\xbfa,b\r\n1,\"x,\r\ny\"\r\n2,z\r\n3\r\n";
    let expected = vec![
        (1, 2, Ok(json!({"a": "1", "b": "x,\r\ny"}))),
        (2, 4, Ok(json!({"a": "2", "b": "z"}))),
        (3, 5, Err("record.columns")),
    ];
    assert_eq!(told(&read(with_crlf, Format::Csv(b',')).unwrap()), expected);
    let lines = b"\xef\xbb\xbf{\"a\":1}\r\n\n  {\"a\": \"]\"}\n[1]\n{\"a\":\n{\"a\":2}";
    let expected = vec![
        (1, 1, Ok(json!({"a": 1}))),
        (2, 3, Ok(json!({"a": "]"}))),
        (3, 4, Err("record.no.object")),
        (4, 5, Err("record.no.json")),
        (5, 6, Ok(json!({"a": 2}))),
    ];
    assert_eq!(told(&read(lines, Format::Ndjson).unwrap()), expected);
    let array = b" [\n{\"a\": \"\\\"],{\"}\n, {\"b\": [1, {}]},\n 3, {x}]\n";
    let expected = vec![
        (1, 2, Ok(json!({"a": "\"],{"}))),
        (2, 3, Ok(json!({"b": [1, {}]}))),
        (3, 4, Err("record.no.object")),
        (4, 4, Err("record.no.json")),
    ];
    assert_eq!(told(&read(array, Format::Json).unwrap()), expected);
    for format in [Format::Json, Format::Ndjson] {
        assert_eq!(read(b"[]", format).unwrap().len(), usize::from(format == Format::Ndjson));
    }
}

#[test]
fn what_makes_the_rest_unreadable_is_an_error_with_its_line() {
    for (text, line) in [("{}", 1), ("[{}", 1), ("[{}]\n\nx", 3), ("", 1), ("[\n{},]", 2)] {
        let outcome = read(text.as_bytes(), Format::Json);
        // A comma before the end makes an element that is no JSON.
        if text.contains(",]") {
            assert_eq!(members(&outcome.unwrap()[1]), Err("record.no.json"));
            continue;
        }
        assert!(matches!(outcome, Err(InputError::Array(at)) if at == line), "{text}");
    }
    for header in ["", "a,a\n1,2", "a,,b\n1,2,3"] {
        assert!(matches!(read(header.as_bytes(), Format::Csv(b',')), Err(InputError::Header)), "{header}");
    }
}

#[test]
fn an_endless_record_is_not_kept() {
    let long = "x".repeat(LONGEST + 1);
    let lines = format!("{{\"a\": \"{long}\"}}\n{{\"a\": 1}}\n");
    let records = read(lines.as_bytes(), Format::Ndjson).unwrap();
    assert_eq!((members(&records[0]), records.len()), (Err("record.too.long"), 2));
    let array = format!("[{{\"a\": \"{long}\"}}, {{\"a\": 1}}]");
    let records = read(array.as_bytes(), Format::Json).unwrap();
    assert_eq!((members(&records[0]), records.len()), (Err("record.too.long"), 2));
    let csv = format!("a,b\n1,\"{}\n", "x\n".repeat(LONGEST));
    assert!(matches!(read(csv.as_bytes(), Format::Csv(b',')), Err(InputError::TooLong(2))));
}

fn records() -> impl Strategy<Value = Vec<(String, i64)>> {
    prop::collection::vec(("[ -~\n\u{e9}\u{1f600}]{0,12}", any::<i64>()), 0..12)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    /// serde_json and the csv crate write what is read here; then every position is gone on from, in a file and in a stream.
    #[test]
    fn what_others_write_is_read_and_gone_on_from_everywhere(records in records(), pretty: bool) {
        let values: Vec<Value> = records.iter().map(|(text, number)| json!({"text": text, "number": number})).collect();
        let array = if pretty { serde_json::to_vec_pretty(&values) } else { serde_json::to_vec(&values) }.unwrap();
        let lines: String = values.iter().map(|value| format!("{value}\n")).collect();
        let mut csv = ::csv::Writer::from_writer(Vec::new());
        csv.write_record(["text", "number"]).unwrap();
        for (text, number) in &records {
            csv.write_record([text, &number.to_string()]).unwrap();
        }
        let texts = records.iter().map(|(text, number)| json!({"text": text, "number": number.to_string()})).collect();
        let csv = (csv.into_inner().unwrap(), Format::Csv(b','), texts);
        for (text, format, expected) in [(array, Format::Json, values.clone()), (lines.into_bytes(), Format::Ndjson, values), csv] {
            let mut reader = Reader::new(stream(&text), format).unwrap();
            let mut positions = vec![reader.position()];
            let mut found = Vec::new();
            while let Some(raw) = reader.next_record().unwrap() {
                found.push(raw);
                positions.push(reader.position());
            }
            let content: Vec<Value> = found.iter().map(|raw| members(raw).unwrap()).collect();
            prop_assert_eq!(content, expected);
            let begin = (0, &Position::default());
            for (index, position) in positions.iter().enumerate().chain([begin]) {
                for source in [file(&text), stream(&text)] {
                    let mut reader = Reader::new(source, format).unwrap();
                    reader.go_to(*position).unwrap();
                    prop_assert_eq!(&all(&mut reader).unwrap()[..], &found[index..]);
                }
            }
        }
    }
}
