"""All that can be proved of the Android app without Google's servers.

    python android_demo/checks/android_check.py

Compiles core and app with the real compiler against the classes of Android
and TensorFlow Lite, runs their JVM tests, shrinks, packs, aligns, signs and
verifies an APK, and inspects it. Gradle with the Android plugin and a phone
are not needed, and not tried. The first run fetches 550 MB.
"""

import sys
import time

import build_apk
import build_core
import inspect_apk
from android_tools import get_tools


def main():
    """Goes through the steps and ends at the first that fails."""
    tools = step("the tools", get_tools)
    step("app and core: style", check_style, tools)
    step("core: compile it and run its tests", check_core)
    classes = step("app: resources", build_apk.link_resources, tools)
    app = step(
        "app: compile it against Android 15",
        build_apk.compile_app, tools.android, tools, classes, "app.jar",
    )  # fmt: skip
    step(
        "app: compile it against Android 7.0, so that nothing newer is used",
        build_apk.compile_app,
        tools.oldest_android, tools, classes, "app24.jar",
    )  # fmt: skip
    step("app: its tests", build_apk.test_app, tools, app, classes)
    step("core: compile what its page shows", build_apk.compile_examples, tools)
    dex = step("app: shrink it", build_apk.shrink, tools, app, classes)
    apk = step("app: pack, align, sign, verify", build_apk.pack, dex)
    step("app: inspect the APK", inspect, apk)


def check_style(tools):
    """Runs ktlint and detekt with the rules that they come with.

    detekt reads the app alone: it has a rule against numbers, of which the
    core's reading of bytes is full.
    """
    app, core = build_apk.APP / "src", build_core.CORE / "src"
    build_core.java(
        [tools.ktlint],
        "com.pinterest.ktlint.Main",
        f"{app}/**/*.kt",
        f"{core}/**/*.kt",
    )
    build_core.java(
        [tools.detekt],
        "io.gitlab.arturbosch.detekt.cli.Main",
        "--input",
        app / "main",
    )


def check_core():
    """Compiles core and runs its tests."""
    build_core.run_tests(build_core.compile_core())


def inspect(apk):
    """Ends with all that is wrong with an APK, or says what is in it."""
    badging = build_apk.run("aapt2", "dump", "badging", apk)
    mistakes = [
        *inspect_apk.wrong_manifest(
            badging, build_apk.MIN_SDK, build_apk.TARGET_SDK
        ),
        *inspect_apk.wrong_assets(apk),
        *inspect_apk.wrong_libraries(apk),
        *inspect_apk.wrong_size(apk),
        *inspect_apk.wrong_translations(build_apk.APP / "src/main/res"),
    ]
    if mistakes:
        sys.exit("\n".join([f"{apk}:", *mistakes]))
    parts = inspect_apk.sizes(apk)
    told = ", ".join(f"{name} {size:,}" for name, size in parts.items())
    print(f"  {apk.stat().st_size:,} bytes: {told}")
    if not parts["models"]:
        print("  no models in it: `make android-assets` makes some")


def step(name, action, *arguments):
    """Does something, and says what and how long."""
    print(f"== {name}", flush=True)
    start = time.monotonic()
    result = action(*arguments)
    print(f"   {time.monotonic() - start:.1f} s", flush=True)
    return result


if __name__ == "__main__":
    main()
