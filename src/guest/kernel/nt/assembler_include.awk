# SPDX-License-Identifier: MIT
# Turns a data table into lines of an assembler include.
# -v form=structures|loader_block|status|hypercalls|symbols
BEGIN { FS = "\t" }
/^#/ || NF == 0 { next }
form == "structures" && $3 == "(sizeof)" { printf ".equ %s_sizeof, %s\n", $1, $5; next }
form == "structures" { printf ".equ %s_%s, %s\n", $1, $3, $2; next }
form == "loader_block" { printf ".equ LOADER_BLOCK_%s, %s\n", $1, $2; next }
form == "status" { printf ".equ %s, %s\n", $2, $1; next }
form == "hypercalls" { printf "HYPERCALL %s, %s, %s\n", $1, $2, $3; next }
