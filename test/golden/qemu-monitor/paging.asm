bits 16
org 0
start:
mov edi, 0x100000
jmp short s2
s2:
o32 lgdt [cs:gdtr]
mov eax, cr0
or al, 1
mov cr0, eax
jmp dword 8:0xf0000+pm
gdtr: dw 0x17
dd 0xf0000+gdt
align 8
gdt: dq 0
dq 0x00cf9a000000ffff
dq 0x00cf92000000ffff
bits 32
pm: mov ax, 16
mov ds, ax
mov ss, ax
mov es, ax
mov esp, 0x9000
mov dword [0x100000], 0x101007
mov dword [0x100004], 0x400083
mov dword [0x100008], 0x800187
mov dword [0x101000], 0x1
mov dword [0x101008], 0x2007
mov dword [0x10100c], 0x3005
mov dword [0x101010], 0x5007
mov dword [0x1013c0], 0xf0001
mov eax, 0x90
mov cr4, eax
mov eax, 0x100000
mov cr3, eax
mov eax, cr0
or eax, 0x80000000
mov cr0, eax
mov byte [0x2000], 0x41
mov al, [0x3000]
mov byte [0x400000], 0x42
mov al, [0x800000]
hlt
times 0xfff0-($-$$) db 0
bits 16
jmp 0xf000:0
times 0x10000-($-$$) db 0
