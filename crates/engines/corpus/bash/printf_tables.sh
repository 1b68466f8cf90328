printf '%-10s|%5s|%8s\n' name qty price
printf '%-10s|%5d|%8.2f\n' apple 3 1.5 "long name here" 12 100
printf '%s\n' -- "${@:-no arguments}"
printf '%q %b %05d %+d %c\n' "it's" 'tab\there' 42 7 xyz
printf -v line '%*s' 10 ''; echo "${line// /-}"
printf '%(%Y)T\n' 0 | head -c 3; echo
echo -e 'a\tb\\n' ; echo -n "no newline"; echo; echo '$literal' "$(printf '\x41\u00e9')"
column -t <<< $'a bbb\ncccc d' 2>/dev/null || echo "no column"
