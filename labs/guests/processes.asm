; Two processes, each in an address space of its own, and a timer that takes the processor from one and gives it to the other.
;
;   0x00200000  page directory of process A       0x00201000  its page table for 0x00400000
;   0x00202000  page directory of process B       0x00203000  its page table
;   0x00204000  the page table for 0 to 4 MiB, which both share: the kernel's
;   0x00210000  what A sees at 0x00400000          0x00211000  what B sees there
;
; Both run the same code at the same address. What differs is the letter in their own page.
        bits 32
        org 0x100000
        %include "kernel.inc"

SPACE_A equ 0x200000
SPACE_B equ 0x202000
SHARED  equ 0x204000
LETTER  equ 0x400800
SWITCHES equ 8

main:
        call tables
        GATE 0x80, system_call, 3
        GATE 32, timer, 0

        ; the kernel's 4 MiB, one to one, not for ring 3
        mov edi, SHARED
        mov eax, 3
        mov ecx, 1024
.kernel_page:
        stosd
        add eax, 0x1000
        loop .kernel_page
        mov dword [SPACE_A], SHARED | 3
        mov dword [SPACE_B], SHARED | 3
        ; 0x400000 leads each to its own page, for ring 3
        mov dword [SPACE_A + 4], (SPACE_A + 0x1000) | 7
        mov dword [SPACE_B + 4], (SPACE_B + 0x1000) | 7
        mov dword [SPACE_A + 0x1000], 0x210000 | 7
        mov dword [SPACE_B + 0x1000], 0x211000 | 7
        mov edi, 0x210000
        call copy_program
        mov edi, 0x211000
        call copy_program
        mov byte [0x210800], "A"
        mov byte [0x211800], "B"

        ; a timer of 1000 ticks a second on vector 32
        mov al, 0x11
        out 0x20, al
        mov al, 32
        out 0x21, al
        mov al, 4
        out 0x21, al
        mov al, 1
        out 0x21, al
        mov al, 0xFE
        out 0x21, al
        mov al, 0x34
        out 0x43, al
        mov al, 1193 & 0xFF
        out 0x40, al
        mov al, 1193 >> 8
        out 0x40, al

        mov eax, SPACE_A
        mov cr3, eax
        mov eax, cr0
        or eax, 0x80000000
        mov cr0, eax
        mov dword [frame], 0x400000
        jmp resume

; The running process is described by its saved frame; the other one's waits in `waiting`.
timer:
        pushad
        mov al, 0x20
        out 0x20, al
        inc dword [ticks]
        cmp dword [ticks], SWITCHES
        je finished
        popad
        ; where it was
        pop dword [frame]
        add esp, 16
        ; exchange the two: where they were, and EBX, which is all that the program keeps
        xchg ebx, [waiting_ebx]
        mov eax, [frame]
        xchg eax, [waiting]
        mov [frame], eax
        mov eax, cr3
        xor eax, SPACE_A ^ SPACE_B
        mov cr3, eax
resume:
        push DATA3
        push 0x400FF0
        push 0x202
        push CODE3
        push dword [frame]
        mov eax, DATA3
        mov ds, eax
        mov es, eax
        xor eax, eax
        iretd

; EAX = 1: print BL, once in each turn, so that the output does not depend on how fast the machine is
system_call:
        mov eax, [ticks]
        cmp eax, [printed]
        je .already
        mov [printed], eax
        mov al, bl
        out PORT, al
.already:
        iretd

finished:
        mov eax, DATA0
        mov ds, eax
        mov es, eax
        mov esp, 0x80000
        PRINT {10, "kernel: both have run", 10}
        xor ebx, ebx
        xor ecx, ecx
        xor edx, edx
        xor esi, esi
        xor edi, edi
        xor ebp, ebp
        xor eax, eax
        cli
        hlt

copy_program:
        mov esi, program
        mov ecx, program_end - program
        rep movsb
        ret

; Asks to print its letter, for ever. It is copied, so all is relative.
program:
        mov eax, 1
        mov bl, [LETTER]
        int 0x80
        jmp program
program_end:

ticks:   dd 0
printed: dd -1
frame:   dd 0
waiting: dd 0x400000
waiting_ebx: dd 0
