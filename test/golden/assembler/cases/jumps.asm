; Jumps become as short as they can
bits 32
top:
%rep 60
	jz bottom
	jmp bottom
%endrep
	call bottom
	jecxz middle
	loop middle
middle:
	jmp top
	jmp short middle
	jmp near middle
	jmp strict near middle
	jz near middle
	jnz short middle
	jc top
bottom:
	jmp bottom
	jmp $
	jmp $+127
	jmp $+130
	jmp 0x1000
	call 0x1000
	jmp eax
	jmp [eax]
	jmp dword [eax]
	jmp far [eax]
	jmp 8:bottom
	jmp 8:0x12345678
	call far [ebx + 4]
	call word [eax]
	jmp word 8:0x1234
	jmp dword 8:0x1234
	ret
	ret 8
	retf
	retf 4
