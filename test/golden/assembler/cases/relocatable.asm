bits 32
a:	dd b-a, a-b, (b-a)*2, (b-a)/2
b:	dd a*1
	cmp eax, b-a
	push b-a
	push a
	mov al, a
	mov al, b-a
	add dword [ebx+b-a], b-a
	imul eax, ebx, b-a
	imul eax, ebx, a
	test al, b-a
	dd $$, $-$$
