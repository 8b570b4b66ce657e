"""A small classifier trained by a loop as people write it; each option causes, or just avoids, one trouble.

The task: which of four classes a random network gives to a random vector, a share of the labels being wrong. Needs torch, and
tqdm for `--style tqdm`. What was run to make each log stands in `make.sh`.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import time

import torch
from torch import nn
from torch.nn import functional

CLASSES = 4


def options_of_the_command_line() -> argparse.Namespace:
    """Read the options."""
    parser = argparse.ArgumentParser()
    for name, default in {
        "samples": 2000, "validation": 1000, "inputs": 32, "width": 128, "depth": 2, "batch": 64, "epochs": 20, "every": 10,
        "patience": 0, "seed": 0, "drops": 0, "warmup": 0, "bad-batch": -1, "slow-from": 10**9, "slow-until": 10**9,
        "hang-at": -1, "fail-at": -1, "evaluate-every": 1, "smaller-batch-on-failure": 0, "skip-bad-steps": 0,
    }.items():  # fmt: skip
        parser.add_argument(f"--{name}", type=int, default=default)
    for name, value in {
        "lr": 1e-3, "noise": 0.0, "dropout": 0.0, "decay": 0.0, "momentum": 0.0, "clip": 0.0, "peak": 0.0, "scale": 1.0,
        "pause": 0.0, "slow": 0.0, "hang": 0.0, "bad": 1.0, "loss-scale": 0.0,
    }.items():  # fmt: skip
        parser.add_argument(f"--{name}", type=float, default=value)
    parser.add_argument("--style", default="print", choices=["print", "logging", "steps", "json", "tqdm", "chinese"])
    parser.add_argument("--optimizer", default="adam", choices=["adam", "sgd"])
    parser.add_argument("--fail", default="shape", choices=["shape", "memory", "survived", "nan"])
    parser.add_argument("--shuffled-labels", action="store_true")
    return parser.parse_args()


class Task:
    """Training and validation data, and how a model does on the latter."""

    def __init__(self, o: argparse.Namespace) -> None:
        teacher = torch.Generator().manual_seed(12)
        hidden = torch.randn(o.inputs, 24, generator=teacher)
        out = torch.randn(24, CLASSES, generator=teacher)
        draw = torch.Generator().manual_seed(o.seed)

        def data(count: int, wrong: float) -> tuple[torch.Tensor, torch.Tensor]:
            x = torch.randn(count, o.inputs, generator=draw)
            y = (torch.tanh(x @ hidden / 4) @ out).argmax(1)
            flip = torch.rand(count, generator=draw) < wrong
            return x * o.scale, torch.where(flip, torch.randint(0, CLASSES, (count,), generator=draw), y)

        self.x, self.y = data(o.samples, 1.0 if o.shuffled_labels else o.noise)
        self.val_x, self.val_y = data(o.validation, 0.05) if o.validation else (None, None)

    @torch.no_grad()
    def evaluate(self, model: nn.Module) -> tuple[float, float] | None:
        """Return the validation loss and accuracy."""
        if self.val_x is None:
            return None
        model.eval()
        logits = model(self.val_x)
        model.train()
        return functional.cross_entropy(logits, self.val_y).item(), (logits.argmax(1) == self.val_y).float().mean().item()


class Writer:
    """Writes the log in one of the styles."""

    def __init__(self, o: argparse.Namespace) -> None:
        self.o = o
        if o.style == "logging":
            logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.INFO, stream=sys.stdout)
        self.log = logging.getLogger("train")

    def say(self, text: str) -> None:
        """Write a line of text."""
        self.log.info(text) if self.o.style == "logging" else print(text, flush=True)

    def step(self, epoch: int, step: int, steps: int, loss: float, rate: float, norm: float) -> None:
        """Write a running value, in the styles that do."""
        if self.o.style == "steps" and step % self.o.every == 0:
            print(f"step {step}/{steps} | epoch {epoch} | loss {loss:.4f} | grad_norm {norm:.3f} | lr {rate:.2e}", flush=True)
        if self.o.style == "logging" and step % self.o.every == 0:
            self.log.info("step %d/%d loss %.5f lr %.6f", step, steps, loss, rate)

    def epoch(self, epoch: int, train: float, held: tuple[float, float] | None, rate: float, seconds: float) -> None:
        """Write what an epoch came to."""
        o = self.o
        if o.style in ("print", "tqdm"):
            val = "" if held is None else f" - val_loss: {held[0]:.4f} - val_acc: {held[1]:.4f}"
            print(f"Epoch {epoch}/{o.epochs} - loss: {train:.4f}{val} - lr: {rate:.2e} - {seconds:.1f}s", flush=True)
        elif o.style == "logging":
            val = "" if held is None else f", val_loss={held[0]:.5f}, val_acc={held[1]:.4f}"
            self.log.info("epoch %d/%d: train_loss=%.5f%s", epoch, o.epochs, train, val)
        elif o.style == "steps" and held is not None:
            print(f"epoch {epoch}/{o.epochs} done | train_loss {train:.4f} | val_loss {held[0]:.4f}", flush=True)
        elif o.style == "json":
            row = {"epoch": epoch, "epochs": o.epochs, "train_loss": train, "lr": rate}
            print(json.dumps(row if held is None else row | {"val_loss": held[0], "val_acc": held[1]}), flush=True)
        elif o.style == "chinese":
            val = "" if held is None else f"，验证损失 {held[0]:.4f}，验证准确率 {held[1]:.2%}"
            print(f"第{epoch}轮/{o.epochs}：训练损失 {train:.4f}{val}，学习率 {rate:.1e}", flush=True)


def network(o: argparse.Namespace) -> nn.Sequential:
    """Build the model."""
    layers: list[nn.Module] = []
    size = o.inputs
    for _ in range(o.depth):
        layers += [nn.Linear(size, o.width), nn.ReLU(), nn.Dropout(o.dropout)]
        size = o.width
    return nn.Sequential(*layers, nn.Linear(size, CLASSES))


class Trainer:
    """The loop."""

    def __init__(self, o: argparse.Namespace) -> None:
        torch.manual_seed(o.seed)
        torch.set_num_threads(1)
        self.o, self.task, self.writer, self.model = o, Task(o), Writer(o), network(o)
        parameters = self.model.parameters()
        if o.optimizer == "adam":
            self.optimizer: torch.optim.Optimizer = torch.optim.AdamW(parameters, o.lr, weight_decay=o.decay)
        else:
            self.optimizer = torch.optim.SGD(parameters, o.lr, momentum=o.momentum, weight_decay=o.decay)
        self.steps_a_pass = -(-o.samples // o.batch)
        self.scheduler = self.schedule()
        self.scaler = torch.amp.GradScaler("cpu", init_scale=o.loss_scale or 1.0, enabled=o.loss_scale > 0)
        self.step = 0

    def schedule(self) -> torch.optim.lr_scheduler.LRScheduler | None:
        """Return what changes the rate from step to step, if anything does."""
        o, steps = self.o, self.o.epochs * self.steps_a_pass
        if o.peak:
            return torch.optim.lr_scheduler.OneCycleLR(self.optimizer, o.peak, total_steps=steps)
        if o.warmup:
            return torch.optim.lr_scheduler.LambdaLR(self.optimizer, lambda step: min(1.0, (step + 1) / o.warmup))
        return None

    def run(self) -> None:
        """Train."""
        o = self.o
        drops = torch.optim.lr_scheduler.ReduceLROnPlateau(self.optimizer, factor=0.3, patience=o.drops) if o.drops else None
        best, waited = float("inf"), 0
        for epoch in range(1, o.epochs + 1):
            begin = time.monotonic()
            loss = self.one_pass(epoch)
            held = self.task.evaluate(self.model) if epoch % o.evaluate_every == 0 else None
            self.writer.epoch(epoch, loss, held, self.optimizer.param_groups[0]["lr"], time.monotonic() - begin)
            if held is None:
                continue
            if drops is not None:
                drops.step(held[0])
            best, waited = (held[0], 0) if held[0] < best else (best, waited + 1)
            if o.patience and waited >= o.patience:
                self.writer.say(f"Early stopping: no better validation loss than {best:.4f} for {waited} epochs")
                break
        if o.style != "json":
            self.writer.say("Training finished.")

    def one_pass(self, epoch: int) -> float:
        """Train on every batch once; return the mean loss."""
        o, total = self.o, 0.0
        starts = range(0, o.samples, o.batch)
        order = torch.randperm(o.samples)
        if o.style == "tqdm":
            from tqdm import tqdm  # noqa: PLC0415 - one style needs it

            starts = tqdm(starts, desc=f"Epoch {epoch}/{o.epochs}")
        for start in starts:
            rows = order[start : start + o.batch]
            total += self.one_step(epoch, self.task.x[rows], self.task.y[rows]) * len(rows)
        return total / o.samples

    def one_step(self, epoch: int, x: torch.Tensor, y: torch.Tensor) -> float:
        """Train on one batch; return its loss."""
        o = self.o
        x, y = self.trouble(epoch, x, y)
        self.step += 1
        with torch.autocast("cpu", torch.float16, enabled=o.loss_scale > 0):
            logits = self.model(x)
        loss = functional.cross_entropy(logits.float(), y)
        self.optimizer.zero_grad()
        self.scaler.scale(loss).backward()
        self.scaler.unscale_(self.optimizer)
        norm = nn.utils.clip_grad_norm_(self.model.parameters(), o.clip or float("inf")).item()
        if not (o.skip_bad_steps and norm != norm):
            self.scaler.step(self.optimizer)
        self.scaler.update()
        if self.scheduler is not None:
            self.scheduler.step()
        rate = self.optimizer.param_groups[0]["lr"]
        self.writer.step(epoch, self.step, o.epochs * self.steps_a_pass, loss.item(), rate, norm)
        return loss.item()

    def trouble(self, epoch: int, x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Let happen to a batch what the options ask for."""
        o = self.o
        time.sleep(o.pause + (o.slow if o.slow_from <= epoch < o.slow_until else 0.0))
        if self.step == o.hang_at:
            time.sleep(o.hang)
        if self.step == o.bad_batch:
            x = x * o.bad
        if self.step == o.fail_at:
            x = self.fail(x)
        return x, y

    def fail(self, x: torch.Tensor) -> torch.Tensor:
        """Let something go wrong: a wrong shape, no memory, a NaN in the data."""
        if self.o.fail == "nan":
            return torch.where(torch.arange(len(x))[:, None] == 0, float("nan"), x)
        if self.o.fail == "survived":
            try:
                self.model(x[:, :-1])
            except RuntimeError:
                logging.getLogger("train").exception("a sample could not be read, it is left out")
            return x
        if self.o.fail == "memory":
            rows = 1 << 44
            while True:
                try:
                    return x + torch.zeros(rows)[: len(x), None]
                except RuntimeError as error:
                    if not self.o.smaller_batch_on_failure:
                        raise
                    self.writer.say(f"{error}\nretrying with a cache of {rows >> 22} instead of {rows} values")
                    rows >>= 22
        return x[:, :-1]


if __name__ == "__main__":
    Trainer(options_of_the_command_line()).run()
