; The instruction that broke trap-and-emulate on x86: POPF. In ring 0 it sets the interrupt flag. In an outer ring it leaves the flag
; as it is and does not trap: a hypervisor that runs this kernel in ring 1 never hears of it.
        bits 32
        org 0x100000
        %include "kernel.inc"

main:
        push 0x0202             ; IF set
        popfd
        pushfd
        pop ebx
        cli
        push 0x0002             ; IF clear
        popfd
        pushfd
        pop ecx
        PRINT {"after POPF with IF set:   "}
        mov eax, ebx
        call print_flag
        PRINT {"after POPF with IF clear: "}
        mov eax, ecx
        call print_flag
        cli
        hlt

print_flag:
        test eax, 0x200
        jz .clear
        PRINT {"IF is set", 10}
        ret
.clear:
        PRINT {"IF is clear", 10}
        ret
