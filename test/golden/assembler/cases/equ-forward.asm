; A constant may be defined after its use
bits 32
	mov eax, late
	add eax, late
	push late2
	jmp far_away
	times 120 nop
far_away:
late equ end - far_away
late2 equ 1000
	dd a
a equ b + 1
b equ c * 2
c equ 4
end:
