diff <(printf 'a\nb\n') <(printf 'a\nc\n'); echo "diff $?"
while read -r x y; do echo "$y-$x"; done < <(paste <(seq 2) <(printf 'p\nq\n'))
tee >(tr a-z A-Z > upper.txt) <<< text > /dev/null; for _ in 1 2 3 4 5 6 7 8 9 10; do [[ -s upper.txt ]] && break; sleep 0.05; done; cat upper.txt
exec 5> five.txt; echo "to five" >&5; exec 5>&-; cat five.txt
echo hidden > /dev/null 2>&1
{ echo grouped; } > group.txt; cat < group.txt
coproc CAT { cat; }; echo "through a coprocess" >&"${CAT[1]}"; read -r line <&"${CAT[0]}"; echo "$line"
