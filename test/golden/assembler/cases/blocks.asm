; A structured loop from contexts, NASM manual 4.8
%macro repeat 0
	%push repeat
	%$begin:
%endmacro
%macro until 1
	j%-1 %$begin
	%pop
%endmacro
%macro if 1
	%push if
	j%-1 %$ifnot
%endmacro
%macro else 0
	%ifctx if
		%repl else
		jmp %$ifend
		%$ifnot:
	%else
		%error "expected `if' before `else'"
	%endif
%endmacro
%macro endif 0
	%ifctx if
		%$ifnot:
		%pop
	%elifctx else
		%$ifend:
		%pop
	%endif
%endmacro
bits 32
	repeat
	dec ecx
	repeat
	dec edx
	until z
	until z
	cmp eax, ebx
	if ae
	mov eax, ebx
	else
	inc ebx
	endif
