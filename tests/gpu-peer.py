#!/usr/bin/env python3
"""What PyTorch, run eagerly, takes for the work that `bench` measures: the peer of tests/gpu. Prints one JSON document.

    tests/gpu-peer.py dense SHAPE [--sequence-length N] [--sequences N] [--rounds N]
    tests/gpu-peer.py generation SHAPE [--stages 16@2048,...] [--offspring N] [--generations N] [--levels N]

SHAPE is the config.json of a Llama; weights are random, and a scaling of rotary frequencies, which costs no time, is left out.
"""
import argparse
import collections
import json
import random
import statistics
import time

import torch
import torch.nn.functional as F

PROJECTIONS = ("q", "k", "v", "o", "gate", "up", "down")
QUANTIZATION_GROUP = 64


class Llama:
    """Weights and the forward pass of a Llama; layers[i] is the weight of one projection of one block, in the order of the model."""

    def __init__(self, shape, device, dtype, longest, generator):
        self.heads, self.key_heads = shape["num_attention_heads"], shape["num_key_value_heads"]
        self.hidden, self.vocabulary = shape["hidden_size"], shape["vocab_size"]
        self.size = shape.get("head_dim") or self.hidden // self.heads
        self.epsilon = shape["rms_norm_eps"]
        inner, queries, keys = shape["intermediate_size"], self.heads * self.size, self.key_heads * self.size
        sizes = {"q": (queries, self.hidden), "k": (keys, self.hidden), "v": (keys, self.hidden), "o": (self.hidden, queries),
                 "gate": (inner, self.hidden), "up": (inner, self.hidden), "down": (self.hidden, inner)}

        def normal(rows, columns):
            return torch.empty(rows, columns, device=device, dtype=dtype).normal_(0, 0.02, generator=generator)

        self.blocks = shape["num_hidden_layers"]
        self.layers = [normal(*sizes[name]) for _ in range(self.blocks) for name in PROJECTIONS]
        self.embedding = normal(self.vocabulary, self.hidden)
        self.head = self.embedding if shape.get("tie_word_embeddings") else normal(self.vocabulary, self.hidden)
        self.gains = [torch.ones(self.hidden, device=device, dtype=dtype) for _ in range(2 * self.blocks + 1)]
        frequencies = shape.get("rope_theta", 1e4) ** (-torch.arange(0, self.size, 2, device=device).float() / self.size)
        angles = torch.arange(longest, device=device).float()[:, None] * torch.cat((frequencies, frequencies))
        self.cos, self.sin = angles.cos().to(dtype), angles.sin().to(dtype)
        self.attention = attention_of(device, dtype)

    def norm(self, x, index):
        wide = x.float()
        return (wide * torch.rsqrt(wide.square().mean(-1, keepdim=True) + self.epsilon)).to(x.dtype) * self.gains[index]

    def rotate(self, x):
        left, right = x.chunk(2, -1)
        length = x.shape[-2]
        return x * self.cos[:length] + torch.cat((-right, left), -1) * self.sin[:length]

    def states(self, ids):
        """Final hidden states, B x T x D, of token ids, B x T."""
        x = F.embedding(ids, self.embedding)
        for block in range(self.blocks):
            q, k, v, o, gate, up, down = self.layers[len(PROJECTIONS) * block:len(PROJECTIONS) * (block + 1)]
            y = self.norm(x, 2 * block)
            by_head = [F.linear(y, w).unflatten(-1, (-1, self.size)).transpose(1, 2) for w in (q, k, v)]
            z = self.attention(self.rotate(by_head[0]), self.rotate(by_head[1]), by_head[2])
            x = x + F.linear(z.transpose(1, 2).flatten(2), o)
            y = self.norm(x, 2 * block + 1)
            x = x + F.linear(F.silu(F.linear(y, gate)) * F.linear(y, up), down)
        return self.norm(x, 2 * self.blocks)

    def flop_per_token(self, length):
        """Of all matrix products; attention counts what lies on or below the diagonal."""
        layers = sum(weight.numel() for weight in self.layers) + self.hidden * self.vocabulary
        return 2 * layers + 2 * self.blocks * length * self.heads * self.size


