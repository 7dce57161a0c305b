%include "rom32.inc"
; @title a guest kernel in ring 1 under a segment limit: it may not leave the segment, although paging would let it; expand-down stacks; SS with B=0
; @mem 0x6000 64
; @qemu no
main:
  lgdt [newgdtr]
  IDENTITY_4M 3             ; all supervisor
  PAGING_ON
  RING 1, g1
g1:
  mov ax, 0x41
  mov ds, ax
  mov es, ax
  mov eax, [0x6000]          ; inside
  EXPECT n1
  mov eax, [0x80000]         ; outside: #GP(0)
n1:
  EXPECT n2
  mov eax, [0x7fffd]         ; last byte outside: #GP(0)
n2:
  mov eax, [0x7fffc]
  EXPECT n3
  mov cr3, eax               ; #GP(0)
n3:
  EXPECT n4
  mov eax, [ss:0x300000]     ; SS is flat: paging does not protect from ring 1
  inc dword [RES]
n4:
  mov ax, 0x49
  mov ss, ax                 ; expand-down, limit 0xffff, B=1
  mov esp, 0x20000
  EXPECT n5
  push eax                   ; inside
  inc dword [RES+4]
n5:
  EXPECT n6
  mov eax, [ss:0xfffc]       ; at the limit: #SS(0)
n6:
  EXPECT n7
  mov eax, [ebp+0xfffd]      ; EBP: SS, #SS(0)
n7:
  mov ax, 0x51
  mov ss, ax                 ; B=0: SP is used
  mov esp, 0x12340000
  EXPECT n8
  push ax                    ; wraps to fffe
  mov [RES+8], esp
n8:
  mov esp, 0x12340001
  EXPECT n9
  push eax                   ; at fffd: a double word that goes round
  mov [RES+12], esp
n9:
  mov ax, SEL_K1D
  mov ss, ax
  mov esp, 0xC000
  EXPECT n10
  jmp 0x59:n10               ; code segment too short for the target: #GP(0)
n10:
  mov eax, 0xDEAD
  int 0x80
align 8
newgdt:
  dq 0, 0x00cf9a000000ffff, 0x00cf92000000ffff, 0x00cffa000000ffff, 0x00cff2000000ffff, 0x00cfba000000ffff, 0x00cfb2000000ffff, 0x0000890080000067
  dq 0x0047b2000000ffff      ; 40 ring 1 data, limit 0x7ffff bytes
  dq 0x0040b6000000ffff      ; 48 ring 1 expand-down
  dq 0x0000b2000000ffff      ; 50 ring 1 data, 16-bit
  dq 0x0040ba000000ffff      ; 58 ring 1 code, 64 KiB
newgdt_end:
newgdtr: dw newgdt_end-newgdt-1
  dd newgdt
END_ROM
