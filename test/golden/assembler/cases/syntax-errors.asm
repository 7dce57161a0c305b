bits 32
	mov eax, [eax+
	mov eax, ebx ecx
	mov eax, (1 + 2
	mov eax, 1 +
	mov eax,
	mov , eax
	foo bar
	5 mov
	+ 3
	mov eax, ebx,
	db 1 +
	db 1,,2
	equ 5
	x: y: db 1
	times mov
	eax equ 5
	mov eax, 1 / 0
	mov eax, 5 % (3 - 3)
	mov eax, ebx * ecx
	mov eax, 1 ? 2
	[bits 17]
	[unknown 5]
	bits 33
	org label
label:
