	db 1
%rep 2
	db 2
