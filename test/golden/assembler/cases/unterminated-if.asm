	db 1
%if 1
	db 2
