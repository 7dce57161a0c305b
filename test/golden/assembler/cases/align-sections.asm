org 0x7c05
align 16
	db 1
section .data
align 16
d: db 2
align 32
	db 3
section .text
	dw d
