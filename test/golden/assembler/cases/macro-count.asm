%macro two 2
	db %1, %2
%endmacro
%define f(x) x
	two 1, 2
	two 1, 2, 3
	db f(1, 2)
