"""Why a model forbids an outcome, or how it comes about: `explain`."""
