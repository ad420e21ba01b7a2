# SPDX-License-Identifier: MIT
# Turns `nm --format=posix` into rows: address, size (0 where the symbol has none), name.
$2 != "A" { printf "0x%s\t0x%s\t%s\n", $3, ($4 == "" ? "0" : $4), $1 }
