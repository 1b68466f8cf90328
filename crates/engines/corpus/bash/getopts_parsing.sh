parse() {
    local OPTIND=1 verbose=0 output=none
    while getopts ':vo:h' option; do
        case $option in
            v) ((++verbose)) ;;
            o) output=$OPTARG ;;
            h) echo "usage: ${0##*/} [-v] [-o file]"; return 0 ;;
            :) echo "-$OPTARG needs a value" >&2; return 2 ;;
            \?) echo "unknown -$OPTARG" >&2; return 2 ;;
        esac
    done
    shift $((OPTIND - 1))
    echo "verbose=$verbose output=$output rest=$*"
}
parse -vv -o out.txt file1 file2
parse -h
parse -o; echo "code $?"
parse -z; echo "code $?"
case "file.tar.gz" in *.zip) echo zip ;; *.tar.*) echo tar ;;& *.gz) echo gz ;; *) echo other ;; esac
