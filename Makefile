# Each target sets up what it needs in a virtual environment in this folder.
PYTHON ?= python3
VENV := .venv
READY := $(VENV)/.ready
JAX := .venv-jax
JAX_READY := $(JAX)/.ready
TORCH := .venv-torch
TORCH_READY := $(TORCH)/.ready
# Google's ready-made clients; the Task Library has wheels up to Python 3.11.
MEDIAPIPE := .venv-mediapipe
TASK_LIBRARY := .venv-task-library
CLIENTS := $(MEDIAPIPE)/.ready $(TASK_LIBRARY)/.ready

# Test files are shared out among so many processes.
WORKERS ?= 2
PYTEST := $(VENV)/bin/python -m pytest --numprocesses $(WORKERS) --dist loadfile

.PHONY: demo test test-fast test-jax test-torch test-page lint format bench \
	android-assets android-check android-core web clients client-check clean

demo: $(READY)  ## text in, a verified phone-sized model out
	$(VENV)/bin/albert-tf demo --output build/demo

test: $(READY)  ## all tests
	$(PYTEST)

test-fast: $(READY)  ## what to run while working: no test above a few seconds
	$(PYTEST) -m "not slow"

test-jax: $(JAX_READY)  ## layers and models on Keras' JAX backend
	KERAS_BACKEND=jax $(JAX)/bin/python -m pytest -m backend_agnostic \
		tests/layers tests/models

test-torch: $(TORCH_READY)  ## the same on Keras' PyTorch backend
	KERAS_BACKEND=torch $(TORCH)/bin/python -m pytest -m backend_agnostic \
		tests/layers tests/models

test-page: $(READY)  ## the page of `albert-tf serve`, in the Chromium of the path
	$(VENV)/bin/python -m pip install --quiet playwright
	$(PYTEST) tests/serving/test_page.py

lint: $(READY)
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .

format: $(READY)
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

bench: $(READY)  ## padding, pre-training data and pre-training steps
	$(VENV)/bin/python benchmarks/padding.py $(if $(DATA),--data $(DATA))
	$(VENV)/bin/python benchmarks/pretraining_data.py
	$(VENV)/bin/python benchmarks/pretraining_step.py

android-assets: $(READY)  ## models into the app; DATA: snips, squad, stsb
	$(VENV)/bin/python android_demo/assets.py $(if $(DATA),--data $(DATA))

android-check: $(READY)  ## builds, tests and inspects the app, without Google
	$(VENV)/bin/python android_demo/checks/android_check.py

android-core: $(READY)  ## the Kotlin library, compiled and compared with Python
	command -v java > /dev/null || \
		apt-get install --yes openjdk-17-jdk-headless
	$(VENV)/bin/python -m pip install --quiet 'jpype1>=1.5'
	$(VENV)/bin/python android_demo/checks/build_core.py
	$(PYTEST) tests/android

web: android-assets  ## the same models in a browser; needs Node, DATA as above
	$(VENV)/bin/python android_demo/web/models.py $(if $(DATA),--data $(DATA))
	cd android_demo/web && npm install --no-package-lock --no-audit --no-fund
	node android_demo/web/build.js
	$(VENV)/bin/python -m http.server 8080 --bind 127.0.0.1 \
		--directory android_demo/web/build

clients: $(CLIENTS)  ## what benchmarks/task_library.py asks

client-check: $(READY) $(CLIENTS)  ## MediaPipe and the Task Library on our files
	$(PYTEST) tests/export/test_task_library.py

clean:
	rm -rf build android_demo/build $(VENV) $(JAX) $(TORCH) \
		$(MEDIAPIPE) $(TASK_LIBRARY)

$(READY): requirements.txt setup.cfg pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet -r requirements.txt
	$(VENV)/bin/python -m pip install --quiet --no-deps --editable .
	touch $@

$(JAX_READY): setup.cfg pyproject.toml
	$(PYTHON) -m venv $(JAX)
	$(JAX)/bin/python -m pip install --quiet --editable '.[jax,test]'
	touch $@

$(TORCH_READY): setup.cfg pyproject.toml
	$(PYTHON) -m venv $(TORCH)
	$(TORCH)/bin/python -m pip install --quiet --editable '.[torch,test]'
	touch $@

$(MEDIAPIPE)/.ready:
	$(PYTHON) -m venv $(MEDIAPIPE)
	$(MEDIAPIPE)/bin/python -m pip install --quiet 'mediapipe>=1.2'
	touch $@

$(TASK_LIBRARY)/.ready:
	$(PYTHON) -m venv $(TASK_LIBRARY)
	$(TASK_LIBRARY)/bin/python -m pip install --quiet \
		tflite-support==0.4.4 'numpy<2'
	$(TASK_LIBRARY)/bin/python -c 'import tflite_support' 2> /dev/null || \
		apt-get install --yes libusb-1.0-0
	touch $@
