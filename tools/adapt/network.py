"""Whisper's network with something added to its matrices: x W' + (x down') up'."""
import torch.nn.functional as F

HEADS = 8


def linear(weights, added, x, name, bias=True):
    y = F.linear(x, weights[name + '.weight'], weights[name + '.bias'] if bias else None)
    if name in added:
        down, up = added[name]
        y = y + F.linear(F.linear(x, down), up)
    return y


def norm(weights, x, name):
    return F.layer_norm(x, x.shape[-1:], weights[name + '.weight'], weights[name + '.bias'], 1e-5)


def attention(weights, added, x, other, name, causal=False):
    heads = lambda y: y.view(*y.shape[:2], HEADS, -1).transpose(1, 2)
    query = heads(linear(weights, added, x, name + '.query'))
    key = heads(linear(weights, added, other, name + '.key', bias=False))
    value = heads(linear(weights, added, other, name + '.value'))
    mixed = F.scaled_dot_product_attention(query, key, value, is_causal=causal)
    return linear(weights, added, mixed.transpose(1, 2).flatten(2), name + '.out')


def gelu(x):
    return F.gelu(x, approximate='tanh')


def layers(weights, side):
    return 1 + max(int(name.split('.')[2]) for name in weights if name.startswith(f'{side}.blocks.'))


def widen(weights, added, x, name):
    inner = gelu(linear(weights, added, norm(weights, x, name + 'mlp_ln'), name + 'mlp.0'))
    return x + linear(weights, added, inner, name + 'mlp.2')


def encode(weights, added, mel):
    conv = lambda x, name, stride: gelu(
        F.conv1d(x, weights[name + '.weight'], weights[name + '.bias'].flatten(), stride=stride, padding=1))
    x = conv(conv(mel, 'encoder.conv1', 1), 'encoder.conv2', 2).transpose(1, 2)
    x = x + weights['encoder.positional_embedding'][:x.shape[1]]
    for layer in range(layers(weights, 'encoder')):
        name = f'encoder.blocks.{layer}.'
        normed = norm(weights, x, name + 'attn_ln')
        x = x + attention(weights, added, normed, normed, name + 'attn')
        x = widen(weights, added, x, name)
    return norm(weights, x, 'encoder.ln_post')


def decode(weights, added, encoded, tokens):
    """Logits after each of `tokens`."""
    embedding = weights['decoder.token_embedding.weight']
    x = embedding[tokens] + weights['decoder.positional_embedding'][:tokens.shape[1]]
    for layer in range(layers(weights, 'decoder')):
        name = f'decoder.blocks.{layer}.'
        normed = norm(weights, x, name + 'attn_ln')
        x = x + attention(weights, added, normed, normed, name + 'attn', causal=True)
        x = x + attention(weights, added, norm(weights, x, name + 'cross_attn_ln'), encoded, name + 'cross_attn')
        x = widen(weights, added, x, name)
    return F.linear(norm(weights, x, 'decoder.ln'), embedding)
