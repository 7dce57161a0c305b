	db 1, 2, 'text', "more", 0
	dw 1, 'abc', "x"
	dd label, label - $$, -1
	dq label, 0x123456789abcdef0, 'text'
label:
	times 3 db 1, 2
	times 2 dd label
	times 4 dw $ - $$
	times 0 db 9
	times 60 - ($ - label) db 0xff
	db 3 dup (1, 2), 2 dup (3 dup (4), 5), 2 dup 6
	dw 2 dup ('a')
	resb 3
	resw 1
	resd 2
	resq 1
	db ?, 1
	align 16
	align 8, db 0xcc
	alignb 4
	db 1
	alignb 32
