printf 'apple 3\npear 10\nfig 7\n' > fruit.txt
sort -k2 -n -r fruit.txt | head -2 | awk '{ print NR": "$1 }'
cut -d' ' -f2 fruit.txt | paste -sd+ | bc 2>/dev/null || awk '{ s += $2 } END { print s }' fruit.txt
false | true; echo "without pipefail $?" "${PIPESTATUS[@]}"
set -o pipefail; false | true; echo "with pipefail $?"
grep -c a fruit.txt; grep nothing fruit.txt; echo "grep $?"
wc -l < fruit.txt | tr -d ' '
{ echo out; echo err >&2; } 2>&1 | sort
tee copy.txt < fruit.txt > /dev/null; cmp fruit.txt copy.txt && echo same
yes | head -3 | uniq -c | tr -s ' '
