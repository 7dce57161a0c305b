// Made by `npm run generate` from labs/guests; edit the kernels there.

export const guestSources: Readonly<Record<string, string>> = {
	'disk.asm': `; Writes a sector to the emulated ATA disk, a word at a time through its data port, reads it back and compares.
; Every one of these port accesses is an exit: compare with a disk that is told once (vmm exits).
        bits 32
        org 0x100000
        %include "kernel.inc"

DATA    equ 0x1F0
SECTOR  equ 7

main:
        mov esi, text
        mov edi, buffer
        mov ecx, 128
        rep movsd

        mov al, 0x30            ; write sectors
        call command
        mov esi, buffer
        mov edx, DATA
        mov ecx, 256
write:
        lodsw
        out dx, ax
        loop write
        call ready

        mov edi, buffer
        xor eax, eax
        mov ecx, 128
        rep stosd
        mov al, 0x20            ; read sectors
        call command
        mov edi, buffer
        mov edx, DATA
        mov ecx, 256
read:
        in ax, dx
        stosw
        loop read

        mov esi, text
        mov edi, buffer
        mov ecx, 128
        repe cmpsd
        jne wrong
        PRINT {"a sector written, read and compared", 10}
        cli
        hlt
wrong:
        PRINT {"the sector is not what was written", 10}
        cli
        hlt

; AL: the command, for one sector at SECTOR
command:
        push eax
        call ready
        mov edx, DATA + 2
        mov al, 1
        out dx, al
        inc edx
        mov al, SECTOR
        out dx, al
        inc edx
        xor al, al
        out dx, al
        inc edx
        out dx, al
        inc edx
        mov al, 0xE0
        out dx, al
        inc edx
        pop eax
        out dx, al
        jmp ready

; Waits until the drive is not busy.
ready:
        mov edx, DATA + 7
.wait:
        in al, dx
        test al, 0x80
        jnz .wait
        ret

        align 4
text:
        times 32 db "virtual machine "
buffer  equ 0x200000
`,
	'hello-xen.asm': `; hello.asm, ported to Xen: the console and the end are hypercalls. Run it with --technique paravirtualization.
        bits 32
        org 0x100000
        jmp main
        %include "xen.inc"

main:
        PRINT {"Hello from ring 1", 10}
        POWEROFF
`,
	'hello.asm': `; The smallest kernel: it prints a line on port 0xE9 and stops.
        bits 32
        org 0x100000

        mov esi, text
next:
        lodsb
        test al, al
        jz done
        out 0xE9, al
        jmp next
done:
        cli
        hlt

text:
        db "Hello from ring 0", 10, 0
`,
	'hostile.asm': `; Tries everything: memory beyond what it has, page tables that point there, privileged instructions in ring 3, ports, and a flood of text.
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
`,
	'kernel.inc': `; What the kernels in this folder have in common: tables, and printing on port 0xE9, which shows every byte that is written to it.
;
; A kernel begins at 1 MiB, in ring 0 with flat segments (0x08 code, 0x10 data), interrupts off, paging off, the stack below 0x90000.
; This file is included right at the start and jumps to \`main\`.
; \`call tables\` gives it a GDT with ring 3 and a TSS, and an IDT whose 256 gates all lead to \`unexpected\`.

        jmp main

CODE0   equ 0x08
DATA0   equ 0x10
CODE3   equ 0x18 | 3
DATA3   equ 0x20 | 3
TASK    equ 0x28

PORT    equ 0xE9

; The interrupt table has a page of its own: a hypervisor that translates code watches the pages that code is in.
idt     equ 0x8000

; Prints the string that follows the call.
%macro PRINT 1
        call print
        db %1, 0
%endmacro

; GATE vector, handler, dpl
%macro GATE 3
        mov eax, %1
        mov ebx, %2
        mov ecx, %3
        call gate
%endmacro

print:
        xchg esi, [esp]
        push eax
.next:
        mov al, [esi]
        inc esi
        test al, al
        jz .end
        out PORT, al
        jmp .next
.end:
        pop eax
        xchg esi, [esp]
        ret

; EAX as eight hexadecimal digits.
print_hex:
        push ecx
        push eax
        push edx
        mov edx, eax
        mov ecx, 8
.digit:
        rol edx, 4
        mov eax, edx
        and eax, 15
        mov al, [.digits + eax]
        out PORT, al
        dec ecx
        jnz .digit
        pop edx
        pop eax
        pop ecx
        ret
.digits:
        db "0123456789abcdef"

; EAX: vector, EBX: handler, ECX: the ring that may use it with INT
gate:
        shl ecx, 13
        or ecx, 0x8E00
        lea edi, [idt + eax * 8]
        mov [edi], bx
        mov word [edi + 2], CODE0
        mov [edi + 4], cx
        shr ebx, 16
        mov [edi + 6], bx
        ret

tables:
        lgdt [gdt_register]
        jmp CODE0:.flat
.flat:
        mov eax, DATA0
        mov ds, eax
        mov es, eax
        mov fs, eax
        mov gs, eax
        mov ss, eax
        mov edx, 255
.gate:
        mov eax, edx
        mov ebx, unexpected
        xor ecx, ecx
        call gate
        dec edx
        jns .gate
        lidt [idt_register]
        mov eax, task
        mov [gdt.task + 2], ax
        shr eax, 16
        mov [gdt.task + 4], al
        mov [gdt.task + 7], ah
        mov eax, TASK
        ltr ax
        ret

unexpected:
        PRINT {"unexpected interrupt", 10}
        cli
        hlt

        align 8
gdt:
        dq 0
        dq 0x00CF9B000000FFFF
        dq 0x00CF93000000FFFF
        dq 0x00CFFB000000FFFF
        dq 0x00CFF3000000FFFF
.task:
        dq 0x0000890000000067
gdt_register:
        dw gdt_register - gdt - 1
        dd gdt
idt_register:
        dw 256 * 8 - 1
        dd idt

; The task state segment: where the stack of ring 0 is, and no port for ring 3.
task:
        dd 0
.esp0:
        dd 0x80000
        dd DATA0
        times 22 dd 0
        dw 0, 104

`,
	'popf.asm': `; The instruction that broke trap-and-emulate on x86: POPF. In ring 0 it sets the interrupt flag. In an outer ring it leaves the flag
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
`,
	'processes.asm': `; Two processes, each in an address space of its own, and a timer that takes the processor from one and gives it to the other.
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

; The running process is described by its saved frame; the other one's waits in \`waiting\`.
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
`,
	'sensitive.asm': `; Instructions that show the machine and trap nowhere: SGDT, SIDT, SMSW, STR, and a read of CS. Under naive trap-and-emulate the kernel
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
`,
	'syscall-xen.asm': `; syscall.asm, ported to Xen: the kernel is in ring 1 and knows it. It asks Xen for its handlers, for user pages and for the console;
; INT 0x80 and IRET are as before. Run it with --technique paravirtualization; \`diff\` shows what porting a kernel means.
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
`,
	'syscall.asm': `; A program in ring 3 asks the kernel to print: INT 0x80 goes to ring 0 and IRET comes back.
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
`,
	'toucher.asm': `; Touches one page after another and says how many: what makes a hypervisor give it frames (vmm map), one fault at a time (vmm exits).
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
`,
	'virtio.asm': `; Writes a sector to the virtio disk and reads it back: the whole request is put into memory, and the device is told once, by one port
; access, where the ATA disk of disk.asm needs hundreds (vmm exits).
        bits 32
        org 0x100000
        %include "kernel.inc"

BASE    equ 0xC000              ; the device's ports (legacy interface)
QUEUE   equ 0x200000            ; descriptors, 16 bytes each, then the available ring; the used ring is in the next page
HEADER  equ 0x210000            ; type, reserved, sector
BUFFER  equ 0x211000
STATUS  equ 0x212000
SECTOR  equ 7

main:
        mov edx, BASE + 18      ; acknowledged, driver, driver is ready
        mov al, 7
        out dx, al
        mov edx, BASE + 14
        xor eax, eax
        out dx, ax
        mov edx, BASE + 12      ; how many descriptors there are
        in ax, dx
        movzx eax, ax
        shl eax, 4
        lea ebx, [QUEUE + eax]  ; the available ring
        mov edx, BASE + 8
        mov eax, QUEUE >> 12
        out dx, eax

        ; header, data, status: a chain of three descriptors
        mov dword [QUEUE], HEADER
        mov dword [QUEUE + 8], 16
        mov dword [QUEUE + 12], 1 | (1 << 16)
        mov dword [QUEUE + 16], BUFFER
        mov dword [QUEUE + 24], 512
        mov dword [QUEUE + 32], STATUS
        mov dword [QUEUE + 40], 1
        mov dword [QUEUE + 44], 2
        mov dword [HEADER + 8], SECTOR
        mov dword [HEADER + 12], 0

        mov esi, text
        mov edi, BUFFER
        mov ecx, 128
        rep movsd
        mov dword [HEADER], 1                   ; write
        mov dword [QUEUE + 28], 1 | (2 << 16)
        call request

        mov edi, BUFFER
        xor eax, eax
        mov ecx, 128
        rep stosd
        mov dword [HEADER], 0                   ; read
        mov dword [QUEUE + 28], 3 | (2 << 16)   ; the device writes to the buffer
        call request

        mov esi, text
        mov edi, BUFFER
        mov ecx, 128
        repe cmpsd
        jne wrong
        PRINT {"a sector written, read and compared", 10}
        cli
        hlt
wrong:
        PRINT {"the sector is not what was written", 10}
        cli
        hlt

; Offers the chain at descriptor 0 and waits until the device has used it.
request:
        movzx eax, word [ebx + 2]
        mov esi, eax
        inc word [ebx + 2]
        inc esi
        mov edx, BASE + 16
        xor eax, eax
        out dx, ax
.wait:
        cmp [QUEUE + 0x1000 + 2], si
        jne .wait
        ret

        align 4
text:
        times 32 db "virtual machine "
`,
	'xen.inc': `; What a kernel that was ported to Xen uses instead of the machine: hypercalls. Source: xen/include/public.
; A hypercall: number in EAX, arguments in EBX ECX EDX ESI EDI, INT 0x82; the result is in EAX.
MMU_UPDATE        equ 1
SET_TRAP_TABLE    equ 0
STACK_SWITCH      equ 3
SET_CALLBACKS     equ 4
MULTICALL         equ 13
UPDATE_VA_MAPPING equ 14
SET_TIMER_OP      equ 15
CONSOLE_IO        equ 18
SCHED_OP          equ 29

; Xen's flat segments: a kernel runs in ring 1.
CODE1   equ 0xE019
DATA1   equ 0xE021
CODE3   equ 0xE02B
DATA3   equ 0xE033

; Where Xen put the machine frame numbers of the domain's pages.
FRAMES  equ 0x10000

; HYPERCALL number, arguments
%macro HYPERCALL 1-6
%if %0 > 1
        mov ebx, %2
%endif
%if %0 > 2
        mov ecx, %3
%endif
%if %0 > 3
        mov edx, %4
%endif
%if %0 > 4
        mov esi, %5
%endif
%if %0 > 5
        mov edi, %6
%endif
        mov eax, %1
        int 0x82
%endmacro

; PRINT {bytes}: all registers stay.
%macro PRINT 1
        pushad
        HYPERCALL CONSOLE_IO, 0, %%end - %%text, %%text
        popad
        jmp %%end
%%text: db %1
%%end:
%endmacro

; POWEROFF: the domain is over.
%macro POWEROFF 0
        HYPERCALL SCHED_OP, 2, %%reason
%%reason: dd 0
%endmacro
`,
};
