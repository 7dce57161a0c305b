%include "rom32.inc"
; @title page-fault codes and CR2: reads, writes, fetches, from ring 0 and 3, CR0.WP, an access on two pages, a fault in the middle of REP
; @mem 0x6000 64
; @mem 0x101c00 32
main:
  IDENTITY_4M 7
  mov dword [PT+0x300*4], 0x300003      ; supervisor
  mov dword [PT+0x301*4], 0x301005      ; user, read-only
  mov dword [PT+0x302*4], 0             ; not there
  mov dword [PT+0x304*4], 0x304001
  PAGING_ON
  EXPECT a1
  mov eax, [0x302010]       ; 0
a1:
  EXPECT a2
  mov [0x302011], eax       ; 2
a2:
  mov dword [0x301000], 7   ; WP=0: allowed
  mov eax, cr0
  or eax, 0x10000
  mov cr0, eax
  EXPECT a3
  mov dword [0x301ffc], 7   ; 3
a3:
  EXPECT a4
  mov eax, [0x301ffe]       ; straddles into 302: CR2 302000
a4:
  EXPECT a5
  mov [0x303ffe], eax       ; straddles into read-only 304: 3, CR2 304000, nothing written
a5:
  mov ax, [0x303ffe]
  movzx eax, ax
  mov [RES], eax
  EXPECT a6
  jmp 0x302000              ; fetch: 0
a6:
  mov edi, 0x301ff8
  mov edi, 0x303ff8
  mov ecx, 8
  mov eax, 0x5a5a5a5a
  EXPECT a7
  rep stosd                 ; two fit, then 304 is read-only
a7:
  mov [RES+4], ecx
  mov [RES+8], edi
  RING 3, user
user:
  mov ax, SEL_U3D
  mov ds, ax
  mov es, ax
  EXPECT b1
  mov eax, [0x300000]       ; 5
b1:
  EXPECT b2
  mov [0x300000], eax       ; 7
b2:
  EXPECT b3
  mov [0x301000], eax       ; 7
b3:
  EXPECT b4
  mov eax, [0x302000]       ; 4
b4:
  EXPECT b5
  mov [0x302004], eax       ; 6
b5:
  EXPECT b6
  mov eax, 0x300000
  jmp eax                   ; fetch from a supervisor page: 5
b6:
  mov esp, 0xC000
  EXPECT b7
  add dword [0x301000], 1   ; read-modify-write: 7
b7:
  EXPECT b8
  mov esp, 0x300010
  int 0x33                  ; gate DPL 0: #GP on the good inner stack
b8:
  mov esp, 0xC000
  mov eax, 0xDEAD
  int 0x80
END_ROM
