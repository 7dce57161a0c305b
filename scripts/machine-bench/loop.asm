%include "rom32.inc"
; @title a loop of 20 instructions with 3 memory accesses, paging on; the same result on every engine
; Writes S on port 0xE9 when the loop begins and E when it has ended, then halts. The count is patched in where the marker stands.
main:
  IDENTITY_4M 7
  PAGING_ON
  mov al, 'S'
  out 0xe9, al
  mov ecx, [count]
  xor esi, esi
  xor ebx, ebx
  mov eax, 1
.l:
  mov eax, [0x300000 + esi*4]
  add eax, ecx
  xor ebx, eax
  mov edx, ebx
  shr edx, 3
  and edx, 0xffc
  lea edi, [edx + 0x300000]
  mov [edi], ebx
  inc esi
  and esi, 0x3ff
  test eax, 1
  jz .e
  sub ebx, 7
.e:
  rol ebx, 5
  movzx edx, al
  add ebx, edx
  add [0x301000], ebx
  cmp esi, 100
  dec ecx
  jnz .l
  mov [RES], ebx
  mov al, 'E'
  out 0xe9, al
  DONE
align 4
count: dd 0xc0dec0de
END_ROM
