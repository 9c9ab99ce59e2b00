//! Any exported ONNX classifier: a small one, built here.

use std::path::Path;

use prost::Message;
use tract_onnx::pb;
use voxroute::classify::{Classify, ExportedClassifier};

/// Words with the weight of each for `refund`, `status` and `out_of_scope`.
const WORDS: [(&str, [f32; 3]); 4] =
    [("[UNK]", [0.0, 0.0, 1.0]), ("money", [3.0, 0.0, 0.0]), ("where", [0.0, 3.0, 0.0]), ("parcel", [0.5, 2.0, 0.0])];

/// A graph that adds up the weights of the words: `Gather`, times the mask, summed.
fn graph(output: &str, extra_input: Option<&str>) -> Vec<u8> {
    let node = |op_type: &str, inputs: &[&str], output: &str, attribute: Vec<pb::AttributeProto>| pb::NodeProto {
        op_type: op_type.into(),
        name: output.into(),
        input: inputs.iter().map(ToString::to_string).collect(),
        output: vec![output.into()],
        attribute,
        ..Default::default()
    };
    let number = |name: &str, i: i64| pb::AttributeProto {
        name: name.into(),
        r#type: pb::attribute_proto::AttributeType::Int.into(),
        i,
        ..Default::default()
    };
    let axis = |name: &str, axis: i64| pb::TensorProto {
        name: name.into(),
        data_type: 7,
        dims: vec![1],
        int64_data: vec![axis],
        ..Default::default()
    };
    let table = pb::TensorProto {
        name: "table".into(),
        data_type: 1,
        dims: vec![WORDS.len() as i64, 3],
        float_data: WORDS.iter().flat_map(|(_, weights)| *weights).collect(),
        ..Default::default()
    };
    let inputs = ["input_ids", "attention_mask"].into_iter().chain(extra_input);
    let graph = pb::GraphProto {
        name: "bag".into(),
        node: vec![
            node("Gather", &["table", "input_ids"], "words", vec![]),
            node("Cast", &["attention_mask"], "mask", vec![number("to", 1)]),
            node("Unsqueeze", &["mask", "two"], "wide", vec![]),
            node("Mul", &["words", "wide"], "kept", vec![]),
            node("ReduceSum", &["kept", "one"], output, vec![number("keepdims", 0)]),
        ],
        initializer: vec![table, axis("one", 1), axis("two", 2)],
        input: inputs.map(|name| matrix(name, 7, &["batch", "seq"])).collect(),
        output: vec![matrix(output, 1, &["batch", "3"])],
        ..Default::default()
    };
    let opset_import = vec![pb::OperatorSetIdProto { version: 13, ..Default::default() }];
    pb::ModelProto { ir_version: 8, opset_import, graph: Some(graph), ..Default::default() }.encode_to_vec()
}

fn matrix(name: &str, elem_type: i32, sides: &[&str]) -> pb::ValueInfoProto {
    use pb::tensor_shape_proto::{Dimension, dimension::Value};
    let side = |side: &&str| Dimension {
        value: Some(side.parse().map_or_else(|_| Value::DimParam(side.to_string()), Value::DimValue)),
        ..Default::default()
    };
    let shape = Some(pb::TensorShapeProto { dim: sides.iter().map(side).collect() });
    let tensor = pb::type_proto::Tensor { elem_type, shape };
    let r#type = Some(pb::TypeProto { value: Some(pb::type_proto::Value::TensorType(tensor)), ..Default::default() });
    pb::ValueInfoProto { name: name.into(), r#type, ..Default::default() }
}

const CONFIG: &str = r#"{"id2label": {"0": "refund", "1": "status", "2": "out_of_scope"}, "model_type": "bag"}"#;

fn folder(graph: &[u8], config: &str, golden: Option<&str>) -> tempfile::TempDir {
    let vocabulary: Vec<_> = WORDS.iter().enumerate().map(|(id, (word, _))| format!("\"{word}\": {id}")).collect();
    let tokenizer = format!(
        r#"{{"version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": null,
        "pre_tokenizer": {{"type": "Whitespace"}}, "post_processor": null, "decoder": null,
        "model": {{"type": "WordLevel", "vocab": {{{}}}, "unk_token": "[UNK]"}}}}"#,
        vocabulary.join(", ")
    );
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).expect("written");
    write("model.onnx", graph);
    write("config.json", config.as_bytes());
    write("tokenizer.json", tokenizer.as_bytes());
    if let Some(golden) = golden {
        write("golden.json", golden.as_bytes());
    }
    folder
}

fn refusal(folder: &Path) -> String {
    ExportedClassifier::load(folder, 1).expect_err("not to be used").to_string()
}

#[test]
fn it_classifies_and_knows_what_is_outside() {
    let golden = r#"{"text": "where money", "logits": [3.0, 3.0, 0.0]}"#;
    let folder = folder(&graph("logits", None), CONFIG, Some(golden));
    let classifier = ExportedClassifier::load(folder.path(), 1).expect("a sound export");
    let names: Vec<_> = classifier.intents().iter().map(|intent| intent.as_str()).collect();
    assert_eq!(names, ["refund", "status"]);
    let scores = classifier.classify(&["where parcel"]).expect("works");
    assert_eq!(scores.ranking[0].intent.as_str(), "status");
    assert!((scores.ranking[0].probability.value() - 1.0 / (1.0 + (-4.5_f64).exp())).abs() < 1e-6);
    let novel = classifier.classify(&["umbrella"]).expect("works");
    assert!(novel.novelty.score > scores.novelty.score);
    assert_eq!((novel.novelty.score, scores.novelty.score), (1.0, -5.0));
}

#[test]
fn a_third_input_of_token_types_is_fed() {
    let folder = folder(&graph("logits", Some("token_type_ids")), CONFIG, None);
    let classifier = ExportedClassifier::load(folder.path(), 1).expect("a sound export");
    assert_eq!(classifier.classify(&["money"]).expect("works").ranking[0].intent.as_str(), "refund");
}

#[test]
fn what_does_not_fit_is_refused_at_load() {
    let text = refusal(folder(&graph("scores", None), CONFIG, None).path());
    assert!(text.ends_with("outputs: found scores, expected logits"), "{text}");
    let text = refusal(folder(&graph("logits", Some("pixel_values")), CONFIG, None).path());
    assert!(text.contains("inputs: found pixel_values, expected input_ids"), "{text}");
    let two = r#"{"id2label": {"0": "refund", "1": "status"}}"#;
    let text = refusal(folder(&graph("logits", None), two, None).path());
    assert_eq!(text, "intent engine: logits: found 3 numbers, expected 2, one for each label");
    let gap = r#"{"id2label": {"0": "refund", "2": "status", "3": "other"}}"#;
    let text = refusal(folder(&graph("logits", None), gap, None).path());
    assert!(text.contains("id2label: found 0, 2, 3, expected numbers from 0 without a gap"), "{text}");
    let golden = r#"{"text": "where money", "logits": [3.0, 2.0, 0.0]}"#;
    let text = refusal(folder(&graph("logits", None), CONFIG, Some(golden)).path());
    assert!(text.contains("logits of \"where money\": found [3.0, 3.0, 0.0], expected [3.0, 2.0, 0.0]"), "{text}");
    let text = refusal(folder(b"no graph", CONFIG, None).path());
    assert!(text.contains("model.onnx: the engine cannot load it"), "{text}");
}
