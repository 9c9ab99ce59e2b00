# Two commands for a newcomer: `make demo` and `make test`. Both install what the build needs where it is missing.
CARGO ?= cargo
# One profile for everything, so that the engines are compiled once.
FLAGS := --release --locked
# What is tested beside the default: features that need nothing but a C compiler.
TESTED := --features sqlite

.PHONY: demo test lint unit docs tools fuzz coverage sanitize bench-speech

# Folder of labelled recordings and texts, beside the project.
DATA ?= ../shared/data

demo: tools
	$(CARGO) run $(FLAGS) --example route_wav -- examples/audio

test: tools lint unit docs

lint:
	$(CARGO) fmt --check
	$(CARGO) clippy $(FLAGS) $(TESTED) --all-targets -- -D warnings

unit:
	$(CARGO) test $(FLAGS) $(TESTED)

docs:
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc $(FLAGS) $(TESTED) --no-deps

# Seconds for each target of the fuzzer.
FUZZ_SECONDS ?= 60

fuzz:
	tools/fuzz.sh $(FUZZ_SECONDS)

# Lines of the modules that decide which the crate's own tests run; what it needs is said in the script.
coverage: tools
	tools/coverage.sh

# Whisper under AddressSanitizer.
sanitize: tools
	tools/sanitize.sh

# whisper.cpp is built with CMake and a C++ compiler.
tools:
	@command -v cmake >/dev/null && command -v c++ >/dev/null || { \
	  echo "installing cmake and g++"; \
	  root=$$( [ "$$(id -u)" = 0 ] || echo sudo ); \
	  $$root apt-get update -qq && $$root apt-get install -y -qq cmake g++ make >/dev/null; }

# Long, and for a quiet machine: error rates against the full window, memory, and other ways to run Whisper.
bench-speech: tools
	$(CARGO) run $(FLAGS) --example evaluate_speech -- --data $(DATA) --snr 20,10,5,0 --telephone --out benches/record/speech.json
	$(CARGO) run $(FLAGS) --example soak_speech -- --out benches/record/soak.json
	benches/compare/run.sh $(DATA) 4
	$(CARGO) bench --locked --bench transcribe
