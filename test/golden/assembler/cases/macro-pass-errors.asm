%macro one 1
	db %1
	%error "always: %1"
%endmacro
	one 1
	one 2
