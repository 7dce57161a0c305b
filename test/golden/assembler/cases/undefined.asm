bits 32
	mov eax, nowhere
	jmp nowhere
parent:
	mov eax, .local
	dd nowhere + 1, elsewhere
	call [nowhere]
	dw parent.nothing
