bits 32
	db 256, -257, 'ab' + 0
	dw 65536, -65537
	dd 0x100000000
	mov al, 256
	mov ax, 70000
	mov eax, 0x123456789
	add eax, 0x1ffffffff
	add ax, 70000
	push 0x1ffffffff
	mov eax, [0x123456789]
	mov eax, [ebx + 0x123456789]
	int 256
	add eax, byte 200
	shl eax, 300
	ret 70000
	enter 70000, 300
	mov byte [eax], -200
	out 300, al
	dq 0x1ffffffffffffffff
	db 'abcdefghi' + 0
