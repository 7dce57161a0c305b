; syscall.asm, ported to Xen: the kernel is in ring 1 and knows it. It asks Xen for its handlers, for user pages and for the console;
; INT 0x80 and IRET are as before. Run it with --technique paravirtualization; `diff` shows what porting a kernel means.
        bits 32
        org 0x100000
        jmp main
        %include "xen.inc"

        align 8
traps:                                  ; vector, outermost ring, selector, handler
        db 0x80, 3
        dw CODE1
        dd system_call
        db 13, 0
        dw CODE1
        dd protection
        dd 0, 0

main:
        HYPERCALL SET_TRAP_TABLE, traps
        HYPERCALL STACK_SWITCH, DATA1, 0x9000
        PRINT {"kernel: into ring 3", 10}
        ; the program's page and its stack, with the user bit: Xen checks and writes the entries
        mov ecx, [FRAMES + 4 * (PROGRAM >> 12)]
        shl ecx, 12
        or ecx, 7
        HYPERCALL UPDATE_VA_MAPPING, PROGRAM, ecx, 0, 0
        mov ecx, [FRAMES + 4 * 0x6F]
        shl ecx, 12
        or ecx, 7
        HYPERCALL UPDATE_VA_MAPPING, 0x6F000, ecx, 0, 0
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
        mov edx, DATA1                  ; the way into ring 3 emptied the kernel's segments
        mov ds, edx
        test eax, eax
        jz .end
        push esi
        mov [letter], bl
        HYPERCALL CONSOLE_IO, 0, 1, letter
        pop esi
        mov edx, DATA3
        mov ds, edx
        iretd
.end:
        PRINT {"kernel: the program has ended", 10}
        POWEROFF

; #GP: the program did what it must not. The instruction (one byte) is skipped.
protection:
        mov edx, DATA1
        mov ds, edx
        PRINT {"kernel: #GP in ring 3", 10}
        mov edx, DATA3
        mov ds, edx
        add esp, 4
        inc dword [esp]
        iretd
letter: db 0

PROGRAM equ 0x101000
        times PROGRAM - 0x100000 - ($ - $$) db 0
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
