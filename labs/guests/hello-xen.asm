; hello.asm, ported to Xen: the console and the end are hypercalls. Run it with --technique paravirtualization.
        bits 32
        org 0x100000
        jmp main
        %include "xen.inc"

main:
        PRINT {"Hello from ring 1", 10}
        POWEROFF
