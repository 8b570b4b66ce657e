"""A quick look that spares a search never hides what the search would find."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tailwatch.dialects import _headings, _tokens

PIECES = [
    *(
        "rank",
        "RANK",
        "Rank",
        "cuda",
        "gpu",
        "GPU",
        "cpu",
        "CPU",
        "device",
        "node",
        "cuDNN",
        "worker",
        "trial",
        "CUDA",
        "DataLoader",
    ),
    *("pid", "PID", "tid", "range(", "output ", "(", ")", "#", " ", "  ", ":", "=", "-", "/", ".", ",", "_", "T", "Z", "|", "%"),
    *("0", "00", "0000", "000000", ":00", "00:00:00", "Jan", "Mon ", "I", "E", "x", "days", "d", "h", "a.py", "b.json", "v0.0.0"),
    *(
        "config",
        "Config",
        "Arguments",
        "args:",
        "Hyperparameters",
        "params",
        "settings",
        "options",
        "配置",
        "参数",
        "***",
        "=",
        "{",
    ),
]
LOOKS = {
    "time": (_tokens._MAY_BE_TIME, _tokens._TIME),
    "device": (_tokens._DEVICE_HINT, _tokens._DEVICE),
    "file": (_tokens._MAY_END_FILE, _tokens._FILE),
    "version": (_tokens._MAY_BE_VERSION, _tokens._VERSION),
    "path": (_tokens._MAY_BE_PATH, _tokens._PATH),
    "clock": (_tokens._MAY_BE_CLOCK, _tokens._CLOCK),
}


@pytest.mark.parametrize("kind", LOOKS)
@settings(max_examples=300, deadline=None)
@given(parts=st.lists(st.sampled_from(PIECES), max_size=9))
def test_what_a_search_finds_the_look_before_it_finds(kind, parts):
    look, search = LOOKS[kind]
    shape = "".join(parts).encode()
    if search.search(shape) is not None:
        assert look.search(shape) is not None


@settings(max_examples=300, deadline=None)
@given(parts=st.lists(st.sampled_from(PIECES), max_size=6))
def test_a_heading_of_settings_is_found_with_the_look_before(parts):
    shape = "".join(parts).encode()
    found = len(shape) <= 200 and _headings._CONFIG.match(shape) is not None
    assert (_headings.config_heading(shape) is not None) is found
