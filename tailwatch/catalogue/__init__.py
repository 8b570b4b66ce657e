"""What the messages of training logs mean: which are harmless, which need action, and why.

One TOML file a family (`tensorflow.toml`, `torch.toml`, ...), one `[[rule]]` table a message. The format is described in
`rules.py`; adding a message touches its table alone, because every rule brings the sample lines that test it.
"""
