# SPDX-License-Identifier: MIT
# usage: zsh -f complete.zsh SCRIPT LINE...: types each line and a tab in a shell of its own, and
# prints what it then has.
zmodload zsh/zpty
script=$1
shift
zpty -b shell zsh -f -i
wait_for() {
    local piece
    output=
    repeat 1000; do
        if zpty -rt shell piece; then
            output+=$piece
            [[ $output == *$1* ]] && return
        else
            sleep 0.02
        fi
    done
    print -u2 "no answer: $output"
    exit 1
}
zpty -w shell "PROMPT= RPROMPT=; unsetopt zle_bracketed_paste; stty -echo
autoload -Uz compinit && compinit -u -D
source ${(q)script}
show() { print -r -- \"<<\$BUFFER>>\"; BUFFER=; zle accept-line }
zle -N show
bindkey '^X' show
print READY"
wait_for READY
for line in "$@"; do
    zpty -w -n shell "$line"$'\t\x18'
    wait_for '>>'
    print -r -- ${${output##*<<}%%>>*}
done
zpty -d shell
