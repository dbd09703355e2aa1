#!/usr/bin/env bash
set -euo pipefail
offline=()
if [ -d vendor ]; then
    offline=(--offline --config 'source.crates-io.replace-with="vendored"' --config 'source.vendored.directory="vendor"')
fi
cargo install --locked --path crates/nanobragg-cli --root "$PREFIX" --no-track "${offline[@]}"
mkdir -p "$PREFIX/share/man/man1"
"$PREFIX/bin/nanobragg" -man > "$PREFIX/share/man/man1/nanobragg.1"
