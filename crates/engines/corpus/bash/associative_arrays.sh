declare -A ages=([ann]=31 [bob]=27)
ages[cy]=44
for name in $(printf '%s\n' "${!ages[@]}" | sort); do printf '%-5s %3d\n' "$name" "${ages[$name]}"; done
[[ -v ages[bob] ]] && echo "bob is there"
unset 'ages[bob]'
echo "${#ages[@]} ${ages[bob]:-none}"
declare -A count
for word in a b a c a b; do ((count[$word]++)); done
for word in "${!count[@]}"; do echo "$word ${count[$word]}"; done | sort
