; A macro does not expand inside itself
%macro push 1-*
	%rep %0
	push %1
	%rotate 1
	%endrep
%endmacro
bits 32
	push eax
	push eax, ebx, 5
