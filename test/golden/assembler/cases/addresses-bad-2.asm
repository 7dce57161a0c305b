bits 32
	mov eax, [esp * 2]
	mov eax, [eax * 7]
	mov eax, [bx + ax]
	mov eax, [eax + bx]
	mov eax, [al]
	mov eax, [-eax]
	mov eax, [cr0]
