mkdir -p tree/a/b "tree/with space"
touch tree/a/one.txt tree/a/b/two.txt "tree/with space/three.txt" tree/skip.log
find tree -name '*.txt' | sort
find tree -type f -print0 | sort -z | xargs -0 -n1 basename
find tree -type d -empty; find tree -name '*.log' -delete
find tree -type f -exec sh -c 'echo "$1 -> ${1##*.}"' _ {} \; | sort
seq 6 | xargs -n2 echo pair
printf '%s\n' a b | xargs -I{} echo "item {}"
shopt -s globstar nullglob; for f in tree/**/*.txt; do echo "$f"; done; echo tree/*.none
shopt -s extglob
files=(tree/!(a)); echo "${files[@]}"
rm -r tree; ls tree 2>/dev/null || echo gone
