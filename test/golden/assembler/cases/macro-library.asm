%macro prologue 1
	push ebp
	mov ebp, esp
%if %1 > 0
	sub esp, %1
%endif
%endmacro
%macro syscall3 4
%ifnidn %1, eax
	mov eax, %1
%endif
	mov ebx, %2
	mov ecx, %3
	mov edx, %4
	int 0x80
%endmacro
%imacro PRINT 1+
	jmp %%after
%%text: db %1
%%after:
	mov esi, %%text
%endmacro
bits 32
	prologue 0
	prologue 32
	syscall3 eax, 1, 2, 3
	syscall3 4, 1, ecx, 3
	print "hi", 10, 0
	Print 'x', 0
%assign i 0
%rep 8
table_%[i]: dd table_%+i, i*i
%assign i i+1
%endrep
	dd table_0, table_7
