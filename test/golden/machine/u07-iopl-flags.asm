%include "rom32.inc"
; @title IOPL 3: ring 3 may CLI, STI, IN, OUT and change IF with POPF, but not IOPL; NT, AC, ID; PUSHF; LMSW cannot leave protected mode; CR4.TSD
; @qemu no
; @mem 0x6000 96
main:
  mov al, 0xff
  out 0x21, al
  out 0xa1, al
  smsw ax
  and ax, 0xfff0
  lmsw ax
  mov eax, cr0
  mov [RES], eax
  push dword 0x247fd7 & ~0x4000 & ~0x100
  popfd
  pushfd
  pop dword [RES+4]
  push dword 2
  popfd
  push dword SEL_U3D
  push dword 0xC000
  push dword 0x3002
  push dword SEL_U3C
  push dword user
  iretd
user:
  mov ax, SEL_U3D
  mov ds, ax
  mov es, ax
  sti
  pushfd
  pop dword [RES+8]
  cli
  pushfd
  pop dword [RES+12]
  push dword 0x0202
  popfd
  pushfd
  pop dword [RES+16]
  push dword 0x0002
  popfw
  popfw
  pushfd
  pop dword [RES+20]
  in al, 0x21
  mov [RES+24], al
  EXPECT n1
  hlt
n1:
  rdtsc
  EXPECT n2
  mov eax, cr4
n2:
  EXPECT n3
  mov eax, [fs:0]
n3:
  EXPECT n4
  lss esp, [pointer]
  mov [RES+28], esp
n4:
  mov eax, 0xDEAD
  int 0x80
pointer: dd 0xBFF0
  dw SEL_U3D
END_ROM
