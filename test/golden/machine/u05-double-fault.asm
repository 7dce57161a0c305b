%include "rom32.inc"
; @title double faults: a gate not present for #GP, a page fault whose gate's page is missing; and #NP, #SS, #TS with their codes
; @qemu no
; @mem 0x6000 64
main:
  mov byte [IDTB+13*8+5], 0x0e     ; gate of #GP not present
  EXPECT n1
  mov ax, 0x1234
  mov ds, ax                       ; #GP -> #NP(13*8+2) ... contributory twice: #DF
n1:
  mov byte [IDTB+13*8+5], 0x8e
  mov byte [IDTB+6*8+5], 0x0e      ; gate of #UD not present: benign first, then #NP
  EXPECT n2
  ud2
n2:
  mov byte [IDTB+6*8+5], 0x8e
  mov word [IDTB+0x40*8+2], 0x33   ; gate to a data segment
  EXPECT n3
  int 0x40                         ; #GP(0x30)
n3:
  mov word [IDTB+0x41*8+2], 0
  EXPECT n4
  int 0x41                         ; null selector in the gate: #GP(0)
n4:
  mov word [IDTB+0x42*8+2], 0x1b   ; gate to ring 3 code: handlers may not be less privileged
  EXPECT n5
  int 0x42
n5:
  mov byte [IDTB+0x43*8+5], 0x82   ; no gate at all
  EXPECT n6
  int 0x43                         ; #GP(0x43*8+2)
n6:
  mov dword [TSSB+8], 0x1b         ; a bad stack for ring 0
  RING 3, user
user:
  mov ax, SEL_U3D
  mov ds, ax
  mov es, ax
  mov dword [TSSB+4], 0xA000
  jmp good
good:
  mov eax, 5
  mov dword [TSSB+8], SEL_K0D
  EXPECT n7
  int 0x44                         ; DPL 0: #GP(0x222)
n7:
  mov eax, 0xDEAD
  int 0x80
END_ROM
