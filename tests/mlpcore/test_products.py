"""Large products against float64, and what their numbers must not depend on."""

import pytest
import torch

from mlpcore import products
from mlpcore.products import multiply, subtract_product
from mlpcore.stack import Stack, with_ones

ROWS = 2 * products.ROWS + 5


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def product(left, right):
    out = torch.full((len(left), right.shape[1]), torch.nan)
    multiply(left, right, out)
    return out


@pytest.fixture(params=["oneDNN", "torch"])
def kernel(request, monkeypatch):
    """With oneDNN and without."""
    if request.param == "torch":
        monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: False)
    elif not torch.backends.mkldnn.is_available():
        pytest.skip("this torch has no oneDNN")


# A matrix as it is, transposed, and a part of a wider one.
@pytest.mark.parametrize("shape", [lambda x: x, lambda x: x.T.contiguous().T, lambda x: x[:, 3:]])
def test_products_are_exact_to_single_precision(kernel, shape):
    left, right = shape(normal(ROWS, 130)), shape(normal(130, 20, seed=1))
    right = right[: left.shape[1]]
    expected = left.double() @ right.double()
    torch.testing.assert_close(product(left, right).double(), expected, rtol=1e-4, atol=1e-4)
    out = normal(*expected.shape, seed=2)
    expected = out.double() - 0.3 * expected
    subtract_product(left, right, 0.3, out)
    torch.testing.assert_close(out.double(), expected, rtol=1e-4, atol=1e-4)


def test_what_diverged_stays_in_its_row(kernel):
    left, right = normal(ROWS, 130), normal(130, 20, seed=1)
    expected = product(left, right)
    left[3, 7] = torch.nan
    assert product(left, right)[3].isnan().all()
    others = [row for row in range(ROWS) if row != 3]
    assert torch.equal(product(left, right)[others], expected[others])


def test_numbers_depend_neither_on_threads_nor_on_the_number_of_rows():
    left, right = normal(1024, 1537), normal(1537, 64, seed=1)
    expected = product(left, right)
    assert torch.equal(product(left[:128], right), expected[:128])
    torch.set_num_threads(2)
    try:
        assert torch.equal(product(left, right), expected)
    finally:
        torch.set_num_threads(1)


def test_a_stack_takes_them_for_a_large_layer(kernel, monkeypatch):
    """Outputs, gradients and descent are those of small products."""
    ends = []
    for least in (0, 1 << 60):
        monkeypatch.setattr(products, "LARGE", least)
        stack = Stack([normal(3, 8, 31, seed=3), normal(3, 4, 9, seed=4)], "tanh")
        inputs, targets = with_ones(normal(1, 30, 20, seed=5)), torch.eye(4).repeat(1, 5)[None]
        logits = stack.logits(inputs)
        stack.compute_gradients(inputs, targets)
        expected = stack.parameters - 0.1 * stack.gradients
        gradients = stack.gradients.clone()
        stack.descend(inputs, targets, 0.1)
        torch.testing.assert_close(stack.parameters, expected)
        ends.append((logits, gradients, stack.parameters))
    for one, other in zip(*ends, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)
