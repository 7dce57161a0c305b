bits 32
a:	dd a * 2
	dd -a
	dd a + b
	dd a & 1
	mov eax, a / 2
	dw a >> 4
b:
