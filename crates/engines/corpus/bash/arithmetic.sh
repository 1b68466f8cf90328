a=7 b=2
echo $((a / b)) $((a % b)) $((a ** b)) $((a << 2)) $((a > b ? 1 : 0)) $((0x1f)) $((2#101)) $((-a / b))
((a += 5)); let b*=3; echo "$a $b"
((0)); echo "zero is $?"
echo $((1 / 0)); echo "after"
printf '%.2f %e %x %o\n' 3.14159 12345 255 8
declare -i number=5+5; echo "$number"
echo "scale: $((RANDOM >= 0))" $((9223372036854775807 + 1))
