set -euo pipefail
IFS=$'\n\t'
log() { printf '[%s] %s\n' "$1" "$2" >&2; }
log info "starting"
result=$(printf 'b\na\n' | sort)
echo "$result"
if ! grep -q nothing <<< "text"; then log warn "not found, and that is handled"; fi
false || echo "handled"
echo "${undefined_variable}"
echo "never"
