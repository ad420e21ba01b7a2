# SPDX-License-Identifier: MIT
# usage: bash complete.bash SCRIPT LINE...: prints what completion offers at the end of each line,
# whose words stand between spaces.
source "$1"
shift
for line in "$@"; do
    read -ra COMP_WORDS <<<"$line"
    [[ $line != *' ' ]] || COMP_WORDS+=('')
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    _ringside
    echo "${COMPREPLY[*]}"
done
