"""Compiles the app, shrinks it and packs a signed APK of it.

The steps are those of the Android plugin for Gradle, with the same programs;
`android_check.py` calls them one after the other.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import zipfile

from android_tools import BUILD
from build_core import CORE, compile_core, compile_kotlin, jars, java

APP = BUILD.parent / "app"
OUT = BUILD / "app"
PACKAGE = "io.github.alberttf.demo"
MIN_SDK, TARGET_SDK = 24, 35
ASSETS = APP / "src/main/assets"
_R8 = "com.android.tools.r8.R8"
# What the examples on core's page leave out.
_IMPORTS = """\
import io.github.alberttf.model.ModelRunner
import org.tensorflow.lite.DataType
import org.tensorflow.lite.Interpreter
import org.tensorflow.lite.Tensor
import java.io.FileInputStream
import java.nio.ByteBuffer
import java.nio.channels.FileChannel.MapMode.READ_ONLY
"""
_PASSWORD = "android"  # of a key that nobody trusts


def link_resources(tools):
    """Packs resources, manifest and assets; writes R and what to keep."""
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    compiled = OUT / "resources.zip"
    run("aapt2", "compile", "--dir", APP / "src/main/res", "-o", compiled)
    run(
        "aapt2", "link", compiled,
        "-I", tools.framework,
        "--manifest", _manifest(),
        "--min-sdk-version", MIN_SDK,
        "--target-sdk-version", TARGET_SDK,
        "--version-code", 1, "--version-name", "1.0",
        "--compile-sdk-version-code", TARGET_SDK,
        "--compile-sdk-version-name", 15,
        *(["-A", ASSETS] if ASSETS.exists() else []),
        "-0", ".tflite",
        "--java", OUT / "generated",
        "--proguard", OUT / "keep.txt",
        "-o", OUT / "resources.apk",
    )  # fmt: skip
    classes = OUT / "r"
    source = OUT / "generated" / PACKAGE.replace(".", "/") / "R.java"
    run("javac", "-nowarn", "--release", 8, "-Xlint:-options",
        "-d", classes, source)  # fmt: skip
    return classes


def _manifest():
    """The manifest with the package, which the plugin adds too."""
    text = (APP / "src/main/AndroidManifest.xml").read_text()
    path = OUT / "AndroidManifest.xml"
    path.write_text(
        text.replace("<manifest ", f'<manifest package="{PACKAGE}" ', 1)
    )
    return path


def compile_app(android, tools, classes, name):
    """Compiles the app's sources against some Android; warnings are errors."""
    jar = OUT / name
    compile_kotlin(
        sources("main"),
        jar,
        [classes, compile_core(), *jars("library"), *tools.tflite, android],
        "-module-name",
        "app",
    )
    return jar


def compile_examples(tools):
    """Compiles what core's page shows, against TensorFlow Lite."""
    page = (CORE / "README.md").read_text("utf-8")
    use, runner = re.findall(r"^```kotlin\n(.*?)^```$", page, re.M | re.S)
    imports, statements = use.split("\n\n", 1)
    source = OUT / "Examples.kt"
    source.write_text(
        f"{_IMPORTS}{imports}\n\nfun use(path: String) {{\n{statements}}}\n\n"
        f"{runner}",
        "utf-8",
    )
    needed = [compile_core(), *jars("library"), *tools.tflite, tools.android]
    compile_kotlin([source], OUT / "examples.jar", needed)


def test_app(tools, app, classes):
    """Compiles the app's JVM tests and runs them."""
    tests = OUT / "tests"
    needed = [
        app, classes, compile_core(), *jars("library"), *jars("test"),
        *tools.tflite, tools.android,
    ]  # fmt: skip
    compile_kotlin(sources("test"), tests, needed, f"-Xfriend-paths={app}")
    names = [
        str(path.relative_to(tests).with_suffix("")).replace(os.sep, ".")
        for path in sorted(tests.rglob("*Test.class"))
    ]
    java([*needed, tests], "org.junit.runner.JUnitCore", *names)


def shrink(tools, app, classes):
    """Writes the dex files, without what is not used."""
    rules = [
        OUT / "keep.txt",
        APP / "proguard-rules.pro",
        *tools.tflite_rules,
    ]
    r = OUT / "r.jar"
    _zip(r, classes)
    arguments = ["--release", "--min-api", MIN_SDK]
    for library in (tools.android, _java_home(), _annotations()):
        arguments += ["--lib", library]
    for path in rules:
        arguments += ["--pg-conf", path]
    target = OUT / "dex.zip"
    inputs = [app, r, compile_core(), *jars("library"), *tools.tflite]
    java([tools.r8], _R8, *arguments, "--output", target, *inputs)
    return target


def _java_home():
    """The JDK, as the classes of Android come without `java.lang`."""
    return pathlib.Path(shutil.which("javac")).resolve().parents[1]


def _annotations():
    """Those that Kotlin's compiler puts on parameters."""
    [jar] = [p for p in jars("kotlin") if p.name.startswith("annotations-")]
    return jar


def pack(dex):
    """Adds the dex files, aligns, signs with a new key, and verifies."""
    loose, aligned = OUT / "loose.apk", OUT / "app.apk"
    shutil.copyfile(OUT / "resources.apk", loose)
    with zipfile.ZipFile(dex) as source, zipfile.ZipFile(loose, "a") as target:
        for name in source.namelist():
            if name.endswith(".dex"):
                target.writestr(name, source.read(name), zipfile.ZIP_DEFLATED)
    run("zipalign", "-f", "-p", 4, loose, aligned)
    run("zipalign", "-c", "-p", 4, aligned)
    key = OUT / "key.jks"
    run(
        "keytool", "-genkeypair", "-keystore", key, "-storepass", _PASSWORD,
        "-alias", "key", "-keyalg", "RSA", "-keysize", 2048,
        "-validity", 1, "-dname", "CN=check",
    )  # fmt: skip
    run("apksigner", "sign", "--ks", key, "--ks-pass", f"pass:{_PASSWORD}",
        "--min-sdk-version", MIN_SDK, aligned)  # fmt: skip
    told = run("apksigner", "verify", "-v", aligned)
    if "Verified using v2 scheme (APK Signature Scheme v2): true" not in told:
        sys.exit(f"{aligned}: is not signed by scheme 2: {told}")
    return aligned


def sources(kind):
    """The Kotlin files of "main" or "test"."""
    return sorted((APP / "src" / kind / "kotlin").rglob("*.kt"))


def run(program, *arguments):
    """What a program says; ends this one where it fails."""
    done = subprocess.run(
        [program, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{program} failed:\n{done.stdout}")
    return done.stdout


def _zip(target, folder: pathlib.Path):
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(folder.rglob("*.class")):
            archive.write(path, path.relative_to(folder))
