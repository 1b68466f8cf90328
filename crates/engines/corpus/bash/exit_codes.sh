true; echo $?; false; echo $?
(exit 42); echo $?
no_such_command_here; echo $?
sh -c 'kill -TERM $$'; echo $?
/dev/null; echo $?
! true; echo $?
[ -f nothing ]; echo $?
[[ abc =~ ^a(.)c$ ]] && echo "match ${BASH_REMATCH[1]}"
test 1 -eq 1 -a 2 -lt 3 && echo both
exit 300
