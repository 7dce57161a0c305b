bits 32
org 0x1000
section .data
value:	dd 1, code, zero
section .text
code:	mov eax, [value]
	mov [zero], eax
	jmp far_code
	dd $$, $, section_end - code
section_end:
section .bss
zero:	resd 4
more:	resb 1
section .data
again:	dd again - value
section other align=16
far_code:
	call code
	dd more, far_code
