"""Modified DeepMTS: counted by its layer table, shaped as its description says."""

import pytest
import torch
from torch import nn

from hyoid.errors import HyoidError
from hyoid.networks import DeepMTS, VectorLayers
from hyoid.networks.batch import Batch, RiskOutput
from hyoid.networks.branch import ClinicalBranch, Fusion
from hyoid.networks.deepmts_dense import DeepMTSDense
from hyoid.networks.multihead import MultiHeadNetwork, VoxelsAlone, count_parameters, voxels_alone
from hyoid.networks.outputs import class_logits, risk_output
from hyoid.networks.patient_heads import PatientHeads
from hyoid.networks.risk import RiskReader

FILTERS, DOWN, UP = (8, 16, 32, 64, 128), (2, 2, 3, 3, 4), (3, 3, 2, 2)
SMALL = DeepMTS(filters=(2, 2, 4, 4, 4), stem=4, growth=2, inner=4, dense_layers=(1, 1, 1), transitions=(4, 4, 6))


def conv(inputs: int, outputs: int, edge: int) -> int:
    return inputs * outputs * edge**3 + outputs


def norm(width: int) -> int:
    return 2 * width


def level(inputs: int, width: int, count: int) -> int:
    short = conv(inputs, width, 1) + norm(width)
    return short + sum(conv(inputs if k == 0 else width, width, 3) + norm(width) for k in range(count))


def dense(inputs: int, classes: int) -> int:
    """The densely connected network: 24, then blocks of 4, 8, 16 layers of 16, and 16, 32, 64 after them."""
    total, width = conv(inputs + classes, 24, 3), 24
    for layers, after in ((4, 16), (8, 32), (16, 64)):
        for k in range(layers):
            start = width + 16 * k
            total += norm(start) + conv(start, 64, 1) + norm(64) + conv(64, 16, 3)
        width += 16 * layers
        total += norm(width) + conv(width, after, 1) + norm(after)
        width = after
    return total


