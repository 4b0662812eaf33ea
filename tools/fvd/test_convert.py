"""python -m unittest discover tools/fvd: both schemes of names come out as one, and nothing else does."""

import unittest

import torch

import convert


def published():
    state = {convert.published(name): torch.zeros(1) for name in convert.expected()}
    state["logits.conv3d.bias"] = torch.arange(400.0)
    return state


def hassony(name):
    name = name.lower().replace(".bn.", ".batch3d.").replace("logits.", "conv3d_0c_1x1.")
    for theirs, ours in convert.BRANCHES.items():
        name = name.replace(f".{ours}.", f".{theirs}.")
    return name


class Names(unittest.TestCase):
    def test_both_schemes_come_out_the_same(self):
        state = published()
        self.assertEqual(len(state), 57 * 5 + 2)
        other = {hassony(name): tensor for name, tensor in state.items()}
        other["conv3d_1a_7x7.batch3d.num_batches_tracked"] = torch.tensor(3)
        self.assertIn("mixed_3b.branch_1.0.conv3d.weight", other)
        wrapped = {f"module.{name}": tensor for name, tensor in state.items()}
        for given in (state, other, wrapped):
            self.assertEqual(convert.convert(given).keys(), state.keys())
        self.assertIn("Mixed_3b.b1a.conv3d.weight", state)

    def test_other_networks_are_refused(self):
        state = published()
        del state["Mixed_5c.b3b.bn.weight"]
        state["fc.weight"] = torch.zeros(1)
        with self.assertRaisesRegex(SystemExit, "mixed_5c.b3b.bn.weight(.|\n)*fc.weight"):
            convert.convert(state)
        with self.assertRaisesRegex(SystemExit, "600 classes"):
            convert.convert(published() | {"logits.conv3d.bias": torch.zeros(600)})


if __name__ == "__main__":
    unittest.main()
