# SPDX-License-Identifier: MIT
# Compares the outcomes of cases: rulings.tsv qemu.txt bochs.txt [ringside.txt].
#
# A case is settled when QEMU and Bochs agree, else by the first ruling whose pattern names it: the
# word of the emulator it names does not count, or of neither, then the ruling has the outcome.
# Ringside's outcome must be the settled one.

function glob(pattern) {
    gsub(/[.+?(){}|^$\\\[\]]/, "\\\\&", pattern)
    gsub(/\*/, ".*", pattern)
    return "^" pattern "$"
}

# QEMU never pushes RF: a ruling for all cases, so that not every fault needs its own.
function without_rf(text,    words, n, i, open, close_, word) {
    n = split(text, words, " ")
    text = ""
    for (i = 1; i <= n; ++i) {
        word = words[i]
        open = ""
        if (match(word, /^(\[|fl=)/)) {
            open = substr(word, 1, RLENGTH)
            word = substr(word, RLENGTH + 1)
        }
        close_ = sub(/\]$/, "", word) ? "]" : ""
        if (word ~ /^[1357][0-9a-f][0-9a-f][0-9a-f][0-9a-f]$/) {
            word = (substr(word, 1, 1) - 1) substr(word, 2)
            sub(/^0+/, "", word)
        }
        text = text " " open word close_
    }
    return text
}

function ruling_of(name,    r) {
    for (r = 1; r <= rulings; ++r) {
        if (name ~ pattern[r]) {
            return r
        }
    }
    return 0
}

FNR == 1 { ++file }

file == 1 {
    if ($0 ~ /^#/ || $0 == "") {
        next
    }
    if (split($0, column, "\t") < 4) {
        print "rulings.tsv:" FNR ": want case, whose word does not count, section, reason"
        failed = 1
        next
    }
    if (column[2] !~ /^(qemu|bochs|both)$/) {
        print "rulings.tsv:" FNR ": no emulator " column[2]
        failed = 1
    }
    row[++rulings] = column[1]
    pattern[rulings] = glob(column[1])
    against[rulings] = column[2]
    outcome[rulings] = column[5]
    next
}

{
    colon = index($0, " :")
    name = substr($0, 7, colon - 7)
    text = substr($0, colon + 2)
    sub(/ +$/, "", text)
    if ((file, name) in said) {
        print "two cases are named " name
        failed = 1
    }
    said[file, name] = text
    number[name] = substr($0, 1, 5)
    if (file == 3) {
        order[++cases] = name
    } else if (file == 4) {
        ++ran
    }
}

END {
    for (i = 1; i <= cases; ++i) {
        name = order[i]
        qemu = said[2, name]
        bochs = said[3, name]
        r = ruling_of(name)
        by_qemu = 0
        if (!((2, name) in said)) {
            print number[name] " " name ": QEMU did not run it"
            failed = 1
            continue
        }
        if (r != 0 && against[r] == "both") {
            settled = outcome[r]
            used[r] = 1
            ++ruled
        } else if (without_rf(qemu) == without_rf(bochs)) {
            settled = bochs
            ++agreed
        } else if (r == 0) {
            print number[name] " " name ": QEMU and Bochs differ, and no ruling says who is right"
            print "    qemu    " qemu
            print "    bochs   " bochs
            if ((4, name) in said) {
                print "    ringside" said[4, name]
            }
            ++unjudged
            continue
        } else {
            settled = against[r] == "qemu" ? bochs : qemu
            by_qemu = against[r] == "bochs"
            used[r] = 1
            ++ruled
        }
        if (file == 4) {
            if (!((4, name) in said)) {
                print number[name] " " name ": Ringside did not run it"
                ++wrong
            } else if (said[4, name] != settled && \
                       !(by_qemu && without_rf(said[4, name]) == without_rf(settled))) {
                print number[name] " " name ": Ringside differs"
                print "    settled " settled
                print "    ringside" said[4, name]
                ++wrong
            }
        }
    }
    if (whole) {
        for (r = 1; r <= rulings; ++r) {
            if (!(r in used)) {
                print "rulings.tsv: nothing needs the ruling on " row[r]
                failed = 1
            }
        }
    }
    printf "%d cases: %d by agreement, %d by ruling, %d not judged", cases, agreed, ruled, unjudged
    if (file == 4) {
        printf "; Ringside ran %d, %d differ", ran, wrong
    }
    printf "\n"
    exit failed || unjudged || wrong || cases == 0
}
