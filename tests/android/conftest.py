import shutil
import sys
import urllib.error
from pathlib import Path

import pytest

CHECKS = Path(__file__).parents[2] / "android_demo" / "checks"
sys.path.insert(0, str(CHECKS))


@pytest.fixture(scope="session")
def kotlin():
    """The Kotlin library, compiled, in this process."""
    pytest.importorskip("jpype", reason="JPype drives the Kotlin library")
    if shutil.which("java") is None:
        pytest.skip("no JDK is installed")
    import kotlin_core

    try:
        kotlin_core.start()
    except urllib.error.URLError as error:
        pytest.skip(f"Maven Central is out of reach: {error}")
    return kotlin_core
