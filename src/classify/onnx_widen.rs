//! Weights stay 8 bit on disk and are widened to 32 bit when a graph is loaded.
//!
//! Dynamic quantisation rounds every layer's input by the largest value of the whole tensor: embeddings then depend on
//! the backend (cosine 0.997) and on the other texts of a batch. It also needs 8-bit kernels, which tract 0.23 has no
//! fast one of for AVX2 (SSE loads between AVX registers: 0.35 s for 8 tokens where 32 bit takes about a hundredth).
//! With wide weights only the order of additions differs.

use std::collections::HashSet;

use prost::Message;
use tract_onnx::pb::{GraphProto, ModelProto, NodeProto, TensorProto};

/// `TensorProto.DataType` of the ONNX format.
const FLOAT: i32 = 1;
const UINT8: i32 = 2;
const INT8: i32 = 3;

/// The graph with every `x -> DynamicQuantizeLinear -> MatMulInteger -> Cast -> Mul` on 8-bit weights replaced by one
/// `MatMul` of `x` and the weights in 32 bit. A graph without such a chain comes back as it is.
///
/// # Errors
/// In words: bytes that are no ONNX graph, or a chain with a link that is not as ONNX Runtime's quantiser writes it.
pub(super) fn widened(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let mut model = ModelProto::decode(bytes).map_err(|error| error.to_string())?;
    let graph = model.graph.as_mut().ok_or("no graph inside")?;
    if !graph.node.iter().any(|node| node.op_type == "MatMulInteger") {
        return Ok(bytes.to_vec());
    }
    let products: Vec<NodeProto> = graph.node.iter().filter(|node| node.op_type == "MatMulInteger").cloned().collect();
    for product in products {
        widen(graph, &product).ok_or_else(|| format!("{}: not a dynamically quantised product", product.name))?;
    }
    drop_unused(graph);
    Ok(model.encode_to_vec())
}

fn widen(graph: &mut GraphProto, product: &NodeProto) -> Option<()> {
    let [quantised, weights, _, zero] = product.input.as_slice() else { return None };
    let source = graph.node.iter().find(|node| node.output.first() == Some(quantised))?;
    if source.op_type != "DynamicQuantizeLinear" {
        return None;
    }
    let input = source.input.first()?.clone();
    let cast = consumer(graph, product.output.first()?, "Cast")?.output.first()?.clone();
    let rescale = consumer(graph, &cast, "Mul")?.clone();
    let factor = rescale.input.iter().find(|name| **name != cast)?;
    let factors = graph.node.iter().find(|node| node.output.first() == Some(factor))?;
    let scale = factors.input.iter().find_map(|name| initializer(graph, name))?;
    let wide = wide(initializer(graph, weights)?, initializer(graph, zero)?, scale)?;
    let replacement = NodeProto {
        name: rescale.name.clone(),
        op_type: "MatMul".into(),
        input: vec![input, wide.name.clone()],
        output: rescale.output.clone(),
        ..NodeProto::default()
    };
    graph.initializer.push(wide);
    let place = graph.node.iter().position(|node| node.output == rescale.output)?;
    graph.node[place] = replacement;
    Some(())
}

/// Rows x columns of 8-bit weights, less their zero point, times their scale; both one for all or one per column.
fn wide(weights: &TensorProto, zero: &TensorProto, scale: &TensorProto) -> Option<TensorProto> {
    let (values, zeros, scales) = (integers(weights)?, integers(zero)?, floats(scale)?);
    let n_columns = usize::try_from(*weights.dims.last()?).ok()?;
    let at = |len: usize, column: usize| if len == 1 { 0 } else { column };
    let fits = |len: usize| len == 1 || len == n_columns;
    if !fits(zeros.len()) || !fits(scales.len()) || n_columns == 0 {
        return None;
    }
    let widen = |(place, value): (usize, &i32)| {
        let column = place % n_columns;
        (value - zeros[at(zeros.len(), column)]) as f32 * scales[at(scales.len(), column)]
    };
    let raw_data = values.iter().enumerate().map(widen).flat_map(f32::to_le_bytes).collect();
    let name = format!("{}_wide", weights.name);
    Some(TensorProto { name, data_type: FLOAT, dims: weights.dims.clone(), raw_data, ..TensorProto::default() })
}

fn integers(tensor: &TensorProto) -> Option<Vec<i32>> {
    match tensor.data_type {
        _ if tensor.raw_data.is_empty() => Some(tensor.int32_data.clone()),
        INT8 => Some(tensor.raw_data.iter().map(|&byte| i32::from(byte.cast_signed())).collect()),
        UINT8 => Some(tensor.raw_data.iter().map(|&byte| i32::from(byte)).collect()),
        _ => None,
    }
}

fn floats(tensor: &TensorProto) -> Option<Vec<f32>> {
    if tensor.data_type != FLOAT {
        return None;
    }
    if tensor.raw_data.is_empty() {
        return Some(tensor.float_data.clone());
    }
    let chunks = tensor.raw_data.chunks_exact(4);
    Some(chunks.map(|chunk| f32::from_le_bytes([chunk[0], chunk[1], chunk[2], chunk[3]])).collect())
}

fn consumer<'a>(graph: &'a GraphProto, output: &str, op_type: &str) -> Option<&'a NodeProto> {
    graph.node.iter().find(|node| node.op_type == op_type && node.input.iter().any(|input| input == output))
}

fn initializer<'a>(graph: &'a GraphProto, name: &str) -> Option<&'a TensorProto> {
    graph.initializer.iter().find(|tensor| tensor.name == name)
}

/// Drops nodes whose outputs nobody takes, again and again, then weights nobody takes.
fn drop_unused(graph: &mut GraphProto) {
    loop {
        let mut taken: HashSet<String> = graph.output.iter().map(|output| output.name.clone()).collect();
        taken.extend(graph.node.iter().flat_map(|node| &node.input).cloned());
        let n_nodes = graph.node.len();
        graph.node.retain(|node| node.output.iter().any(|output| taken.contains(output)));
        if graph.node.len() == n_nodes {
            graph.initializer.retain(|tensor| taken.contains(&tensor.name));
            return;
        }
    }
}
