x:	db 1
y equ 5
x:	db 2
y equ 6
z equ 1
z equ 1
.l:	db 1
.l:	db 2
