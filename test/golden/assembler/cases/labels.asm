; Labels, NASM manual 3.9
bits 32
start:	jmp .end
.loop:	dec ecx
	jnz .loop
..@special:
	jmp start.loop
.end:
other:
.loop:	jmp .loop
	jmp start.end
	jmp ..@special
$eax:	dd $eax
loop:	loop loop
db:	dw db
after
	dd after, other.loop
constant equ 5
.local equ 7
	db constant, .local, after.local
UPPER:	dd UPPER
upper:	dd upper
