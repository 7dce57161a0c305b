; A program in ring 3 asks the kernel to print: INT 0x80 goes to ring 0 and IRET comes back.
        bits 32
        org 0x100000
        %include "kernel.inc"

main:
        call tables
        GATE 0x80, system_call, 3
        GATE 13, protection, 0
        PRINT {"kernel: into ring 3", 10}
        mov eax, DATA3
        mov ds, eax
        mov es, eax
        push DATA3
        push 0x70000
        push 2
        push CODE3
        push program
        iretd

; EAX = 1: print BL; EAX = 0: the end.
system_call:
        test eax, eax
        jz .end
        mov al, bl
        out PORT, al
        iretd
.end:
        PRINT {"kernel: the program has ended", 10}
        cli
        hlt

; #GP: the program did what it must not. The instruction (one byte) is skipped.
protection:
        PRINT {"kernel: #GP in ring 3", 10}
        add esp, 4
        inc dword [esp]
        iretd

program:
        mov esi, .text
.next:
        mov bl, [esi]
        inc esi
        test bl, bl
        jz .trap
        mov eax, 1
        int 0x80
        jmp .next
.trap:
        cli
        xor eax, eax
        int 0x80
.text:
        db "program: hello through INT 0x80", 10, 0
