for i in 1 2 3; do printf '%s ' "$i"; done; echo
for ((i = 0; i < 10; i += 3)); do echo "c-style $i"; done
n=3
while ((n > 0)); do echo "down $n"; ((n--)); done
until [[ $n -ge 2 ]]; do n=$((n + 1)); done; echo "until $n"
for name in {a..c}{1..2}; do [[ $name == b* ]] && continue; [[ $name == c2 ]] && break; echo -n "$name,"; done; echo
seq 3 | while read -r line; do echo "read $line"; done
select_like=(red green); for index in "${!select_like[@]}"; do echo "$index) ${select_like[index]}"; done
