bits 32
	mov
	mov eax
	mov eax, bl
	mov [eax], 5
	inc [eax]
	mov 5, eax
	add eax, ebx, ecx
	mov eax, [ebx], ecx
	push bl
	movzx eax, [ebx]
	movzx eax, ecx
	shl eax, bl
	mov cs, 5
	lea eax, ebx
	in eax, 5
	in ebx, dx
	out 300, al
	xchg eax, 5
	mov byte [eax], ebx
	test [eax], 5
	jmp short far_away
	loop far_away
	jecxz far_away
	int3 5
	mov cr1, eax
	mov cr0, ax
	bswap ax
	imul eax, [ebx], ecx
	times 200 nop
far_away:
