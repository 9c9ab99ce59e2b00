//! Files of training examples: what is read, and what is refused with file and line.

use std::path::Path;

use voxroute::train::Examples;

const YAML: &str = "version: \"3.1\"\nnlu:\n- intent: tea\n  examples: |\n    - one tea\n    - [two](number) teas\n\
                    - synonym: two\n  examples: |\n    - 2\n- intent: bill\n  examples: |\n    - the bill\n    - pay now\n\
                    - intent: out_of_scope\n  examples: |\n    - nice weather\n";

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("written");
    }
    folder
}

fn read(files: &[(&str, &str)]) -> Vec<(String, Option<String>, u64)> {
    let folder = folder(files);
    let examples = Examples::read(folder.path()).expect("sound examples");
    let row =
        |item: &voxroute::train::Example| (item.text.clone(), item.intent.as_ref().map(ToString::to_string), item.line);
    examples.items().iter().map(row).collect()
}

fn refusal(files: &[(&str, &str)]) -> String {
    let folder = folder(files);
    let error = Examples::read(folder.path()).expect_err("not to be used").to_string();
    error.replace(&format!("{}/", folder.path().display()), "")
}

fn row(text: &str, intent: &str, line: u64) -> (String, Option<String>, u64) {
    (text.to_owned(), (intent != "out_of_scope").then(|| intent.to_owned()), line)
}

#[test]
fn the_three_forms_say_the_same() {
    let yaml = read(&[("a.yml", YAML)]);
    let expected = [
        row("one tea", "tea", 5),
        row("two teas", "tea", 6),
        row("the bill", "bill", 12),
        row("pay now", "bill", 13),
        row("nice weather", "out_of_scope", 16),
    ];
    assert_eq!(yaml, expected);
    let csv = "text,intent\none tea,tea\ntwo teas,tea\nthe bill,bill\n\"pay now\",bill\nnice weather,out_of_scope\n";
    let jsonl: Vec<_> = yaml
        .iter()
        .map(|(text, intent, _)| {
            format!("{{\"text\": {text:?}, \"intent\": {:?}}}", intent.as_deref().unwrap_or("out_of_scope"))
        })
        .collect();
    let plain = |rows: Vec<(String, Option<String>, u64)>| -> Vec<_> {
        rows.into_iter().map(|(text, intent, _)| (text, intent)).collect()
    };
    assert_eq!(plain(read(&[("a.csv", csv)])), plain(yaml.clone()));
    assert_eq!(plain(read(&[("a.jsonl", &jsonl.join("\n"))])), plain(yaml));
}

#[test]
fn files_of_a_folder_are_read_by_name_and_others_left() {
    let files = [
        ("b.csv", "text,intent\npay,bill\ncheck please,bill\n"),
        ("a.csv", "text,intent\ntea,tea\nchai,tea\n"),
        ("notes.txt", "-"),
    ];
    let texts: Vec<_> = read(&files).into_iter().map(|(text, ..)| text).collect();
    assert_eq!(texts, ["tea", "chai", "pay", "check please"]);
}

#[test]
fn what_cannot_be_used_is_named_with_its_line() {
    let twice = YAML.replace("- pay now", "- ONE tea!");
    assert_eq!(refusal(&[("a.yml", &twice)]), "a.yml:13: \"ONE tea!\" of bill was given before, for tea at a.yml:5");
    let empty = YAML.replace("- pay now", "- ……");
    assert_eq!(refusal(&[("a.yml", &empty)]), "a.yml:13: an example of bill is empty");
    let blank = YAML.replace("- pay now", "-");
    assert_eq!(refusal(&[("a.yml", &blank)]), "a.yml:13: an example of bill is empty");
    let bare = YAML.replace("- pay now", "pay now");
    assert_eq!(refusal(&[("a.yml", &bare)]), "a.yml: line 13: \"pay now\" does not start with \"- \"");
    let few = YAML.replace("    - pay now\n", "");
    assert_eq!(refusal(&[("a.yml", &few)]).split(" in ").next(), Some("examples of bill"));
    let domain = "language = \"en\"\n[[intent]]\nid = \"tea\"\ntitle = { zh = \"茶\", en = \"tea\" }\n\
                  question = { zh = \"茶\", en = \"tea\" }\n";
    assert_eq!(
        refusal(&[("a.yml", YAML), ("domain.toml", domain)]),
        "a.yml:12: intent \"bill\" is unknown, known: tea"
    );
    assert!(refusal(&[("a.yml", "nlu: 3")]).starts_with("a.yml: "));
    assert!(refusal(&[("a.jsonl", "{\"text\": 1}")]).starts_with("a.jsonl: line 1: "));
}

#[test]
fn a_file_of_another_kind_is_refused() {
    let folder = folder(&[("a.txt", "tea")]);
    let error = Examples::read(&folder.path().join("a.txt")).expect_err("no examples").to_string();
    assert!(error.ends_with("a.txt: ending \"txt\" is not one of yml, yaml, csv, jsonl"), "{error}");
    assert!(Examples::read(Path::new("/nowhere/at/all.yml")).is_err());
}
