"""Settings: what wins over what, and what is said of a mistake."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from tailwatch import config
from tailwatch.config_tables import TABLES, Pattern
from tailwatch.core.errors import UsageError
from tailwatch.whereabouts import to_write_in


def test_every_key_has_a_field_a_default_and_a_check() -> None:
    """`Settings`, `KEYS` and `TABLES` name the same keys, and each default passes its own check."""
    assert {*config.KEYS, *TABLES, "where"} == set(config.Settings._fields)
    for key, check in config.KEYS.items():
        assert check(getattr(config.DEFAULTS, key)) == getattr(config.DEFAULTS, key)
    for made, checks in TABLES.values():
        assert {*checks, "where"} == set(made._fields)


def test_flags_win_over_the_environment_over_the_file_over_defaults(tmp_path: Path) -> None:
    """Taken away one by one, the next one counts."""
    path = tmp_path / "c.toml"
    path.write_text('encoding = "gbk"\n')
    flags: dict[str, object] = {"config": str(path), "encoding": "latin-1", "log": "x"}
    environment = {"TAILWATCH_ENCODING": "utf-16"}
    assert config.load(flags, environment).encoding == "iso8859-1"
    flags["encoding"] = None
    assert config.load(flags, environment).encoding == "utf-16"
    assert config.load(flags, {}).encoding == "gbk"
    path.write_text("")
    assert config.load(flags, {}) == config.DEFAULTS._replace(where=str(path))


def test_the_file_is_found_where_xdg_and_the_environment_say(tmp_path: Path) -> None:
    """`TAILWATCH_CONFIG` wins over `XDG_CONFIG_HOME`, that over `~/.config`."""
    (tmp_path / "tailwatch").mkdir()
    (tmp_path / "tailwatch" / "config.toml").write_text('lang = "zh"\n')
    (tmp_path / "other.toml").write_text('lang = "en"\n')
    environment = {"XDG_CONFIG_HOME": str(tmp_path)}
    assert config.load({}, environment).lang == "zh"
    assert config.load({}, {**environment, "TAILWATCH_CONFIG": str(tmp_path / "other.toml")}).lang == "en"
    assert config.file({}, {}) == (str(Path.home() / ".config" / "tailwatch" / "config.toml"), False)


def test_only_a_file_that_was_asked_for_must_exist(tmp_path: Path) -> None:
    """No settings is no mistake; a wrong `--config` is."""
    assert config.load({}, {"XDG_CONFIG_HOME": str(tmp_path)})._replace(where="") == config.DEFAULTS
    with pytest.raises(UsageError, match=r"gone\.toml: there is no such configuration file"):
        config.load({"config": str(tmp_path / "gone.toml")}, {})
    with pytest.raises(UsageError, match=r"cannot be read: Is a directory"):
        config.load({"config": str(tmp_path)}, {})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('encodng = "gbk"', "there is no key 'encodng'; did you mean 'encoding'?"),
        ("[[patern]]", "there is no key 'patern'; did you mean 'pattern'?"),
        ("colour = 3", "there is no key 'colour'; the keys are lang, history, encoding, cores, pattern, message."),
        ('lang = "fr"', "lang must be one of auto, en, zh, not 'fr'."),
        ("lang = 3", "lang must be one of auto, en, zh, not 3."),
        ('encoding = "base64"', "encoding must be auto or the name of an encoding, such as"),
        ('pattern = "x"', "pattern must be a list of tables; write [[pattern]] above each."),
        ('[pattern]\nline = "x"', "pattern must be a list of tables; write [[pattern]] above each."),
        ('[[message]]\ntext = "x"\n[[message]]\ntex = "x"', "[[message]] number 2: there is no key 'tex'; did you mean 'text'?"),
        ('[[message]]\ntext = " "', "[[message]] number 1: text must be text in quotes, not ' '."),
        ("lang = ", "is no valid TOML: Invalid value (at "),
    ],
)
def test_a_mistake_is_one_sentence_that_names_file_and_key(tmp_path: Path, content: str, said: str) -> None:
    """Also where it lies in a table, and with a hint where the key is nearly right."""
    path = tmp_path / "c.toml"
    path.write_text(content)
    with pytest.raises(UsageError) as caught:
        config.load({"config": str(path)}, {})
    assert str(caught.value).startswith(str(path))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    """TOML is UTF-8."""
    path = tmp_path / "c.toml"
    path.write_bytes('lang = "é"'.encode("latin-1"))
    with pytest.raises(UsageError, match="save it as UTF-8"):
        config.load({"config": str(path)}, {})


def test_a_wrong_value_from_elsewhere_names_where_it_came_from() -> None:
    """A variable, or a flag."""
    with pytest.raises(UsageError, match="the environment variable TAILWATCH_ENCODING must be"):
        config.load({}, {"TAILWATCH_ENCODING": "klingon"})
    with pytest.raises(UsageError, match="--encoding must be"):
        config.load({"encoding": "klingon"}, {})


def test_a_variable_that_is_no_setting_is_told_and_not_passed_over() -> None:
    """A slip of the pen names the variable that was meant, any other name the variables that there are."""
    with pytest.raises(UsageError, match="TAILWATCH_ENCODNIG is no setting; did you mean TAILWATCH_ENCODING"):
        config.load({}, {"TAILWATCH_ENCODNIG": "utf-8"})
    with pytest.raises(
        UsageError, match="TAILWATCH_QUICKLY is no setting; unset it, or use one of TAILWATCH_CONFIG, TAILWATCH_LANG"
    ):
        config.load({}, {"TAILWATCH_QUICKLY": "1"})
    assert config.load({}, {"TAILWATCH_QUICKLY": ""}) == config.load({}, {})


def test_a_hint_names_the_configuration_file_that_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that was asked for, else that of the desktop's standard; the home folder is written `~`."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    assert to_write_in("") == "~/.config/tailwatch/config.toml"
    monkeypatch.setenv("XDG_CONFIG_HOME", "/etc/xdg")
    assert to_write_in("") == "/etc/xdg/tailwatch/config.toml"
    assert to_write_in(str(tmp_path / "own.toml")) == "~/own.toml"


def test_settings_go_to_other_processes() -> None:
    """They are plain values."""
    made = config.Settings(pattern=(Pattern(line="a {loss}"),))
    assert pickle.loads(pickle.dumps(made)) == made


def test_the_command_line_ends_with_code_two_and_a_sentence(tmp_path: Path) -> None:
    """No traceback, whatever the file holds."""
    path = tmp_path / "c.toml"
    path.write_text("[[[")
    done = subprocess.run(
        [sys.executable, "-m", "tailwatch", "report", "--config", str(path), "x.log"], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stderr.startswith(f"tailwatch: {path} is no valid TOML: ")
    assert done.stderr.count("\n") == 1


def test_without_a_file_no_toml_is_loaded() -> None:
    """Start-up stays cheap."""
    code = "import sys; from tailwatch import config; config.load(); sys.exit('tomllib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
