bits 16
org 0x7c00
start:
	jmp end
	jz end
	times 200 db 0x90
end:
	jmp start
	jmp dword 0x08:end
	jmp word 0x08:end
	jmp 0xf000:0xfff0
	call end
	o32 lgdt [end]
	lgdt [cs:end - 0x100]
	mov eax, cr0
	mov cr0, eax
	mov ax, [bx + si]
	mov eax, [ebx + esi * 4]
	mov ax, [0x1234]
	mov ax, [dword 0x12345]
	o32 ret
	jcxz end
	jecxz end
	loop end, ecx
	push dword 5
	push word 5
	push 5
	push 500
	pushad
	iretd
