#!/usr/bin/env python3
"""The voices of say.py in half the time: 8-bit convolutions as 16-bit ones over the same weights, in OpenVINO.

usage: DIR/venv/bin/pip install onnx openvino && DIR/venv/bin/python DIR/fast.py      once, after setup.sh
Then speak.py uses what it made. It gains where the CPU multiplies bfloat16 (avx512_bf16, amx_bf16).

The graph is cut in three. What makes the pitch stays in 32 bits: a phase summed up in 16 bits would drift.
"""
import numpy as np

import say

# The decoder's convolutions lie between these values of the graph.
FRAMES = '/decoder/decoder/decode.3/Div_4_output_0'
STYLE = '/decoder/Slice_output_0'
HARMONICS = '/decoder/decoder/generator/Concat_3_output_0'
SPECTRUM = '/decoder/decoder/generator/conv_post/Conv_output_0'
SHAPES = {FRAMES: [1, 512, None], STYLE: [1, 128], HARMONICS: [1, 22, None], SPECTRUM: [1, 22, None]}
PARTS = ['before', 'decoder', 'after']


def load(threads=1):
    """The three parts as functions of their inputs."""
    import onnxruntime
    import openvino
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    open_part = lambda part: onnxruntime.InferenceSession(f'{say.H}/{part}.onnx', options)
    before, after = open_part('before'), open_part('after')
    settings = {'INFERENCE_PRECISION_HINT': 'bf16', 'INFERENCE_NUM_THREADS': threads, 'NUM_STREAMS': 1,
                'ENABLE_CPU_PINNING': False}
    decoder = openvino.Core().compile_model(f'{say.H}/decoder.onnx', 'CPU', settings)
    return before, decoder, after


def synth(session, text, voice, lang, speed=1.0):
    """As say.synth."""
    before, decoder, after = session
    phonemes = say.phonemes(text, lang)
    ids = [say.VOCAB[c] for c in phonemes if c in say.VOCAB][:509]
    style = np.fromfile(f'{say.V}/{voice}.bin', dtype=np.float32).reshape(-1, 256)
    feed = {'tokens': np.array([[0, *ids, 0]], np.int64), 'style': style[min(len(ids), len(style)) - 1][None],
            'speed': np.array([speed], np.float32)}
    spectrum = decoder(before.run([FRAMES, STYLE, HARMONICS], feed))[0]
    return after.run(None, {SPECTRUM: spectrum})[0].ravel(), phonemes


write16k = say.write16k


def widen(model):
    """Puts 32-bit convolutions and products in the place of 8-bit ones, over the same weights."""
    from onnx import helper, numpy_helper
    graph = model.graph
    stored = {tensor.name: tensor for tensor in graph.initializer}
    maker = {name: node for node in graph.node for name in node.output}
    user = {name: node for node in graph.node for name in node.input}
    array = lambda name: numpy_helper.to_array(stored[name]).astype(np.float32)

    def bias_of(name):
        """The bias before it was rounded to the scale of the input."""
        node = maker[name]
        while node.op_type != 'Div':
            node = maker[node.input[0]]
        return node.input[0]

    gone, wide = set(), {}
    for node in graph.node:
        if node.op_type not in ('ConvInteger', 'MatMulInteger'):
            continue
        inputs, at, chain = [maker[node.input[0]].input[0]], user[node.output[0]], [node]
        weights, bias = f'wide_{len(wide)}', []
        if at.op_type == 'Add':
            bias = [bias_of(next(name for name in at.input if name != node.output[0]))]
            chain.append(at)
            at = user[at.output[0]]
        assert at.op_type == 'Cast', at.op_type
        scaled = user[at.output[0]]
        both = maker[next(name for name in scaled.input if name != at.output[0])]
        scale = array(next(name for name in both.input if name in stored))
        zero = array(node.input[3])
        whole = array(node.input[1])
        if node.op_type == 'ConvInteger':
            column = lambda values: values.reshape(-1, *[1] * (whole.ndim - 1)) if values.size > 1 else values
            scale, zero = column(scale), column(zero)
        graph.initializer.append(numpy_helper.from_array((whole - zero) * scale, weights))
        kind = 'Conv' if node.op_type == 'ConvInteger' else 'MatMul'
        wide[id(scaled)] = helper.make_node(kind, [*inputs, weights, *bias], [scaled.output[0]], node.name)
        wide[id(scaled)].attribute.extend(node.attribute)
        gone.update(map(id, [*chain, at]))
    nodes = [wide.get(id(node), node) for node in graph.node if id(node) not in gone]
    put(graph, ordered(nodes, {tensor.name for tensor in [*graph.input, *graph.initializer]}))


def ordered(nodes, known):
    """The nodes, each after those it reads from."""
    known, sorted_nodes = known | {''}, []
    while nodes:
        ready = [node for node in nodes if all(name in known for name in node.input)]
        waiting = [node for node in nodes if not all(name in known for name in node.input)]
        # What reads a value that nothing makes any more is read by nothing itself.
        if not ready:
            break
        known.update(name for node in ready for name in node.output)
        sorted_nodes, nodes = sorted_nodes + ready, waiting
    return sorted_nodes


def put(graph, nodes):
    del graph.node[:]
    graph.node.extend(nodes)


def main():
    import onnx
    from onnx.utils import Extractor
    model = onnx.load(say.MODEL)
    widen(model)
    del model.graph.value_info[:]
    for name, shape in SHAPES.items():
        model.graph.value_info.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape))
    cuts = [(['tokens', 'style', 'speed'], [FRAMES, STYLE, HARMONICS]), ([FRAMES, STYLE, HARMONICS], [SPECTRUM]),
            ([SPECTRUM], ['audio'])]
    for part, (inputs, outputs) in zip(PARTS, cuts):
        onnx.save(Extractor(model).extract_model(inputs, outputs), f'{say.H}/{part}.onnx')


if __name__ == '__main__':
    main()
