# The menu. Every command here is one that CI runs too.

default:
    @just --list

# Format, lints, licences: no test is run.
check:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings
    cargo deny check licenses bans sources

# The README's test command.
test:
    cargo test

# Real clients against the binary.
clients:
    cargo build -p codemode
    .ci/clients target/debug/codemode

# Figures as ratios against a plain interpreter.
bench:
    cargo build --release -p codemode
    python3 bench/figures.py target/release/codemode --engine direct

# Writes generated pages and expectations anew.
fresh:
    UPDATE_EXPECT=1 cargo test
