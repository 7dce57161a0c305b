section .data align=1
	db 1
section .text
	db 2
section .bss align=16
	resb 5
x:	resb 1
section .text
	dw x
