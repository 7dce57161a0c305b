; Writes a sector to the virtio disk and reads it back: the whole request is put into memory, and the device is told once, by one port
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
