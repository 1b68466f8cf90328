# Counts words with the tools that every machine has.
printf '%s\n' the cat and the dog and the bird | sort | uniq -c | sort -rn | head -n 2 | awk '{print $2, $1}'
