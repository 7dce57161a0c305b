absolute 0x500
first:	resd 1
second:	resw 2
	resb 1
last:
section .text
	dw first, second, last, last - first
struc point
.x:	resd 1
.y:	resw 1
endstruc
	dw point.x, point.y, point_size
p:	istruc point
	at point.x, dd 7
	at .y, dw 8
	iend
struc second_one, 8
.a:	resb 1
endstruc
	db second_one.a, second_one_size
