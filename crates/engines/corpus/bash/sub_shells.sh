x=outer
(x=inner; cd /; echo "$x $PWD"); echo "$x"
y=$(x=captured; echo "$x"); echo "$x $y"
{ x=grouped; }; echo "$x"
echo "$BASH_SUBSHELL $(echo $BASH_SUBSHELL) $( (echo $BASH_SUBSHELL) )"
export EXPORTED=yes; bash -c 'echo "child sees $EXPORTED ${x:-nothing}"'
LOCAL=1 env | grep ^LOCAL
eval 'z=$((3 * 3))'; echo "$z"
source <(echo 'sourced() { echo "from a sourced file"; }'); sourced
pushd /tmp > /dev/null; popd > /dev/null; dirs | wc -l
umask 027; touch mode; stat -c %a mode
