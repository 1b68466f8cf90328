read -r line; echo "read gave $?, line '${line}'"
cat; echo "cat ended"
[ -t 0 ] && echo terminal || echo "no terminal"
read -t 0.01 -r other < <(sleep 0.2); echo "$(( $? > 128 ))"
