	times -1 db 0
	nop
	times 510 - 600 db 0
