# SPDX-License-Identifier: MIT
# Turns data tables into lines of an assembler include. Structures come in layers, later files over
# earlier ones; of the profiles, one column.
# -v form=structures|profile|loader_block|status|hypercalls  -v profile=NAME
BEGIN { FS = "\t" }
form == "profile" && $1 == "# key" {
    for (i = 2; i < NF; ++i) { if ($i == profile) { column = i } }
}
/^#/ || NF == 0 { next }
form == "structures" && $2 == "-" {
    for (key in value) {
        split(key, name, SUBSEP)
        if (name[1] == $1 && ($3 == "*" || name[2] == $3)) { delete value[key] }
    }
    next
}
form == "structures" && $3 == "(sizeof)" { value[$1, "sizeof"] = $5; next }
form == "structures" { value[$1, $3] = $2; next }
form == "profile" {
    cell = $column
    sub(/\?$/, "", cell)
    if (cell == "yes" || cell == "no") { cell = cell == "yes" }
    if (cell ~ /^(0x[0-9A-Fa-f]+|[0-9]+)$/) { printf ".equ PROFILE_%s, %s\n", $1, cell }
    next
}
form == "loader_block" { printf ".equ LOADER_BLOCK_%s, %s\n", $1, $2; next }
form == "status" { printf ".equ %s, %s\n", $2, $1; next }
form == "hypercalls" { printf "HYPERCALL %s, %s, %s\n", $1, $2, $3; next }
END {
    for (key in value) {
        split(key, name, SUBSEP)
        printf ".equ %s_%s, %s\n", name[1], name[2], value[key]
    }
}
