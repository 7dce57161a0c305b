%include "rom32.inc"
; @title a local descriptor table: LLDT, SLDT, segments of it, LAR and LSL on everything, LLDT 0; LTR twice; STR; ARPL; VERR and VERW
; @qemu no
; @mem 0x6000 256
main:
  lgdt [newgdtr]
  mov ax, 0x40
  lldt ax
  sldt eax
  mov [RES], eax
  mov ax, 0x0f               ; LDT entry 1, RPL 3
  mov es, ax
  mov eax, [es:0]
  mov [RES+4], eax
  EXPECT n1
  mov eax, [es:0x10]         ; limit 0xf: #GP(0)
n1:
  EXPECT n2
  mov ax, 0x17               ; beyond the LDT
  mov es, ax                 ; #GP(0x14)
n2:
  xor ecx, ecx
  mov edi, RES+16
.l:
  mov eax, 0x5555
  mov ebx, ecx
  lsl eax, ebx
  setz dl
  mov [edi], eax
  mov eax, 0x5555
  lar eax, ebx
  setz dh
  and eax, 0xfff0ffff
  mov [edi+4], eax
  verr bx
  setz al
  verw bx
  setz ah
  shl eax, 16
  mov ax, dx
  mov [edi+8], eax
  add edi, 12
  add ecx, 8
  cmp ecx, 0x68
  jb .l
  EXPECT n3
  mov ax, 0x38
  ltr ax                     ; busy: #GP(0x38)
n3:
  EXPECT n4
  mov ax, 0x48
  ltr ax                     ; not present: #NP(0x48)
n4:
  EXPECT n5
  mov ax, 0x10
  lldt ax                    ; a data segment: #GP(0x10)
n5:
  mov ax, 0x10
  mov bx, 3
  arpl ax, bx
  movzx eax, ax
  mov [RES+8], eax
  xor eax, eax
  lldt ax
  EXPECT n6
  mov ax, 0x0f
  mov es, ax                 ; no LDT: #GP(0x0c)
n6:
  EXPECT n7
  xor eax, eax
  mov es, ax
  mov eax, [es:0]            ; null: #GP(0)
n7:
  EXPECT n8
  xor eax, eax
  mov ss, ax                 ; #GP(0)
n8:
  mov ax, SEL_K0D
  mov es, ax
  DONE
align 8
ldt: dq 0
  dw 15, ldt_data - $$ + 0x0, 0xf201, 0x0040
ldt_data: dd 0xfeedface, 0, 0, 0
newgdt:
  dq 0, 0x00cf9a000000ffff, 0x00cf92000000ffff, 0x00cffa000000ffff, 0x00cff2000000ffff, 0x00cfba000000ffff, 0x00cfb2000000ffff, 0x00008b0080000067
  dw 15, ldt - $$, 0x8201, 0  ; 40 LDT
  dq 0x0000090080000067      ; 48 TSS, not present
  dq 0x0040f6000000ffff      ; 50 expand-down, DPL 3
  dq 0x00cf9e000000ffff      ; 58 conforming
  dw 0, 8, 0xec02, 0         ; 60 call gate
newgdt_end:
newgdtr: dw newgdt_end-newgdt-1
  dd newgdt
END_ROM
