name=World
cat <<END
Hello $name, $((2 + 3)) and $(echo nested)
	tab kept
END
cat <<'END'
No $expansion here \n
END
cat <<-END
	tab stripped
	END
cat <<< "a here string: $name"
tr a-z A-Z <<END | sed 's/^/> /'
piped
END
