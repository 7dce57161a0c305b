; Writes a sector to the emulated ATA disk, a word at a time through its data port, reads it back and compares.
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
