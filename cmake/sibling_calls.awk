# SPDX-License-Identifier: MIT
# Reads a disassembly of the processor's library with demangled names. A handler that reaches the
# next one by a call instead of a jump would grow the host's stack by a frame for each op.
/^[0-9a-f]+ <.*>:$/ {
    name = $0
    is_handler = name ~ /::(straight|guarded|ending|serializing|refocusing)</
    handlers += is_handler
}
# RDMSR and WRMSR reach their registers through function pointers.
is_handler && /call +\*/ && name !~ /_msr>/ {
    print name "\n" $0
    missed++
}
END {
    if (handlers == 0) {
        print "no handler found in the disassembly"
    }
    exit handlers == 0 || missed > 0
}
