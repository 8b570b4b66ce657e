"""`tailwatch explain`: one message in, a verdict out."""

import io
import json

from tailwatch.report.explain import explain, explain_text, run_explain


def ask(text, format_, stdin=""):
    out = io.StringIO()
    return run_explain(text, format_, io.StringIO(stdin), out), out.getvalue()


def test_text_says_label_reason_action_and_source():
    """The answer for people names all that the catalogue knows."""
    code, answer = ask(
        "Allocator ran out of memory trying to allocate 1GiB. The caller indicates that this is not a failure", "text"
    )
    assert code == 0
    assert answer.startswith("Harmless")
    assert all(word in answer for word in ("Why:", "Do:", "Source:"))


def test_jsonl_answers_each_line_on_its_own():
    """Items of one stream do not know of each other, and an ordinary line is `none`."""
    items = [
        {"id": 1, "text": "Overriding allow_growth setting because the TF_FORCE_GPU_ALLOW_GROWTH environment variable is set"},
        {"id": 2, "text": "Physical devices cannot be modified after being initialized"},
        {"id": 3, "text": "epoch 1 loss 0.5"},
        {"id": 4, "text": "WARNING: the frobnicator is odd"},
    ]
    code, answer = ask(None, "jsonl", "".join(json.dumps(item) + "\n" for item in items))
    rows = [json.loads(row) for row in answer.splitlines()]
    assert code == 0
    assert [(row["id"], row["label"]) for row in rows] == [(1, "info"), (2, "actionable"), (3, "none"), (4, "unknown")]
    assert list(rows[0]) == ["id", "label", "rule", "why", "action", "source"]


def test_input_that_is_no_object_is_refused(capsys):
    """A wrong line ends it with exit code 2 and one sentence that says what to do."""
    code, _ = ask(None, "jsonl", "hello\n")
    assert code == 2
    assert "line 1" in capsys.readouterr().err


def test_text_may_come_from_stdin():
    """Without a text, or with -, the message is read from stdin."""
    assert ask("-", "json", "Killed\n")[1] == ask(None, "json", "Killed\n")[1]
    assert json.loads(explain_text("Killed", "json"))["label"] == "fatal"


def test_of_several_messages_piped_in_each_is_explained_the_gravest_first():
    """As they come from `tail nohup.out`: a harmless one must not answer for a fatal one beside it; copies are counted."""
    notice = "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\n"
    code, answer = ask(
        "-", "text", f"{notice}epoch 1 loss 0.5\n{notice}RuntimeError: CUDA out of memory. Tried to allocate 1 GiB\n"
    )
    assert code == 0
    blocks = answer.split("\n\n")
    assert all(block.splitlines()[0].endswith(where) for block, where in zip(blocks, ("(line 4)", "lines 1 to 3)"), strict=True))
    assert blocks[0].splitlines()[1].startswith("Fatal")
    assert blocks[1].splitlines()[1].startswith("Harmless")


def test_one_message_of_several_lines_is_explained_alone():
    traceback = (
        'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\n    f()\nRuntimeError: CUDA out of memory.\n'
    )
    assert ask("-", "text", traceback)[1].startswith("Fatal")


def test_colours_are_looked_through():
    """Colour codes inside a message do not hide it."""
    assert explain("\x1b[31mCUDA out of \x1b[1mmemory\x1b[0m").label == "fatal"
