"""What an APK must be: what the store and the phone ask for, and we promise.

Each function gives the mistakes that it finds, as lines for people.
"""

import pathlib
import re
import struct
import xml.etree.ElementTree
import zipfile

PAGE = 16 * 1024  # of memory, on devices from Android 15 on
_LOCAL_HEADER = struct.Struct("<26xHH")
_MOST_BYTES = 15e6  # without the runtime
_PT_LOAD = 1
_PLACEHOLDER = re.compile(r"%(?:\d\$)?[.\d]*[a-z]")


def sizes(apk):
    """The bytes of the parts of an APK."""
    parts = {"models": 0, "code": 0, "native": 0, "rest": 0}
    with zipfile.ZipFile(apk) as archive:
        for info in archive.infolist():
            parts[_part(info.filename)] += info.compress_size
    return parts


def _part(name):
    if name.startswith("lib/"):
        return "native"
    if name.endswith(".dex"):
        return "code"
    return "models" if name.endswith(".tflite") else "rest"


def wrong_size(apk):
    """More bytes than we promise, without native code."""
    native = sizes(apk)["native"]
    size = pathlib.Path(apk).stat().st_size - native
    if size > _MOST_BYTES:
        yield f"it has {size:,} bytes; at most {_MOST_BYTES:,.0f} were promised"


def wrong_assets(apk):
    """Models that cannot be mapped into memory."""
    with zipfile.ZipFile(apk) as archive:
        for info in archive.infolist():
            if not info.filename.endswith(".tflite"):
                continue
            if info.compress_type != zipfile.ZIP_STORED:
                yield f"{info.filename}: is compressed"
            elif _offset(archive, info) % 4:
                yield f"{info.filename}: does not begin at a multiple of 4"


def wrong_libraries(apk):
    """Native libraries that a system with pages of 16 KB refuses."""
    with zipfile.ZipFile(apk) as archive:
        for info in archive.infolist():
            if not info.filename.endswith(".so"):
                continue
            content = archive.read(info)
            if info.compress_type != zipfile.ZIP_STORED:
                yield f"{info.filename}: is compressed"
            elif _offset(archive, info) % PAGE:
                yield f"{info.filename}: does not begin at a page of 16 KB"
            least = min(_alignments(content), default=PAGE)
            if least < PAGE:
                yield (
                    f"{info.filename}: its segments are aligned to {least:,} "
                    f"bytes; {PAGE:,} are needed"
                )


def _offset(archive, info):
    """Where the content of a member begins."""
    archive.fp.seek(info.header_offset)
    header = archive.fp.read(_LOCAL_HEADER.size)
    return info.header_offset + len(header) + sum(_LOCAL_HEADER.unpack(header))


def _alignments(library):
    """Of the segments of a 64-bit ELF file; none of one of 32 bits."""
    if library[:5] != b"\x7fELF\x02":
        return
    place, size, number = struct.unpack_from("<32xQ14xHH", library)
    for start in range(place, place + size * number, size):
        kind, alignment = struct.unpack_from("<I44xQ", library, start)
        if kind == _PT_LOAD:
            yield alignment


def wrong_manifest(badging, min_sdk, target_sdk):
    """What `aapt2 dump badging` tells that must not be."""
    for line in badging.splitlines():
        if line.startswith("uses-permission"):
            yield f"asks for a permission: {line}"
    wanted = (
        f"sdkVersion:'{min_sdk}'",
        f"targetSdkVersion:'{target_sdk}'",
        "launchable-activity:",
    )
    for one in wanted:
        if not re.search(rf"^{re.escape(one)}", badging, re.MULTILINE):
            yield f"has no {one}"


def wrong_translations(resources):
    """Strings that a language lacks, or that take other arguments there."""
    folder = pathlib.Path(resources)
    english = _strings(folder / "values" / "strings.xml")
    for path in sorted(folder.glob("values-*/strings.xml")):
        others = _strings(path)
        language = path.parent.name
        for name in sorted(english.keys() ^ others.keys()):
            yield f"{name}: is only in one of English and {language}"
        for name in sorted(english.keys() & others.keys()):
            if english[name] != others[name]:
                yield (
                    f"{name}: takes {', '.join(others[name])} in {language}, "
                    f"but {', '.join(english[name])} in English"
                )


def _strings(path):
    """The arguments of each string, and of the last form of each plural."""
    found = {}
    for one in xml.etree.ElementTree.parse(path).getroot():
        text = one.text if len(one) == 0 else one[-1].text
        found[one.get("name")] = sorted(
            _PLACEHOLDER.findall((text or "").replace("%%", ""))
            if one.get("formatted") != "false"
            else []
        )
    return found
