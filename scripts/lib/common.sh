# Sourced by the scripts beside it: goes to the project's root and offers a few helpers.
# shellcheck shell=bash
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck disable=SC2034 # for the scripts that source this
target=${CARGO_TARGET_DIR:-target}

# In the environment this takes every vector instruction out of whisper.cpp's build.
unset SOURCE_DATE_EPOCH

say() { printf '%s\n' "$*" >&2; }

# fail SENTENCE: says it and ends the script.
fail() {
    say "$*"
    exit 1
}

# The comment at the head of the calling script is its help.
help_if_asked() {
    local argument
    for argument in "$@"; do
        case $argument in
        -h | --help)
            awk 'NR > 1 { if (!/^#/) exit; sub(/^# ?/, ""); print }' "scripts/$(basename "$0")"
            exit 0
            ;;
        esac
    done
}