def attention_of(device, dtype):
    """Causal attention with shared keys: PyTorch's own wherever it has one."""
    fused = getattr(F, "scaled_dot_product_attention", None)

    def repeated(call):
        def run(q, k, v):
            times = q.shape[1] // k.shape[1]
            return call(q, k.repeat_interleave(times, 1), v.repeat_interleave(times, 1))
        return run

    if fused is None:
        def plain(q, k, v):
            scores = q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5
            later = torch.ones(scores.shape[-2:], dtype=torch.bool, device=q.device).triu(1)
            return scores.masked_fill(later, float("-inf")).softmax(-1) @ v
        return repeated(plain)
    try:
        trial = torch.zeros(1, 2, 8, 64, device=device, dtype=dtype)
        fused(trial, trial[:, :1], trial[:, :1], is_causal=True, enable_gqa=True)
        return lambda q, k, v: fused(q, k, v, is_causal=True, enable_gqa=True)
    except TypeError:
        return repeated(lambda q, k, v: fused(q, k, v, is_causal=True))


def log_probabilities(model, states):
    return F.log_softmax(F.linear(states, model.head).float(), -1)


def loss(model, states, ids, dense):
    """KL from the dense log-probabilities and negative log-likelihood, summed over the predictions of one sequence."""
    found = log_probabilities(model, states)
    kl = F.kl_div(found[:-1], dense[:-1].float(), reduction="sum", log_target=True)
    return torch.stack((kl, F.nll_loss(found[:-1], ids[1:], reduction="sum")))


def timed(device, work):
    wait = torch.cuda.synchronize if device.type == "cuda" else lambda: None
    wait()
    start = time.perf_counter()
    work()
    wait()
    return time.perf_counter() - start


def product_peak(device, dtype, size, times=20, rounds=5):
    """Gflop/s of square products of random numbers."""
    a, b = (torch.rand(size, size, device=device).to(dtype) for _ in range(2))
    seconds = [timed(device, lambda: [a @ b for _ in range(times)]) for _ in range(1 + rounds)]
    return 2e-9 * times * size ** 3 / min(seconds[1:])


def dense(options, model, device, dtype):
    ids = torch.randint(model.vocabulary, (options.sequences, options.sequence_length), device=device)
    stored = [log_probabilities(model, states).to(dtype) for states in model.states(ids)]

    def score():
        losses = [loss(model, *one) for one in zip(model.states(ids), ids, stored)]
        return torch.stack(losses).sum(0).tolist()

    seconds = [timed(device, score) for _ in range(2 + options.rounds)][2:]
    speed = ids.numel() / statistics.median(seconds)
    peak = product_peak(device, dtype, options.product)
    flop = model.flop_per_token(options.sequence_length)
    return {"tokensPerSecond": speed, "flopPerToken": flop, "productPeakGflops": peak, "idealGemmShare": speed * flop / (peak * 1e9)}


class Levels:
    """All levels of all layers in the host's memory, dequantized; load() puts those of a candidate that have changed into the model."""

    def __init__(self, model, bits, pinned):
        self.model, self.loaded, self.loads = model, [None] * len(model.layers), 0
        self.weights = []
        for weight in model.layers:
            rounded = [rounded_to(weight, count) for count in bits]
            self.weights.append([one.cpu().pin_memory() if pinned else one.cpu() for one in rounded])

    def load(self, candidate):
        for layer, level in enumerate(candidate):
            if level != self.loaded[layer]:
                self.model.layers[layer].copy_(self.weights[layer][level], non_blocking=True)
                self.loaded[layer] = level
                self.loads += 1


def rounded_to(weight, bits):
    """Rounds to the nearest point of a grid for each group of weights."""
    groups = weight.float().unflatten(1, (-1, QUANTIZATION_GROUP))
    low, high = groups.amin(-1, keepdim=True), groups.amax(-1, keepdim=True)
    scale = (high - low) / (2 ** bits - 1)
    return (((groups - low) / scale).round() * scale + low).flatten(1).to(weight.dtype)


def offspring(parent, alike, most, draw):
    """Level switches: one layer up and another of its shape down, one to three times."""
    child = list(parent)
    for _ in range(min(draw.randint(1, 3), draw.randint(1, 3))):
        group = draw.choice(alike)
        up = [layer for layer in group if child[layer] < most]
        down = [layer for layer in group if child[layer] > 0]
        if up and len(down) > 1:
            raised = draw.choice(up)
            child[raised] += 1
            child[draw.choice([layer for layer in down if layer != raised])] -= 1
    return child


