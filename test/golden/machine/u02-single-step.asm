%include "rom32.inc"
; @title single step: #DB after each instruction while TF is set, DR6.BS; POPF and IRET set it; INT clears it in the handler; BOUND, INTO, INT3
; @qemu no
; @mem 0x6000 96
main:
  mov eax, dbh
  mov [IDTB+8], ax
  shr eax, 16
  mov [IDTB+8+6], ax
  xor ecx, ecx
  pushfd
  or dword [esp], 0x100
  popfd
  nop
  mov eax, 1
  inc eax
  rep nop
  pushfd
  and dword [esp], ~0x100
  popfd
  nop
  mov [RES], ecx             ; how many steps
  mov eax, dr6
  mov [RES+4], eax
  EXPECT n1
  mov eax, 0x7fffffff
  add eax, 1
  into                       ; #OF
n1:
  EXPECT n2
  int3                       ; #BP: EIP after
n2:
  mov dword [RES+64], 5
  mov dword [RES+68], 9
  EXPECT n3
  mov eax, 10
  bound eax, [RES+64]        ; #BR: EIP at
n3:
  EXPECT n4
  mov eax, 9
  bound eax, [RES+64]        ; inside
n4:
  mov dword [RESUME], 0
  EXPECT n5
  div dword [zero]           ; #DE
n5:
  EXPECT n6
  mov edx, -1
  mov eax, 0x80000000
  mov ebx, -1
  idiv ebx
n6:
  DONE
dbh:
  mov eax, [esp]
  mov [RES+8+ecx*4], eax
  inc ecx
  iretd
zero: dd 0
END_ROM
