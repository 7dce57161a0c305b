%include "rom32.inc"
; @title call gates: ring 3 to ring 0 with two parameters, RETF out again; a gate of too low DPL, a null selector, a conforming segment
; @mem 0x6000 128
main:
  mov eax, newgdt
  lgdt [newgdtr]
  mov eax, inner
  mov [newgdt+0x40], ax
  shr eax, 16
  mov [newgdt+0x46], ax
  mov eax, inner
  mov [newgdt+0x48], ax
  shr eax, 16
  mov [newgdt+0x4e], ax
  RING 3, user
user:
  mov ax, SEL_U3D
  mov ds, ax
  mov es, ax
  push dword 0x1111
  push dword 0x2222
  call 0x43:0                ; gate, DPL 3
  mov [RES], esp
  mov [RES+4], eax
  mov ebx, ds
  mov [RES+8], ebx
  EXPECT n1
  call 0x4b:0                ; gate, DPL 0: #GP(0x48)
n1:
  EXPECT n2
  call 0:0                   ; null: #GP(0)
n2:
  EXPECT n3
  call 0x53:conf             ; conforming code, DPL 0: allowed from ring 3, CPL stays 3
n3:
  EXPECT n4
  jmp 0x43:0                 ; JMP through a gate to non-conforming inner code: #GP(8)
n4:
  EXPECT n5
  call 0x5b:0                ; gate not present: #NP(0x58)
n5:
  EXPECT n6
  mov ax, 0x63
  mov ds, ax                 ; data segment not present: #NP(0x60)
n6:
  mov ax, SEL_U3D
  mov ds, ax
  EXPECT n7
  mov ax, 0x1b
  mov ss, ax                 ; code into SS: #GP(0x18)
n7:
  EXPECT n8
  push dword 0x200           ; IF in the image, ignored
  popfd
  retf
n8:
  EXPECT n9
  mov ax, 0x6b
  mov es, ax
  mov eax, [es:0]            ; execute-only code: #GP(0x68) at the load
n9:
  EXPECT n10
  mov ax, 0x1000
  mov es, ax                 ; beyond the table: #GP(0x1000)
n10:
  mov eax, 0xDEAD
  int 0x80
inner:
  mov [RES+12], esp
  mov eax, [esp]
  mov [RES+16], eax
  mov eax, [esp+4]
  mov [RES+20], eax
  mov eax, [esp+8]
  mov [RES+24], eax
  mov eax, [esp+12]
  mov [RES+28], eax
  mov eax, [esp+16]
  mov [RES+32], eax
  mov eax, [esp+20]
  mov [RES+36], eax
  mov eax, ss
  mov [RES+40], eax
  mov eax, cs
  mov [RES+44], eax
  mov eax, 77
  retf 8
conf:
  mov eax, cs
  mov [RES+48], eax
  EXPECT n3
  cli                        ; CPL is still 3: #GP(0)
  retf
align 8
newgdt:
  dq 0, 0x00cf9a000000ffff, 0x00cf92000000ffff, 0x00cffa000000ffff, 0x00cff2000000ffff, 0x00cfba000000ffff, 0x00cfb2000000ffff, 0x0000890080000067
  dw 0, 8, 0xec02, 0         ; 40 call gate DPL 3, two parameters
  dw 0, 8, 0x8c00, 0         ; 48 call gate DPL 0
  dq 0x00cf9e000000ffff      ; 50 conforming code
  dw 0, 8, 0x6c00, 0         ; 58 gate not present
  dq 0x00cf72000000ffff      ; 60 data DPL 3 not present
  dq 0x00cff8000000ffff      ; 68 execute-only
newgdt_end:
newgdtr: dw newgdt_end-newgdt-1
  dd newgdt
END_ROM
