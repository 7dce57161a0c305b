section .text start=0x100
	dw data, $$
section data start=0x140
data:	db 1
section high vstart=0x8000 align=8
	dw here, $
here:	db 2
section last follows=.text
	db 3
