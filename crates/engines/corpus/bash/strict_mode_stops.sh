#!/usr/bin/env bash
set -euo pipefail
SCRIPT_DIR="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
[[ $SCRIPT_DIR == "$PWD" ]] && echo "beside the script: $(basename "${BASH_SOURCE[0]}") $0"
copy() {
    cp "$1" "$2"
}
trap 'echo "failed at line $LINENO with $?" >&2' ERR
copy missing.txt target.txt
echo "never"
