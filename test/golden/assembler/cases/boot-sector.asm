; @title a classic 512-byte boot sector (SeaBIOS + floppy): real mode -> protected mode -> paging, prints on serial, then hlt
; @boot floppy
; @mem 0x6000 32
; @mem 0x100000 8
bits 16
org 0x7c00
  cli
  xor ax, ax
  mov ds, ax
  mov es, ax
  mov ss, ax
  mov sp, 0x7c00
  in al, 0x92
  or al, 2
  out 0x92, al            ; A20
  lgdt [gdtr]
  mov eax, cr0
  or al, 1
  mov cr0, eax
  jmp 0x08:pm
bits 32
pm:
  mov ax, 0x10
  mov ds, ax
  mov es, ax
  mov ss, ax
  mov esp, 0x9000
  mov edi, 0x101000       ; page table: identity 4 MiB
  mov eax, 7
  mov ecx, 1024
  cld
.l: stosd
  add eax, 0x1000
  loop .l
  mov dword [0x100000], 0x101007
  mov dword [0x101000+0x200*4], 0x6007   ; VA 0x200000 -> PA 0x6000
  mov eax, 0x100000
  mov cr3, eax
  mov eax, cr0
  or eax, 0x80000000
  mov cr0, eax
  mov dword [0x200000], 0xCAFEBABE
  mov eax, cr0
  mov [0x6004], eax
  mov esi, msg
.p: lodsb
  test al, al
  jz .d
  mov dx, 0x3f8
  out dx, al
  jmp .p
.d: cli
  hlt
  jmp .d
msg: db 'hello from paging', 13, 10, 0
align 8
gdt: dq 0
  dq 0x00cf9a000000ffff
  dq 0x00cf92000000ffff
gdtr: dw 23
  dd gdt
  times 510-($-$$) db 0
  dw 0xaa55
