%macro none 0
	nop
%endmacro
%macro two 2
	mov %1, %2
%endmacro
%macro defaults 1-3 7, 8
	db %0, %1, %2, %3
%endmacro
%macro greedy 1+
	db %1
%endmacro
%macro greedy2 2+
	db %1, 0xff, %2
%endmacro
%macro variadic 1-*
	db %0
	%rep %0
	db %1
	%rotate 1
	%endrep
%endmacro
%macro reverse 1-*
	%rep %0
	%rotate -1
	db %1
	%endrep
%endmacro
%macro local 1
%%again:
	dec %1
	jnz %%again
	jz .%1
.%1:
%endmacro
%macro conditional 2
	j%-1 %%skip
	j%1 %%skip
	jmp %2
%%skip:
%endmacro
%macro overload 1
	db 1, %1
%endmacro
%macro overload 2
	db 2, %1, %2
%endmacro
%imacro CaseLess 0
	db 0xaa
%endmacro
%macro paste 1
%1_begin:
	dw %1_begin, x%1y
x%1y:
%endmacro
%macro range 1-*
	db %{2:3}, %{-1:1}
%endmacro
%macro labelled 0
%00:	db 1
%endmacro
bits 32
start:
	none
	two eax, ebx
	two eax, 5
	defaults 1
	defaults 1, 2
	defaults 1, 2, 3
	greedy 1, 2, 3
	greedy2 1, 2, 3
	variadic 1, 2, 3
	reverse 1, 2, 3
	local ecx
	local edx
	conditional z, start
	conditional ae, start
	overload 5
	overload 5, 6
	caseless
	CASELESS
	paste foo
	range 1, 2, 3
here labelled
there: labelled
	dd here, there
	greedy {1, 2}
	two dword [eax + 4], 5
lab: none
	jmp lab
%macro outer 1
	%macro inner_%1 0
	db %1
	%endmacro
%endmacro
	outer 3
	inner_3
%macro mov 2
	db 0xee
%endmacro
	mov eax, 1
%unmacro mov 2
	mov eax, 1
%macro early 1
	db 1
	%if %1
	%exitmacro
	%endif
	db 2
%endmacro
	early 0
	early 1
%define arg 77
%macro takes 1
	db %1
%endmacro
	takes arg
	takes (1 + 2) * 3
