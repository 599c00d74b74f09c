"""The wheel, built and installed far from the checkout, is complete."""

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DATA = (
    "litmus/grammar/*.lark", "litmus/*/*.cat", "litmus/models/*.md", "litmus/py.typed",
    "litmus/report/page/*.css", "litmus/report/page/*.js",
)  # fmt: skip


def run(*command: object, cwd: Path, **environment: str) -> str:
    """The output of a command that has to succeed."""
    words = list(map(str, command))
    done = subprocess.run(words, cwd=cwd, capture_output=True, text=True, env={**os.environ, **environment})
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of a copy of the files that git tracks."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    source = tmp_path_factory.mktemp("source")
    run("git", "checkout-index", "--all", f"--prefix={source}/", cwd=ROOT)
    run(sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", source / "dist", source, cwd=source)
    return next((source / "dist").glob("*.whl"))


@pytest.mark.slow
def test_wheel_contains_code_and_data_and_nothing_else(wheel: Path) -> None:
    tracked = run("git", "ls-files", "litmus", "mmcore", "pytest_litmus", cwd=ROOT).split()
    wanted = {name for name in tracked if name.endswith(".py") or any(Path(name).match(glob) for glob in DATA)}
    lessons = run("git", "ls-files", "examples/lessons", cwd=ROOT).split()
    assert lessons
    wanted |= {name.replace("examples", "litmus", 1) for name in lessons}
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert any(name.endswith(".lark") for name in packed)
    assert any(name.endswith(".cat") for name in packed)
    assert packed == wanted


@pytest.mark.slow
def test_installed_wheel_answers_from_another_folder(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    run(sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", home, wheel, cwd=tmp_path)
    shutil.copy(ROOT / "examples" / "SB.litmus", tmp_path)

    def litmus(*arguments: str) -> str:
        return run(home / "bin" / "litmus", *arguments, cwd=tmp_path, PYTHONPATH=str(home))

    assert "x86-tso" in litmus("models")
    assert "Sometimes" in litmus("check", "-m", "x86-tso", "SB.litmus")
    assert "mov" in litmus("lower", "--to", "x86", "SB.litmus")
    assert "2  Store buffering" in litmus("learn")
    assert "0 wrong" in litmus("learn", "2", "--run")
    litmus("show", "-m", "sc", "-o", "SB.html", "SB.litmus")
    page = (tmp_path / "SB.html").read_text(encoding="utf-8")
    assert "<svg" in page and "prefers-color-scheme" in page and "addEventListener" in page


@pytest.mark.slow
def test_installed_plugin_checks_the_litmus_files_of_a_project(wheel: Path, tmp_path: Path) -> None:
    """A fresh environment that sees the libraries of this one, but not the checkout."""
    environment = tmp_path / "environment"
    run(sys.executable, "-m", "venv", "--without-pip", environment, cwd=tmp_path)
    python = environment / "bin" / "python"
    home = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=tmp_path).strip()
    (Path(home) / "outer.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    run(sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps", wheel, cwd=tmp_path)
    project = tmp_path / "project"
    project.mkdir()
    right = (ROOT / "examples" / "SB.litmus").read_text(encoding="utf-8")
    (project / "right.litmus").write_text(right, encoding="utf-8")
    (project / "wrong.litmus").write_text(right.replace("expect sc: forbidden", "expect sc: allowed"), encoding="utf-8")
    command = [str(python), "-m", "pytest", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": ""})
    assert "1 failed, 7 passed" in done.stdout, done.stdout + done.stderr
    assert "expected an allowed outcome, found Never" in done.stdout
    assert done.returncode == 1
