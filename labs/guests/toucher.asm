; Touches one page after another and says how many: what makes a hypervisor give it frames (vmm map), one fault at a time (vmm exits).
        bits 32
        org 0x100000
        %include "kernel.inc"

FIRST   equ 0x200000
PAGES   equ 256

main:
        mov edi, FIRST
        mov ecx, PAGES
        xor ebx, ebx
touch:
        mov [edi], edi
        add edi, 0x1000
        inc ebx
        loop touch
        ; all of them are what was written there
        mov edi, FIRST
        mov ecx, PAGES
check:
        cmp [edi], edi
        jne wrong
        add edi, 0x1000
        loop check
        mov eax, ebx
        call print_hex
        PRINT {" pages touched", 10}
        cli
        hlt
wrong:
        PRINT {"a page is not what was written to it", 10}
        cli
        hlt
