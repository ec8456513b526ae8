"""Compiles the Kotlin library and runs its JVM tests, with Maven Central alone.

    python android_demo/checks/build_core.py

Needs a JDK of version 17 or later (on Debian `openjdk-17-jdk-headless`).
Everything else is fetched once, and checked against `jars.txt`. Warnings are
errors. Android Studio and Maven build the same files by `build.gradle.kts`
and `pom.xml`.
"""

import argparse
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import urllib.request

HERE = pathlib.Path(__file__).parent
CORE = HERE.parent / "core"
BUILD = HERE.parent / "build" / "core"
_JARS = HERE.parent / "build" / "jars"
_CENTRAL = "https://repo.maven.apache.org/maven2"
_COMPILER = "org.jetbrains.kotlin.cli.jvm.K2JVMCompiler"
# Consumers two years back can read what is compiled so.
_OPTIONS = [
    "-no-stdlib", "-no-reflect", "-Werror", "-language-version", "2.0",
    "-api-version", "2.0", "-jvm-target", "1.8", "-Xjdk-release=1.8",
]  # fmt: skip
# For programs that are done before the JVM has compiled them well.
_BRIEF = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")


def main():
    """Compiles, tests, and says so."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--no-tests", action="store_true", help="compile the library only"
    )
    jar = compile_core()
    print(f"{jar}: {jar.stat().st_size:,} bytes")
    if not parser.parse_args().no_tests:
        run_tests(jar)


def core_classpath():
    """What a JVM needs to run the library, which is compiled if need be."""
    return [compile_core(), *jars("library")]


def compile_core():
    """The library's jar; made anew if a source is younger."""
    jar = BUILD / "albert-tf-core.jar"
    sources = sorted((CORE / "src/main/kotlin").rglob("*.kt"))
    if not _is_older(jar, sources):
        return jar
    BUILD.mkdir(parents=True, exist_ok=True)
    fresh = jar.with_suffix(f".{os.getpid()}.jar")
    compile_kotlin(
        sources, fresh, jars("library"), "-Xexplicit-api=strict",
        "-module-name", "albert-tf-core",
    )  # fmt: skip
    fresh.replace(jar)
    return jar


def run_tests(jar):
    """Compiles the tests and runs them."""
    tests = BUILD / "tests"
    shutil.rmtree(tests, ignore_errors=True)
    needed = [jar, *jars("library"), *jars("test")]
    sources = sorted((CORE / "src/test/kotlin").rglob("*.kt"))
    compile_kotlin(sources, tests, needed, f"-Xfriend-paths={jar}")
    names = [
        str(path.relative_to(tests).with_suffix("")).replace(os.sep, ".")
        for path in sorted(tests.rglob("*Test.class"))
    ]
    java(
        [*needed, tests, CORE / "src/test/resources"],
        "org.junit.runner.JUnitCore",
        *names,
    )


def compile_kotlin(sources, target, classpath, *options):
    """Compiles files; the compiler's messages go to the terminal."""
    java(
        jars("kotlin"),
        _COMPILER,
        *_OPTIONS,
        *options,
        "-classpath",
        _joined(classpath),
        "-d",
        target,
        *sources,
    )


def java(classpath, main_class, *arguments):
    """Runs a Java program, or ends this one as it ends."""
    program = shutil.which("java")
    if program is None:
        sys.exit(
            "no java is installed: a JDK of version 17 or later is needed, on "
            "Debian `apt-get install openjdk-17-jdk-headless`"
        )
    command = [program, *_BRIEF, "-cp", _joined(classpath), main_class]
    command += arguments
    code = subprocess.run([*map(str, command)], check=False).returncode
    if code:
        sys.exit(code)


def jars(kind):
    """Files of `jars.txt` that are for "kotlin", "library" or "test"."""
    lines = (HERE / "jars.txt").read_text().splitlines()
    rows = [line.split() for line in lines]
    return [_fetch(name, digest) for one, name, digest in rows if one == kind]


def _fetch(name, digest):
    group, artifact, version = name.split(":")
    file = f"{artifact}-{version}.jar"
    path = _JARS / file
    if not path.exists():
        _JARS.mkdir(parents=True, exist_ok=True)
        folder = f"{group.replace('.', '/')}/{artifact}/{version}"
        with urllib.request.urlopen(f"{_CENTRAL}/{folder}/{file}") as answer:
            content = answer.read()
        found = hashlib.sha256(content).hexdigest()
        if found != digest:
            sys.exit(f"{name}: has the SHA-256 {found}, expected {digest}")
        fresh = path.with_suffix(f".{os.getpid()}.part")
        fresh.write_bytes(content)
        fresh.replace(path)
    return path


def _is_older(target, sources):
    if not target.exists():
        return True
    made = target.stat().st_mtime
    return any(path.stat().st_mtime > made for path in sources)


def _joined(paths):
    return os.pathsep.join(map(str, paths))


if __name__ == "__main__":
    main()
