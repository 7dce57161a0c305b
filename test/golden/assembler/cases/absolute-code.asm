absolute 0x500
	nop
	db 1
