import itertools
import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from station import config, settings
from station.__main__ import main
from station.errors import ConfigError, StationError
from station.german import in_german
from station.settings import Sensor, Station


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        config.from_text(text, "desk.toml")
    return caught.value.problems


def test_an_empty_file_is_a_whole_configuration() -> None:
    read = config.from_text("")
    assert read.of(Station).language == "de"
    assert read.of(Sensor).driver == "ads1115"


def test_an_unknown_key_names_its_line_and_the_nearest_known_key() -> None:
    (said,) = problems('[station]\nname = "Desk"\nlangage = "de"\n')
    assert said == "desk.toml:3: [station] has no key 'langage'; did you mean 'language'?"


def test_what_another_driver_s_sensor_had_is_to_be_taken_away_after_a_change_of_driver() -> None:
    """`config --default` writes the chip's keys; who then names another driver meets all of them."""
    said = problems('[sensor]\ndriver = "simulated"\nsede = 1\nbus = 1\naddress = 0x48\n')
    assert said == [
        "desk.toml:3: [sensor] has no key 'sede'; did you mean 'seed'?",
        "desk.toml:4: [sensor] has no key 'bus' for driver simulated; it is one of ads1115: take it away. "
        "A whole file for it:  desk-station config --default --driver simulated",
        "desk.toml:5: [sensor] has no key 'address' for driver simulated; it is one of ads1115: take it away.",
    ]
    assert all(
        "beim Treiber simulated nicht; das gehört zu ads1115: Nimm es weg." in in_german(each) for each in said[1:]
    )
    assert in_german(said[1]).endswith("Eine ganze Datei dafür:  desk-station config --default --driver simulated")


def test_a_value_out_of_its_set_says_what_is_allowed() -> None:
    (said,) = problems('[station]\nlanguage = "fr"\n')
    assert said == 'desk.toml:2: [station] language = "fr" is not possible; allowed: "de" | "en".'


def test_an_unknown_section_and_an_unknown_driver_name_the_nearest() -> None:
    section, driver = problems('[staton]\nname = "x"\n[sensor]\ndriver = "ads1151"\n')
    assert section == "desk.toml:1: there is no section [staton]; did you mean 'station'?"
    assert driver.startswith("desk.toml:4: no sensor driver 'ads1151'; there are: ads1115, ")


def test_all_mistakes_come_in_one_go_in_the_order_of_their_lines() -> None:
    said = problems('[station]\nlanguage = 7\n\n[sensor]\npower = "nuclear"\nfoo = 1\n[output.mqtt]\nprot = 1883\n')
    assert [line.split(":")[1] for line in said] == ["2", "5", "6", "8"]


def test_a_misspelt_section_of_an_output_is_compared_with_its_whole_name() -> None:
    mqtt, light, audio = problems("[ouput.mqtt]\nenabled = true\n[ouput.light]\n[output.adio]\n")
    assert mqtt == "desk.toml:1: there is no section [ouput.mqtt]; did you mean 'output.mqtt'?"
    assert light == "desk.toml:3: there is no section [ouput.light]; did you mean 'output.light'?"
    assert audio == "desk.toml:4: there is no section [output.adio]; did you mean 'output.audio'?"


def test_a_key_outside_every_section_is_told_so() -> None:
    (said,) = problems('language = "de"\n')
    assert said.startswith("desk.toml:1: language stands outside a section")


def test_broken_toml_names_the_line() -> None:
    (said,) = problems('[station]\nname = "unclosed\n')
    assert said.startswith("desk.toml:2: ")


def test_a_missing_file_says_how_to_write_one(tmp_path: Path) -> None:
    with pytest.raises(StationError) as caught:
        config.read(tmp_path / "nowhere.toml")
    assert "desk-station config --default" in caught.value.remedy


def test_a_secret_is_never_shown_not_even_in_a_mistake() -> None:
    (said,) = problems("[output.mqtt]\npassword = 12345\n")
    assert "12345" not in said
    shown = config.render(config.from_text('[output.mqtt]\npassword = "hunter2"\n'))
    assert "hunter2" not in shown
    assert 'password = "***"' in shown


@pytest.mark.parametrize("driver", ["ads1115", "simulated", "recording"])
def test_every_documented_key_works_and_reads_back_the_same(driver: str) -> None:
    whole = config.defaults(driver)
    text = config.render(whole).replace(f'driver = "{Sensor().driver}"', f'driver = "{driver}"')
    again = config.from_text(text)
    assert config.render(again) == text


def test_every_setting_has_its_german_and_its_figures_as_the_file_wants_them() -> None:
    kinds = [
        field.type
        for driver in settings.drivers()
        for classes in config.section_classes(driver).values()
        for kind in classes
        for field in msgspec.structs.fields(kind)
    ]
    said = {config._extra(kind)["description"] for kind in kinds}
    assert len(said) > 100
    missing = sorted(each for each in said if in_german(each) == each)
    assert not missing, "add these to station/german.txt:\n" + "\n".join(missing)
    english = re.compile("whole number|a number|quotation marks|a list|characters|that matches")
    assert not [each for each in map(config.allowed, kinds) if english.search(in_german(each))]
    text = config.render(config.defaults(), language="de")
    assert "# Wie diese Station auf Dashboards heißt. (Text in Anführungszeichen, höchstens 40 Zeichen)\n" in text
    assert " (eine Zahl von 0.02 bis 0.6)\nrest_share = 0.2\n" in text
    assert config.from_text(text).sections == config.defaults().sections
    assert max(map(len, text.splitlines())) <= 112


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_settings_are_shown_in_the_language_of_the_system(
    language: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LANG", f"{language}_{language.upper()}.UTF-8")
    assert main(["config", "--default"]) == 0
    assert capsys.readouterr().out == config.render(config.defaults(), language=language)


def test_default_toml_is_the_rendered_defaults() -> None:
    shipped = Path(config.__file__).with_name("default.toml").read_text()
    assert shipped == config.render(config.defaults()), (
        "write it anew:  LANG=C desk-station config --default > station/default.toml"
    )


def test_every_setting_has_a_sentence_its_owner_can_read() -> None:
    lines = config.render(config.defaults()).splitlines()
    bare = [
        line for before, line in itertools.pairwise(lines) if " = " in line and line[0] != "#" and before[:1] != "#"
    ]
    assert not bare, bare


@given(st.text())
def test_no_text_whatever_brings_anything_but_a_configuration_or_a_config_error(text: str) -> None:
    try:
        config.from_text(text)
    except ConfigError as error:
        assert all(":" in problem for problem in error.problems)


@given(
    st.dictionaries(
        st.sampled_from(["station", "sensor", "output", "coach", "nonsense"]),
        st.dictionaries(
            st.sampled_from(["language", "driver", "power", "rate", "mqtt", "x"]),
            st.one_of(st.integers(), st.floats(), st.booleans(), st.text("abc\"'\\", max_size=5)),
        ),
    )
)
def test_any_values_at_any_place_are_refused_in_sentences(tables: dict[str, dict[str, object]]) -> None:
    text = "".join(
        f"[{name}]\n" + "".join(f"{key} = {config._shown(value)}\n" for key, value in table.items())
        for name, table in tables.items()
    )
    try:
        config.from_text(text)
    except ConfigError as error:
        assert error.problems


def test_an_address_is_shown_as_people_know_it() -> None:
    assert "\naddress = 0x48\n" in config.render(config.defaults())
    (said,) = problems("[sensor]\naddress = 0x50\n")
    assert "address = 0x50 is not possible" in said
    assert said.endswith("allowed: a whole number from 0x48 to 0x4b.")
