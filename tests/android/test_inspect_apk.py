"""What `make android-check` says of an APK that is not right."""

import pathlib
import struct
import zipfile

import inspect_apk
import pytest

ANDROID = pathlib.Path(__file__).parents[2] / "android_demo"

BADGING = """\
package: name='a.b' versionCode='1'
sdkVersion:'24'
targetSdkVersion:'35'
launchable-activity: name='a.b.Main'
"""


def library(alignment):
    """A 64-bit ELF file with one segment, and one that is not loaded."""
    header = b"\x7fELF\x02".ljust(32, b"\0") + struct.pack("<Q", 64)
    header = header.ljust(54, b"\0") + struct.pack("<HH", 56, 2)
    segments = (
        struct.pack("<I44xQ", 1, alignment),
        struct.pack("<I44xQ", 4, 8),
    )
    return header.ljust(64, b"\0") + b"".join(segments)


def apk(path, name, content, offset=0, compression=zipfile.ZIP_STORED):
    """An APK with one member whose content begins at a multiple of 16 KB."""
    info = zipfile.ZipInfo(name)
    info.compress_type = compression
    start = 30 + len(name) + 4
    padding = inspect_apk.PAGE - start + offset
    info.extra = struct.pack("<HH", 0xD935, padding) + bytes(padding)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(info, content)
    return path


@pytest.fixture
def place(tmp_path):
    return tmp_path / "a.apk"


def test_a_library_for_pages_of_16_kb(place):
    made = apk(place, "lib/arm64-v8a/a.so", library(2**14))
    assert [*inspect_apk.wrong_libraries(made)] == []


def test_a_library_for_pages_of_4_kb(place):
    made = apk(place, "lib/arm64-v8a/a.so", library(2**12))
    [said] = inspect_apk.wrong_libraries(made)
    assert "aligned to 4,096 bytes; 16,384 are needed" in said


def test_a_library_that_begins_within_a_page(place):
    made = apk(place, "lib/arm64-v8a/a.so", library(2**14), offset=4096)
    [said] = inspect_apk.wrong_libraries(made)
    assert "does not begin at a page of 16 KB" in said


def test_a_compressed_library(place):
    how = zipfile.ZIP_DEFLATED
    made = apk(place, "lib/x86_64/a.so", library(2**14), compression=how)
    [said] = inspect_apk.wrong_libraries(made)
    assert said == "lib/x86_64/a.so: is compressed"


def test_models_are_mapped_so_they_are_stored_as_they_are(place):
    name = "assets/models/a.tflite"
    assert [*inspect_apk.wrong_assets(apk(place, name, b"1234"))] == []
    [said] = inspect_apk.wrong_assets(apk(place, name, b"1234", offset=2))
    assert "multiple of 4" in said
    how = zipfile.ZIP_DEFLATED
    [said] = inspect_apk.wrong_assets(apk(place, name, b"12", compression=how))
    assert said == f"{name}: is compressed"


def test_size_counts_all_but_native_code(place):
    made = apk(place, "assets/models/a.tflite", bytes(16_000_000))
    [said] = inspect_apk.wrong_size(made)
    assert "at most 15,000,000" in said
    made = apk(place, "lib/arm64-v8a/a.so", bytes(16_000_000))
    assert [*inspect_apk.wrong_size(made)] == []


def test_manifest():
    assert [*inspect_apk.wrong_manifest(BADGING, 24, 35)] == []
    asks = BADGING + "uses-permission: name='android.permission.INTERNET'\n"
    [said] = inspect_apk.wrong_manifest(asks, 24, 35)
    assert "asks for a permission" in said
    older = BADGING.replace("35", "34")
    [said] = inspect_apk.wrong_manifest(older, 24, 35)
    assert said == "has no targetSdkVersion:'35'"


def strings(folder, name, *lines):
    path = folder / name / "strings.xml"
    path.parent.mkdir()
    path.write_text("".join(["<resources>", *lines, "</resources>"]))


def test_translations(tmp_path):
    number = '<string name="a">%1$d of %2$s</string>'
    strings(tmp_path, "values", number, '<string name="b">x</string>')
    strings(tmp_path, "values-de", number, '<string name="b">y</string>')
    assert [*inspect_apk.wrong_translations(tmp_path)] == []
    strings(tmp_path, "values-zh", '<string name="a">%1$d %2$d</string>')
    missing, other = inspect_apk.wrong_translations(tmp_path)
    assert missing == "b: is only in one of English and values-zh"
    assert other.startswith("a: takes %1$d, %2$d in values-zh, but")


def test_those_of_the_app_are_complete():
    resources = ANDROID / "app/src/main/res"
    assert [*inspect_apk.wrong_translations(resources)] == []
