"""What a listener says of lines of a log, without a session around it."""

from tailwatch.catalogue.listener import Listener
from tailwatch.core.events import Line

TRACEBACK = """Traceback (most recent call last):
  File "/home/me/train.py", line 12, in main
    step(batch)
  File "/usr/lib/python3.11/site-packages/torch/nn/modules/module.py", line 5, in call
    return forward(*args)
ValueError: bad shape"""


def lines(text):
    return [Line(row.encode(), number, 0, 0.0) for number, row in enumerate(text.splitlines(), 1)]


def listen(text, listener=None):
    listener = listener or Listener()
    return [said for line in lines(text) for said in listener.hear(line, listener.interest(line.raw.decode()))]
