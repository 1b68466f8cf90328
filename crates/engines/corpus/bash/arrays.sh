numbers=(5 3 9 1)
numbers+=(7)
echo "${numbers[@]}" "${#numbers[@]}" "${numbers[-1]}" "${numbers[@]:1:2}"
sorted=($(printf '%s\n' "${numbers[@]}" | sort -n))
echo "${sorted[*]}"
unset 'numbers[1]'
echo "${!numbers[@]}"
words=("one two" "three")
for w in "${words[@]}"; do echo "<$w>"; done
mapfile -t lines < <(printf 'x\ny z\n')
echo "${#lines[@]} ${lines[1]}"
declare -a sparse=([3]=c [1]=a); echo "${sparse[@]}"
IFS=, read -ra parts <<< "a,b,,d"; echo "${#parts[@]} ${parts[3]}"
joined=$(IFS=-; echo "${sorted[*]}"); echo "$joined"
