bits 32
global _start
section .text
_start:
	mov eax, 4
	mov ebx, 1
	mov ecx, msg
	mov edx, len
	int 0x80
	call .f
.f:	push ebp
	mov ebp, esp
	sub esp, byte 16
	lea edi, [ebp-16]
	mov ecx, 4
	xor eax, eax
	rep stosd
	leave
	ret
section .data
msg:	db "hello", 10
len:	equ $-msg
section .bss
buf:	resb 64
section .text
	mov edi, buf
	mov [buf+4], dword len
	times 512-($-$$) nop
