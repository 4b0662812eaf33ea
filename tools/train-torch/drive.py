"""Steps until the time is over, each of them one graph of the GPU's that is replayed: asking for its
thousand operations one by one would take several times longer than doing them."""

import json
import math
import time

import torch

from optimizer import Muon

DECAY_SHARE = 0.3
WARM_UP = 100
# Steps between two looks at the clock.
LOOK = 20
MEAN_DECAY = 0.998


class Pace:
    """A learning rate over time: warm-up, stable, linear decay; of a phase that ends at a time."""

    def __init__(self, seconds, end, peak):
        self.begun = time.monotonic()
        self.seconds = max(min(seconds, end - self.begun), 1)
        self.peak, self.step, self.share = peak, 0, 0.0

    def look(self):
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        took = time.monotonic() - self.begun
        self.share = took / self.seconds
        self.per_second = self.step / took

    def rate(self):
        warm = min((self.step + 1) / WARM_UP, 1)
        left = min((1 - self.share) / DECAY_SHARE, 1)
        return self.peak * warm * max(left, 0.02)


class Step:
    """A whole step: draw clips, forward, backward, optimiser."""

    def __init__(self, work, optimizer):
        self.work, self.optimizer, self.graph = work, optimizer, None

    def eagerly(self):
        self.optimizer.forget()
        loss, self.figures, finish = self.work()
        loss.backward()
        self.optimizer.step()
        if finish:
            with torch.no_grad():
                finish()
        self.loss = loss.detach()

    def capture(self, pool):
        self.graph = torch.cuda.CUDAGraph()
        self.optimizer.forget()
        with torch.cuda.graph(self.graph, pool=pool):
            self.eagerly()

    def take(self):
        self.graph.replay() if self.graph else self.eagerly()


def drive(name, model, works, choose, seconds, end, peak, log, now_and_then=None, graphs=True):
    """Takes steps until the time is over; returns the running mean of the weights.

    `works` are kinds of steps, of which `choose(number)` says which is next."""
    begun = time.monotonic()
    optimizer = Muon(model, MEAN_DECAY)
    optimizer.rate.fill_(peak / WARM_UP)
    steps = {key: Step(work, optimizer) for key, work in works.items()}
    graphs = graphs and torch.cuda.is_available()
    if graphs:
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for step in steps.values():
                for _ in range(3):
                    step.eagerly()
        torch.cuda.current_stream().wait_stream(side)
        pool = None
        for step in steps.values():
            step.capture(pool)
            pool = step.graph.pool()
    tell(log, phase=name, ready_after=round(time.monotonic() - begun, 1))
    pace = Pace(seconds, end, peak)
    while pace.share < 1:
        optimizer.rate.fill_(pace.rate())
        step = steps[choose(pace.step)]
        step.take()
        pace.step += 1
        if pace.step % LOOK == 0:
            pace.look()
            if now_and_then:
                now_and_then(step.figures)
            if pace.step % (LOOK * 10) == 0 or pace.share >= 1:
                shown = {k: round(v.item(), 4) for k, v in step.figures.items() if v.numel() == 1}
                loss = round(step.loss.item(), 4)
                if not math.isfinite(loss):
                    raise SystemExit(f"{name}: the loss is no number any more at step {pace.step}")
                rate, share = round(pace.per_second, 2), round(pace.share, 3)
                tell(log, phase=name, step=pace.step, share=share, per_second=rate, loss=loss, **shown)
    return optimizer.average()


def tell(log, **line):
    print(json.dumps(line), file=log, flush=True)
