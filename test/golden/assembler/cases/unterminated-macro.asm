	db 1
%macro m 0
	db 2
