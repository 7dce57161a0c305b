; Instructions that show the machine and trap nowhere: SGDT, SIDT, SMSW, STR, and a read of CS. Under naive trap-and-emulate the kernel
; sees the hypervisor's tables and its own real ring.
        bits 32
        org 0x100000
        %include "kernel.inc"

main:
        call tables
        sgdt [buffer]
        mov eax, [buffer + 2]
        PRINT {"GDT at      "}
        call print_line
        sidt [buffer]
        mov eax, [buffer + 2]
        PRINT {"IDT at      "}
        call print_line
        xor eax, eax
        smsw eax
        and eax, 0xFFFF
        PRINT {"machine word "}
        call print_line
        xor eax, eax
        str ax
        PRINT {"task register "}
        call print_line
        xor eax, eax
        mov ax, cs
        PRINT {"CS          "}
        call print_line
        cli
        hlt

print_line:
        call print_hex
        PRINT {10}
        ret

        align 4
buffer  equ 0x200000
