bits 32
	rep repne movsb
	fs mov eax, [es:ebx]
	mov eax, [fs:es:ebx]
	mov eax, [eax:ebx]
	repne jmp $
	mov [eax], fs:ebx
