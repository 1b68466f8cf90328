cleanup() { echo "cleanup with $?"; }
trap cleanup EXIT
trap 'echo "got USR1"' USR1
kill -USR1 $$
trap 'echo "error on line $LINENO: $BASH_COMMAND"' ERR
false
grep -q x /dev/null
trap - ERR
false
trap -p USR1
( trap 'echo "sub-shell ends"' EXIT; echo "in the sub-shell" )
exit 5
