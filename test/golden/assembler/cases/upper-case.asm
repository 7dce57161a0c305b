	DB 1
	Mov AX, Bx
Label: JMP label
LABEL: jmp LABEL
label:
	%DEFINE x 5
	Db x
	BITS 32
	Section .Text
	db 1
