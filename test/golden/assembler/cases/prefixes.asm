bits 32
	rep movsb
	repe cmpsb
	repne scasb
	repz cmpsd
	lock add [eax], ebx
	lock inc dword [eax]
	lock xchg [eax], ebx
	fs mov eax, [ebx]
	mov eax, [fs:ebx]
	mov eax, [fs:0x30]
	o16 push ebx
	a16 lodsb
	lock mov eax, ebx
	lock add eax, [ebx]
	rep
	lock
	cs
	o16
	rep rep movsb
	times 3 rep stosd
	o16 ret
	rep ret
	a32 loop $
	fs lock inc dword [eax]
