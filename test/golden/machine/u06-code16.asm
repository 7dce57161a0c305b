%include "rom32.inc"
; @title 16-bit code in protected mode: operand and address sizes turned round, 16-bit call, ret, push, string and loop; 16-bit gates and IRET
; @mem 0x6000 64
main:
  lgdt [newgdtr]
  mov eax, h16 - 0x10000
  mov [IDTB+0x50*8], ax
  mov word [IDTB+0x50*8+2], 0x40
  mov word [IDTB+0x50*8+4], 0x8600 ; 16-bit interrupt gate
  mov word [IDTB+0x50*8+6], 0
  jmp 0x40:(code16 - 0x10000)
bits 16
code16:
  mov ax, 0x1234
  mov ebx, 0x11111111
  mov bx, 0xffff
  add bx, 1
  pushf
  pop cx
  mov [0x6000], cx
  mov si, 0x6010
  mov di, 0x4000
  mov [si+2], ax
  mov [bx+si+4], bx
  call sub16
  mov [0x6004], sp
  mov cx, 3
  xor ax, ax
.l:
  add ax, cx
  loop .l
  mov [0x6006], ax
  mov edi, 0x12346008
  mov ecx, 0x10000
  mov cx, 2
  mov ax, 0xaaaa
  rep stosw
  mov [0x600c], ecx
  mov [0x6020], edi
  int 0x50
  mov [0x6024], ax
  push dword 0x7777
  pop eax
  a32 mov [0x6028], eax
  jmp dword 0x08:back
sub16:
  mov bp, sp
  mov dx, [bp]
  mov [0x6002], dx
  ret

h16:
  mov bp, sp
  mov ax, [bp]
  mov [0x602c], ax
  mov ax, [bp+2]
  mov [0x602e], ax
  mov ax, [bp+4]
  mov [0x6030], ax
  mov ax, 0x99
  iret
bits 32
back:
  mov [RES+0x34], esp
  DONE
align 8
newgdt:
  dq 0, 0x00cf9a000000ffff, 0x00cf92000000ffff, 0x00cffa000000ffff, 0x00cff2000000ffff, 0x00cfba000000ffff, 0x00cfb2000000ffff, 0x0000890080000067
  dq 0x00009a010000ffff      ; 40 16-bit code from 0x10000
newgdt_end:
newgdtr: dw newgdt_end-newgdt-1
  dd newgdt
END_ROM
