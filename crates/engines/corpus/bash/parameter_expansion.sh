path=/usr/local/lib/archive.tar.gz
echo "${path##*/}" "${path%/*}" "${path%%.*}" "${path#*.}" "${#path}" "${path/local/LOCAL}" "${path//\//:}"
text="Hello World"
echo "${text,,}" "${text^^}" "${text:6}" "${text:(-5):2}" "${text~~}" "${text@Q}"
unset missing; empty=
echo "${missing:-default}" "${missing:=assigned}" "$missing" "${empty:+set}" "${empty+set}" "${empty-unset}"
name=path; echo "${!name}"
echo "${!BASH_VERS*}"
set -- a b c; echo "$# $2 ${@:2} ${*:1:1} $0"
( : "${needed:?must be set}" ); echo "code $?"
