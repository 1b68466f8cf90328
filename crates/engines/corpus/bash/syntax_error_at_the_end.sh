echo "runs in bash"
if true; then
    echo "never closed"
