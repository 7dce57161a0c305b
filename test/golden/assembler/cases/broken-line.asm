bits 32
	mov eax, [ebx
	+4]
	db 1 \
