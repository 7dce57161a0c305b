// Page accesses: every combination of P, R/W and U/S in the directory and in the table, 4 MiB pages, CR0.WP, ring 0 and 3, and what the access
// is. Each case leaves what happened (error code, or none), CR2, and the entries with their accessed and dirty bits.
//
// The guest does it in a loop. Case number: bits 2:0 directory P W U, 5:3 table P W U, 6 WP, 7 ring 3, 10:8 kind of access, 11 a
// 4 MiB page, 12 its reserved bit 21. The order is shuffled by the seed: an odd multiplier permutes the numbers.

const results = 0x40_0000;
const cases = 8192;

export function accessProgram(random) {
	const multiplier = (random.next() | 1) & (cases - 1);
	const offset = random.below(cases);
	const source = `%include "rom32.inc"
PT2    equ 0x102000
TARGET equ 0x800000
main:
  IDENTITY_4M 7
  mov dword [PD+4], 0x400087       ; 4..8 MiB: the results, one large page
  mov eax, cr4
  or eax, 0x10
  mov cr4, eax
  mov eax, handler
  mov word [IDTB+14*8], ax
  mov eax, done3
  mov word [IDTB+0x80*8], ax
  mov dword [0x300000], 0x90c39090 ; nop, nop, ret
  mov dword [0xc00000], 0x90c39090
  PAGING_ON
  xor ebp, ebp
next:
  mov eax, ebp
  imul eax, eax, ${multiplier}
  add eax, ${offset}
  and eax, ${cases - 1}
  mov [number], eax
  ; table entries for 0x800000..
  mov ebx, eax
  and ebx, 7
  test eax, 1 << 11
  jnz .large
  or ebx, PT2
  mov [PD+8], ebx
  mov ecx, eax
  shr ecx, 3
  and ecx, 7
  or ecx, 0x300000
  mov [PT2], ecx
  add ecx, 0x1000
  mov [PT2+4], ecx
  jmp .set
.large:
  or ebx, 0xc00080
  test eax, 1 << 12
  jz .plain
  or ebx, 1 << 21
.plain:
  mov [PD+8], ebx
  mov dword [PT2], 0
.set:
  mov ecx, cr0
  and ecx, ~0x10000
  test eax, 1 << 6
  jz .nowp
  or ecx, 0x10000
.nowp:
  mov cr0, ecx
  mov ecx, cr3
  mov cr3, ecx
  mov dword [error], 0xffff
  mov dword [address], 0
  mov esi, TARGET
  mov edx, eax
  shr edx, 8
  and edx, 7
  mov edx, [kinds + edx*4]
  test eax, 1 << 7
  jnz .user
  call access
  jmp after
.user:
  push dword SEL_U3D
  push dword 0xC000
  push dword 2
  push dword SEL_U3C
  push dword user
  iretd
user:
  mov ax, SEL_U3D
  mov ds, ax
  mov es, ax
  call access
  int 0x80
done3:
  mov ax, SEL_K0D
  mov ds, ax
  mov es, ax
  mov esp, 0xB000
after:
  mov ebx, ebp
  shl ebx, 4
  add ebx, ${results}
  mov eax, [error]
  mov [ebx], eax
  mov eax, [address]
  mov [ebx+4], eax
  mov eax, [PD+8]
  mov [ebx+8], eax
  mov eax, [PT2]
  mov [ebx+12], eax
  inc ebp
  cmp ebp, ${cases}
  jb next
  DONE
access:
  jmp edx
align 4
kinds: dd k_read, k_write, k_both, k_fetch, k_straddle, k_push, k_bit, k_byte
k_read: mov eax, [esi]
  ret
k_write: mov dword [esi], 0x90c39090
  ret
k_both: add dword [esi+4], 1
  ret
k_fetch: mov byte [fetched], 1
  call esi
  ret
k_straddle: mov [esi+0xffe], ecx
  ret
k_push: push dword [esi+8]
  pop ecx
  ret
k_bit: bts dword [esi+12], 3
  ret
k_byte: cmp byte [esi+3], 1
  ret
handler:                         ; error eip cs eflags [esp ss]
  push eax
  mov ax, SEL_K0D
  mov ds, ax
  mov es, ax
  mov eax, [esp+4]
  mov [error], eax
  mov eax, cr2
  mov [address], eax
  mov esp, 0xB000
  jmp after
align 4
number: dd 0
error: dd 0
address: dd 0
fetched: dd 0
END_ROM`;
	const numberOf = index => Math.imul(index >> 2, multiplier) + offset & cases - 1;
	return {
		source,
		ranges: [[results, 16 * cases]],
		mask: (address, index, judge) => address === results && judge === 'qemu' ? qemuMask(index % 4, numberOf(index)) : 0xFFFFFFFF,
		where: (address, index) => address === results ? `case ${numberOf(index).toString(2).padStart(13, '0')} field ${index % 4}` : '',
	};
}

/**
 * QEMU sets the directory's accessed bit also when the table refuses, leaves P out of the code of a reserved bit, and reports an instruction that
 * reads and then writes as a read.
 */
function qemuMask(field, number) {
	const modifies = [2, 6].includes(number >> 8 & 7);
	return field === 0 ? (modifies ? ~3 : ~1) : (field === 2 || (field === 3 && modifies) ? ~0x20 : 0xFFFFFFFF);
}
