bits 32
	aaa
	aad
	aad 5
	aam
	bound eax, [ebx]
	bsf eax, ebx
	bswap ecx
	bt eax, 5
	bts dword [ebx], 3
	btr [ebx], ecx
	cbw
	cdq
	cmovz eax, [ebx]
	cmpxchg [ebx], eax
	cmpxchg8b [ebx]
	cpuid
	cwde
	enter 8, 0
	hlt
	imul eax, ebx
	imul eax, ebx, 5
	imul eax, 500
	imul eax, [ebx], 500
	in al, 0x60
	in eax, dx
	insb
	int 0x80
	int3
	into
	invd
	invlpg [eax]
	iret
	lar eax, ebx
	lds eax, [ebx]
	leave
	les eax, [ebx]
	lgdt [eax]
	lidt [eax]
	lldt ax
	lmsw ax
	lsl eax, bx
	lss esp, [ebx]
	ltr ax
	mov cr0, eax
	mov eax, cr3
	mov dr7, eax
	mov ds, ax
	mov ds, eax
	mov ax, ds
	mov eax, ds
	mov [eax], ds
	mov ds, [eax]
	movsd
	movsx eax, byte [ebx]
	movzx ax, bl
	nop
	out dx, al
	out 0x60, eax
	outsd
	pause
	pop dword [eax]
	pop fs
	popa
	popf
	push cs
	push gs
	push byte 5
	push dword 5
	push word 5
	push strict dword 5
	pusha
	rdmsr
	rdtsc
	rcl eax, 1
	ror eax, cl
	sahf
	setnz al
	setc [ebx]
	sgdt [eax]
	shld eax, ebx, 5
	shrd [eax], ebx, cl
	sidt [eax]
	sldt ax
	sldt eax
	smsw eax
	smsw [ebx]
	str ax
	test al, 5
	test eax, ebx
	test [ebx], eax
	ud2
	verr ax
	verw [eax]
	vmcall
	vmmcall
	wbinvd
	wrmsr
	xadd [eax], ebx
	xchg eax, ebx
	xchg ebx, eax
	xchg eax, eax
	xchg [eax], ebx
	xlatb
	vmptrld [eax]
	vmptrst [eax]
	vmclear [eax]
	vmxon [eax]
	vmread eax, ebx
	vmread [eax], ebx
	vmwrite eax, ebx
	vmwrite eax, [ebx]
	vmlaunch
	vmresume
	vmxoff
	ud0 eax, ebx
	ud1 eax, [ebx]
