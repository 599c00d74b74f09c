"""What pyproject.toml has no words for: the lessons of examples/ are installed inside the package."""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class WithLessons(build_py):
    """Copies the lessons beside the modules; a checkout that is installed as it is finds them in their place."""

    def run(self) -> None:
        """Builds the package, and puts the lessons into it."""
        super().run()
        if not self.editable_mode:
            self.copy_tree("examples/lessons", str(Path(self.build_lib, "litmus", "lessons")))


setup(cmdclass={"build_py": WithLessons})
