label db 5
label2: dw 1
	db label2 - label
	times label2-label db 7
	mov ax,[label]
	mov byte [label], 'x'
	add word [bx], 5
	cmp al, 'a'
	cmp ax, 'ab'
	jmp label
	int 21h
	mov ah, 9h
	mov dx, msg
msg db 'Hello, World!', 13, 10, '$'
len equ $ - msg
	mov cx, len
