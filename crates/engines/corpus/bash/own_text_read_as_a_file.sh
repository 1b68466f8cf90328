wc -l < "$0" | tr -d " "
