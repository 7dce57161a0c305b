%macro x 1-2 (5+5)
	db %1, %2
	db %2
%endmacro
	x 1
%macro y 0-1
	db %0
	%ifempty %1
	db 'e'
	%else
	db %1
	%endif
%endmacro
	y
	y 3
	y {}
%macro z 3
	db %1,%3
	%ifempty %2
	db 'e'
	%endif
%endmacro
	z 1,,3
