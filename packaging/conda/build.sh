#!/usr/bin/env bash
set -euo pipefail
offline=()
if [ -d vendor ]; then
    offline=(--offline --config 'source.crates-io.replace-with="vendored"' --config 'source.vendored.directory="vendor"')
fi
cargo install --locked --path crates/nanobragg-cli --root "$PREFIX" --no-track "${offline[@]}"
share=$PREFIX/share
mkdir -p "$share"/{man/man1,bash-completion/completions,zsh/site-functions,fish/vendor_completions.d}
"$PREFIX/bin/nanobragg" -man > "$share/man/man1/nanobragg.1"
"$PREFIX/bin/trace-harness" --man > "$share/man/man1/trace-harness.1"
"$PREFIX/bin/nanobragg" -completions bash > "$share/bash-completion/completions/nanobragg"
"$PREFIX/bin/trace-harness" --completions bash > "$share/bash-completion/completions/trace-harness"
"$PREFIX/bin/nanobragg" -completions zsh > "$share/zsh/site-functions/_nanobragg"
"$PREFIX/bin/trace-harness" --completions zsh > "$share/zsh/site-functions/_trace-harness"
"$PREFIX/bin/nanobragg" -completions fish > "$share/fish/vendor_completions.d/nanobragg.fish"
"$PREFIX/bin/trace-harness" --completions fish > "$share/fish/vendor_completions.d/trace-harness.fish"
