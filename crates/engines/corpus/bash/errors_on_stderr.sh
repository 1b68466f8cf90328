nosuch --option
cd /no/such/folder
cat missing
echo "line $LINENO of $0"
((1 / 0))
declare -r fixed=1
fixed=2
echo "$BASH_SOURCE|${BASH_SOURCE[0]}|$-|$#"
unknown_function "with arguments"
[ 1 -eq x ]
[[ a -eq ]]