class Text:
    """Random tokens, and what the dense model says of each sequence: kept as logits while memory lasts, else computed again."""

    def __init__(self, model, count, length, together, reserve):
        self.ids = torch.randint(model.vocabulary, (count, length), device=model.head.device)
        self.together, self.original = together, model
        bytes_each = length * model.vocabulary * model.head.element_size()
        self.most = int((free_bytes(model) - reserve) // bytes_each)
        if self.most < count:  # then the dense model stays, too
            self.original = Llama.__new__(Llama)
            self.original.__dict__.update(model.__dict__, layers=[weight.clone() for weight in model.layers])
            self.most = max(0, int((free_bytes(model) - reserve) // bytes_each))
        self.logits = [self.compute(sequence) for sequence in range(min(count, self.most))]

    def compute(self, sequence):
        return F.linear(self.original.states(self.ids[sequence:sequence + 1])[0], self.original.head)

    def target(self, sequence):
        logits = self.logits[sequence] if sequence < len(self.logits) else self.compute(sequence)
        return F.log_softmax(logits.float(), -1)

    def divergence(self, model, sequences):
        total = torch.zeros(2, device=self.ids.device)
        for first in range(0, len(sequences), self.together):
            part = sequences[first:first + self.together]
            for sequence, states in zip(part, model.states(self.ids[part])):
                total += loss(model, states, self.ids[sequence], self.target(sequence))
        return total[0].item()


def free_bytes(model):
    return torch.cuda.mem_get_info()[0] if model.head.is_cuda else 1 << 60


def generation(options, model, device, _):
    draw = random.Random(options.seed)
    stages = [tuple(map(int, stage.split("@"))) for stage in options.stages.split(",")]
    length = options.sequence_length
    levels = Levels(model, range(3, 3 + options.levels), device.type == "cuda")
    workspace = 6 * 4 * length * model.vocabulary + 16 * options.sequences * length * max(max(w.shape) for w in model.layers)
    text = Text(model, max(tokens for _, tokens in stages) // length, length, options.sequences, workspace)
    groups = collections.defaultdict(list)
    for layer, weight in enumerate(model.layers):
        groups[tuple(weight.shape)].append(layer)
    parent = [0] * len(model.layers)
    for group in groups.values():
        for place, layer in enumerate(group):
            parent[layer] = place % options.levels

    def evolve():
        nonlocal parent
        survivors = [offspring(parent, list(groups.values()), options.levels - 1, draw) for _ in range(options.offspring)]
        for number, (count, tokens) in enumerate(stages):
            if number == len(stages) - 1:
                survivors.append(parent)
            sequences = draw.sample(range(len(text.ids)), tokens // length)
            losses = []
            for candidate in survivors:
                levels.load(candidate)
                losses.append(text.divergence(model, sequences))
            best = sorted(range(len(survivors)), key=losses.__getitem__)[:count]
            survivors = [survivors[index] for index in best]
        parent = survivors[0]

    evolve()  # warms up
    levels.loads = 0
    seconds = [timed(device, evolve) for _ in range(options.generations)]
    return {"secondsAGeneration": statistics.median(seconds), "seconds": seconds, "weightsLoaded": levels.loads,
            "keptTargets": len(text.logits), "targets": len(text.ids)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=("dense", "generation"))
    parser.add_argument("shape")
    parser.add_argument("--device", default="cuda", help="cuda in bfloat16, or cpu in float32")
    parser.add_argument("--sequence-length", type=int, default=2048)
    parser.add_argument("--sequences", type=int, default=8, help="that go through the model together")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--product", type=int, default=8192, help="rows and columns of the products that give the peak")
    parser.add_argument("--stages", default="16@2048,4@16384,1@131072")
    parser.add_argument("--offspring", type=int, default=128)
    parser.add_argument("--generations", type=int, default=2)
    parser.add_argument("--levels", type=int, default=2, help="of each layer; the host's memory holds each level of all layers")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    device = torch.device(options.device)
    dtype = torch.bfloat16 if device.type == "cuda" else torch.float32
    torch.manual_seed(options.seed)
    generator = torch.Generator(device=device).manual_seed(options.seed)
    with open(options.shape) as file:
        shape = json.load(file)
    with torch.no_grad():
        model = Llama(shape, device, dtype, options.sequence_length, generator)
        result = {"dense": dense, "generation": generation}[options.part](options, model, device, dtype)
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "CPU"
    print(json.dumps({"device": name, "torch": torch.__version__, "dtype": str(dtype), **result}, indent=2))


if __name__ == "__main__":
    main()
