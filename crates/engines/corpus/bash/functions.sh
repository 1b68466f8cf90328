greet() { local name=${1:-world}; echo "hello $name"; return 3; }
greet; echo "code $?"
greet Ada
factorial() { if (($1 < 2)); then echo 1; else echo $(($1 * $(factorial $(($1 - 1))))); fi; }
factorial 10
by_reference() { local -n target=$1; target="changed"; }
value=old; by_reference value; echo "$value"
variadic() { echo "$# args: $*"; shift; echo "rest: $@"; }
variadic a "b c" d
where() { echo "${FUNCNAME[0]} from ${FUNCNAME[1]} line ${BASH_LINENO[0]}"; }
caller_of() { where; }
caller_of
