import subprocess
import sys

import hyoid


def test_every_verb_is_listed_before_any_is_imported() -> None:
    assert {"train", "predict", "evaluate_survival", "__version__"} <= set(dir(hyoid))
    assert set(hyoid.__all__) <= set(dir(hyoid))
    command = "import sys, hyoid; assert 'train' in dir(hyoid); assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", command], check=True)
