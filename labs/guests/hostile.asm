; Tries everything: memory beyond what it has, page tables that point there, privileged instructions in ring 3, ports, and a flood of text.
; Words that it reads where nothing of its own is are compared with a mark (CANARY) that a test puts into the rest of the host's memory:
; EDI counts how many it finds.
        bits 32
        org 0x100000
        %include "kernel.inc"

CANARY  equ 0x0BADCAFE
SPACE   equ 0x200000
TABLE   equ 0x201000

; TRY instruction: one that may fault. What does goes on behind it.
%macro TRY 1+
        mov ebp, %%next
        %1
%%next:
%endmacro

main:
        xor edi, edi
        push edi
        call tables
        pop edi
        push edi
        GATE 13, fault_with_code, 0
        GATE 14, fault_with_code, 0
        GATE 6, fault, 0
        GATE 0x80, end, 3
        pop edi

        ; physical memory beyond its own, a page of every MiB
        mov esi, [0x520 + 8]
        shl esi, 10
        add esi, 0x100000
        mov ecx, 256
.outside:
        TRY mov eax, [esi]
        call look
        TRY mov dword [esi], 0x66666666
        TRY mov eax, [esi]
        call look
        add esi, 0x100000
        loop .outside

        ; a page directory that maps itself, and a table that points everywhere
        mov dword [SPACE], 0x83         ; 0 to 4 MiB as one page
        mov dword [SPACE + 4], TABLE | 7
        mov dword [SPACE + 0xFFC], SPACE | 3
        mov eax, cr4
        or eax, 0x10
        mov cr4, eax
        mov eax, SPACE
        mov cr3, eax
        mov eax, cr0
        or eax, 0x80010000
        mov cr0, eax
        mov ecx, 512
        mov ebx, 0x01000007             ; from 16 MiB on, in steps of 64 KiB
.tables:
        mov [TABLE], ebx
        invlpg [0x400000]
        TRY mov eax, [0x400000]
        call look
        TRY mov dword [0x400004], 0x66666666
        add ebx, 0x10000
        loop .tables
        ; its tables through themselves, and an entry made there
        TRY mov eax, [0xFFFFF000]
        TRY mov dword [0xFFFFF008], 0xFFC00087
        mov eax, cr3
        mov cr3, eax
        TRY mov eax, [0x800000]
        call look
        TRY mov dword [0x800000], 0x66666666

        ; ports, in and out
        xor edx, edx
.ports:
        cmp edx, PORT
        je .next_port
        in al, dx
        mov al, 0
        out dx, al
.next_port:
        inc edx
        cmp edx, 0x400
        jb .ports

        mov eax, 0x66666666
        TRY mov dr0, eax
        clts
        wbinvd
        sgdt [0x300000]
        sidt [0x300008]
        ; a flood of text
        mov ecx, 2000
        mov al, "x"
.flood:
        out PORT, al
        loop .flood

        ; and into ring 3, where all of this must trap
        mov dword [SPACE], 0x87
        mov eax, cr3
        mov cr3, eax
        mov eax, DATA3
        mov ds, eax
        mov es, eax
        push DATA3
        push 0x70000
        push 2
        push CODE3
        push user
        iretd

user:
        TRY cli
        TRY hlt
        TRY in al, 0x60
        TRY mov eax, cr0
        TRY mov cr3, eax
        TRY lgdt [0]
        TRY lidt [0]
        TRY invlpg [0]
        TRY wbinvd
        TRY rdmsr
        TRY ud2
        TRY mov eax, [0xFFFFF000]
        TRY int 0x21
        int 0x80

; EAX was read where nothing of its own is.
look:
        cmp eax, CANARY
        jne .harmless
        inc edi
.harmless:
        ret

fault_with_code:
        add esp, 4
fault:
        inc dword [faults]
        mov [esp], ebp
        iretd

end:
        mov eax, DATA0
        mov ds, eax
        mov es, eax
        PRINT {10, "faults: "}
        mov eax, [faults]
        call print_hex
        PRINT {", canaries found: "}
        mov eax, edi
        call print_hex
        PRINT {10}
        cli
        hlt

faults: dd 0
