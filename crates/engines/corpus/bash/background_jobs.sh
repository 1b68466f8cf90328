for n in 3 1 2; do ( sleep "0.0$n"; echo "job $n" > "job$n.txt"; exit "$n" ) & pids+=($!); done
for pid in "${pids[@]}"; do wait "$pid"; echo "ended with $?"; done
cat job?.txt
sleep 30 & victim=$!
kill "$victim"; wait "$victim" 2>/dev/null; echo "killed: $?"
(sleep 0.01; echo late) & wait; echo "all done"
jobs | wc -l
timeout 0.05 sleep 30; echo "timeout $?"
