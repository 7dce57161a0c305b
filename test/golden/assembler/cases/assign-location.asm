%macro a 1
%define val %1
	db val
%endmacro
	a 5
	a 6
%rep 3
%assign q $-$$
	db q
%endrep
%if q == 4
	db 0xee
%endif
%ifdef q && z
%endif
