%endif
%else
%elif 1
%endmacro
%endrep
%exitrep
%exitmacro
%pop
%rotate 1
%macro
%macro a
%macro a b
%endmacro
%rep
%endrep
%define
%assign
%assign x eax
%strlen y 5
%include
%if eax
%endif
%unknown
	db %1
	db %%x
