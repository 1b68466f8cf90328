cat > log.txt <<'END'
2024-01-05 INFO start
2024-01-05 ERROR disk full
2024-01-06 ERROR net down
END
awk '$2 == "ERROR" { count[$1]++ } END { for (day in count) print day, count[day] }' log.txt | sort
sed -n '/ERROR/{s/.*ERROR \(.*\)/[\1]/p}' log.txt
sed -e '1d' -e 's/disk/DISK/' log.txt
grep -oE '[0-9]{4}-[0-9]{2}-[0-9]{2}' log.txt | sort -u
grep -n 'net' log.txt
awk -F- -v OFS=/ '{ $1 = $1; print }' log.txt | head -1
awk 'BEGIN { printf "%.3f %s\n", 22/7, toupper("done") }'
