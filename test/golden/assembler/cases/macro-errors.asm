bits 32
%macro one 1
	mov al, %1
	nop
%endmacro
%macro outer 1
	one %1
	one %1
%endmacro
	one ebx
	outer ecx
	%rep 2
	one edx
	%endrep
%macro repeats 1
	%rep 2
	mov bl, %1
	%endrep
%endmacro
	repeats eax
