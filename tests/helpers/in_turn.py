"""Lines of several kinds that come in turn, for properties of reading."""

from hypothesis import strategies as st


def lines_in_turn(kinds, *, most_kinds=5, most_times, most_turns):
    """Lists of lines: a few of the `kinds` again and again, then a few others; `{n}`, `{v}`, `{e}` and `{s}` are filled in."""
    turn = st.tuples(st.lists(st.sampled_from(kinds), min_size=1, max_size=most_kinds), st.integers(1, most_times))
    return st.lists(turn, min_size=1, max_size=most_turns).map(_lines)


def _lines(turns):
    lines, count = [], 0
    for number, (kinds, times) in enumerate(turns, 1):
        for i in range(times):
            lines += [kind.format(n=count, v=f"{1 / (1 + i % 11):.4f}", e=number, s=i % 60) for kind in kinds]
            count += 1
    return lines
