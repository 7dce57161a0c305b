section .text start=0x100
	times 100 db 1
section data start=0x110
	db 2