def test_each_branch_has_the_parameters_of_the_published_layer_table() -> None:
    network = DeepMTS().build(2, 2, (128, 128, 128))
    down = sum(level(i, w, n) for i, w, n in zip((2, *FILTERS[:-1]), FILTERS, DOWN, strict=True))
    backwards = FILTERS[::-1]
    up = sum(level(b + w, w, n) for b, w, n in zip(backwards[:-1], backwards[1:], UP, strict=True))
    features = sum(conv(w, w // 2, 1) + norm(w // 2) for w in FILTERS)
    assert count_parameters(network.down) == down
    assert count_parameters(network.up) == up
    assert count_parameters(network.last) == conv(8, 2, 1)
    assert count_parameters(network.features) == features
    assert count_parameters(network.dense) == dense(2, 1)
    assert count_parameters(network) == down + up + conv(8, 2, 1) + features + dense(2, 1)
    assert DeepMTS().vectors == {"segmentation": 124, "image": 112, "last": 64}


def test_the_head_has_the_published_parameters() -> None:
    layers = VectorLayers(names=("segmentation", "image"), hidden=(64,), input_dropout=0.5, squared_weights=0.1)
    assert count_parameters(layers.build(DeepMTS().vectors)) == 124 * 64 + 64 + 112 * 64 + 64
    assert layers.width(DeepMTS().vectors) == 128
    assert [m.squared_weights for m in layers.build(DeepMTS().vectors).modules() if isinstance(m, nn.Linear)] == [
        0.1
    ] * 2


def test_the_dense_network_loses_what_valid_padding_loses() -> None:
    """128 voxels become 63, 31, 15 and 7."""
    network = DeepMTSDense(SMALL, 1).eval()
    seen = []
    for block in network.blocks:
        block.register_forward_hook(lambda _, __, output: seen.append(tuple(output.shape[2:])))
    with torch.no_grad():
        network(torch.zeros(1, 1, 128, 128, 128))
    assert seen == [(31,) * 3, (15,) * 3, (7,) * 3]


def test_layers_begin_as_in_keras() -> None:
    torch.manual_seed(0)
    layer = DeepMTS().build(2, 2, (32, 32, 32)).down[3].units[1][0].requires_grad_(False)
    bound = (6 / (64 * 27)) ** 0.5
    assert float(layer.weight.abs().max()) <= bound
    assert float(layer.weight.std()) == pytest.approx(bound / 3**0.5, rel=0.02)
    assert float(layer.bias.abs().max()) == 0


def three_tasks(settings: DeepMTS = SMALL) -> MultiHeadNetwork:
    torch.manual_seed(0)
    layers = VectorLayers(names=("segmentation", "image"), hidden=(5,))
    width = layers.width(settings.vectors) + 3
    heads = {"rfs": RiskReader(width, (), 0.0), "hpv": nn.Linear(settings.vectors["last"], 2)}
    record, fusion = ClinicalBranch(hidden=()).build(3), Fusion().build(width)
    patients = PatientHeads(layers.build(settings.vectors), record, fusion, heads, {"hpv": "last"})
    return MultiHeadNetwork(settings.build(2, 2, (32, 32, 32)), "segmentation", patient_heads=patients)


@pytest.fixture
def batch() -> Batch:
    torch.manual_seed(1)
    return Batch(torch.rand(2, 2, 32, 32, 32), torch.ones(2, 2), torch.randn(2, 3))


def test_one_pass_answers_three_tasks(batch: Batch) -> None:
    network = three_tasks().eval()
    outputs = network(batch)
    assert outputs["segmentation"].shape == (2, 2, 32, 32, 32)
    assert outputs["hpv"].shape == (2, 2)
    assert isinstance(outputs["rfs"], RiskOutput)
    assert outputs["rfs"].features.shape == (2, 13)
    torch.testing.assert_close(outputs["rfs"].features[:, -3:], batch.clinical)
    torch.testing.assert_close(class_logits(network, batch), outputs["hpv"])
    torch.testing.assert_close(risk_output(network, batch).risk, outputs["rfs"].risk)


def test_voxels_alone_need_no_record(batch: Batch) -> None:
    network = three_tasks().eval()
    alone = voxels_alone(network)
    assert isinstance(alone, VoxelsAlone)
    found = alone(Batch(batch.images, batch.present))
    torch.testing.assert_close(found["segmentation"], network(batch)["segmentation"])
    assert voxels_alone(alone) is alone
    with pytest.raises(HyoidError, match="clinical vector"):
        network(Batch(batch.images, batch.present))


def test_the_gradient_of_a_head_reaches_the_backbone_unless_it_is_detached(batch: Batch) -> None:
    network = three_tasks()
    network(batch)["rfs"].risk.sum().backward()
    assert network.backbone.down[0].units[0][0].weight.grad is not None
    network = three_tasks()
    network.patient_heads.detached = frozenset({"rfs"})
    network(batch)["rfs"].risk.sum().backward()
    assert network.backbone.down[0].units[0][0].weight.grad is None
    assert network.patient_heads.heads["rfs"].layers[-1].weight.grad is not None


def test_the_survival_loss_reaches_the_outline_through_its_probability(batch: Batch) -> None:
    network = three_tasks()
    network(batch)["rfs"].risk.sum().backward()
    assert float(network.backbone.last.weight.grad.abs().max()) > 0


def test_half_the_width_still_is_a_network() -> None:
    whole, half = DeepMTS(), DeepMTS().narrower(0.5)
    assert half.filters == (4, 8, 16, 32, 64)
    shape = (32, 32, 32)
    assert count_parameters(half.build(2, 2, shape)) < 0.4 * count_parameters(whole.build(2, 2, shape))
    assert half.build(2, 2, shape).eval()(torch.zeros(1, 2, *shape)).shape == (1, 2, *shape)
