bits 32
	mov eax, [eax + ebx + ecx]
	mov eax, [eax * 2 + ebx * 2]
	mov eax, [eax * ebx]
	mov eax, [eax + ds]
	mov eax, [label * 2]
	mov eax, [-eax]
	mov eax, [eax
	mov eax, [eax / 2]
	mov eax, label + label
	mov eax, [qword 5]
	mov eax, [oword 5]
label:
